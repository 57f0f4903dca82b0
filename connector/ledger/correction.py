"""Take out of the ledger what turned out not to be so."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Select, delete, exists, select, update

from connector.ledger import dialect
from connector.ledger.model import UNREADABLE_CHANNEL
from connector.ledger.tables import ENTRY, FILE, STEP

__all__ = ["NEVER_NS", "drop_entries", "drop_placeholders", "mark_missing", "take_back"]

INTENDED = ".intended"
NEVER_NS = -1
"""The time of change of a file that is gone: no storage lists it."""


def drop_entries(connection: Connection, ids: Sequence[str]) -> None:
    """Drop these entries and their steps."""
    for table, column in ((STEP, STEP.c.entry_id), (ENTRY, ENTRY.c.id)):
        given = dialect.batch(connection, "ids")
        connection.execute(delete(table).where(column.in_(select(given.c.value))), {"ids": list(ids)})


def drop_placeholders(connection: Connection, file_ids: Sequence[int]) -> None:
    """Drop the entries that stood for these files themselves while nobody could read whose session they are."""
    if not file_ids:
        return
    standing = connection.execute(_placeholders(connection.dialect), {"files": list(file_ids)})
    if found := list(standing.scalars()):
        drop_entries(connection, found)


@lru_cache(maxsize=4)
def _placeholders(database: Dialect) -> Select[Any]:
    given = dialect.batch(database, "files", BigInteger)
    return select(ENTRY.c.id).where(ENTRY.c.file_id.in_(select(given.c.value)), ENTRY.c.channel == UNREADABLE_CHANNEL)


def mark_missing(connection: Connection, file_ids: Sequence[int]) -> None:
    """Note that these files are gone: they wait no more, and count as changed should they be listed again."""
    given = dialect.batch(connection, "files", BigInteger)
    gone = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=False, modified_ns=NEVER_NS)
    connection.execute(gone, {"files": list(file_ids)})


def take_back(connection: Connection, entry_id: str, run_id: str) -> None:
    """Undo what this run merely intended with an entry: it never began, or is held to be tried again."""
    intended = (STEP.c.entry_id == entry_id, STEP.c.run_id == run_id, STEP.c.name.endswith(INTENDED))
    connection.execute(delete(STEP).where(*intended))
    sending = (ENTRY.c.id == entry_id, ENTRY.c.state == "sending")
    nothing_else = ~exists(select(STEP.c.id).where(STEP.c.entry_id == entry_id))
    connection.execute(delete(ENTRY).where(*sending, ENTRY.c.created.is_(False), nothing_else))
    connection.execute(update(ENTRY).where(*sending).values(state="held", code="try_again"))
