"""Turn what a database complains about into what a person can do about it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError

from connector.errors import LedgerAwayError, LedgerError

__all__ = ["translated"]

_LOCKED: Final = (
    "another program has kept it locked for too long",
    "close programs that have it open, or let the other run finish, and run again",
)
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space and run again: nothing was half written"),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: ("it may not be written", "give this user write access to the file and its folder"),
    sqlite3.SQLITE_PERM: ("it may not be opened", "give this user access to the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "see that its folder exists and this user may write there"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "put a backup copy in its place, or move it away to begin a new one"),
    sqlite3.SQLITE_NOTADB: ("it is no database", "put a backup copy in its place, or move it away to begin a new one"),
    sqlite3.SQLITE_IOERR: ("reading or writing it failed", "look at the disk and the system's log, then run again"),
}

_POSTGRESQL: Final = {
    "53": ("the server has run out of disk, memory or connections", "look at the server, then run again"),
    "25": ("the server takes no changes", "connect to the primary server, not to a replica"),
    "28": ("the server refuses the user", "mend user and password in CONNECTOR_LEDGER"),
    "42": ("the user lacks a right or the schema is not the ledger's", "run `connector upgrade` as the owner"),
    "54": ("a value is larger than the server takes", "see which id is that long: no source makes such ids"),
    "55": _LOCKED,
}
_UNREACHABLE = ("the database cannot be reached", "see that it runs and that CONNECTOR_LEDGER names it, then run again")


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise LedgerError, with the remedy, where the database at this place (named without secrets) fails inside."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        found = _explain(error)
        if found is None:
            raise
        kind = LedgerAwayError if found is _UNREACHABLE else LedgerError
        raise kind(f"the ledger {place}: {found[0]}", hint=found[1]) from error


def _explain(error: DBAPIError | sqlite3.Error) -> tuple[str, str] | None:
    """Give what is wrong and the remedy; None where the statement itself was wrong, which is our own mistake."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(cause, "sqlstate", None)
    known = _POSTGRESQL.get(str(state)[:2]) if state else None
    return known or (_UNREACHABLE if isinstance(error, OperationalError) else None)
