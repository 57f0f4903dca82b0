"""Refuse a ledger file that lies where it is not safe, or that is damaged; prove that a ledger can be written."""

import math
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any, Final

from sqlalchemy import Connection, text

from connector.errors import ConfigurationError, LedgerError, Problem
from connector.ledger.filesystem import MOUNTS, network_kind

__all__ = ["check_damage", "check_place", "prove_writable"]

SMALL_BYTES: Final = 32 * 1024 * 1024
"""A file up to this size is read through whenever it is opened: that takes 0.1 s."""
CHECKED_SECONDS: Final = 2.0
"""How long a larger one is read through, once a day: about 600 MB, beginning with another table every day."""
DAY_SECONDS: Final = 86_400


def check_place(file: Path, mounts: Path = MOUNTS) -> None:
    """Raise ConfigurationError where the file's folder is missing or lies on a network file system."""
    if not file.parent.is_dir():
        raise ConfigurationError(
            [Problem(f"the ledger's folder {file.parent} is missing", hint="make it, or mend CONNECTOR_LEDGER")]
        )
    if kind := network_kind(file.parent, mounts):
        hint = "put CONNECTOR_LEDGER on a disk of this machine, or use PostgreSQL"
        raise ConfigurationError([Problem(f"the ledger {file} lies on a network file system ({kind})", hint=hint)])


def check_damage(connection: Connection, file: Path | None) -> None:
    """Raise LedgerError where a SQLite file is cut off, or SQLite finds damage in what is read of it.

    A small one is read whole, of a larger one as much as takes CHECKED_SECONDS, and that once a day.
    """
    if file is None or not file.stat().st_size:
        return
    is_small = file.stat().st_size <= SMALL_BYTES
    note = file.with_name(f"{file.name}-checked")
    is_due = is_small or _age_seconds(note) > DAY_SECONDS
    if _is_cut_off(connection, file) or (is_due and not _is_sound(connection)):
        hint = "put a backup copy in its place, or move it away to begin a new one"
        raise LedgerError(f"the ledger {file}: it is damaged", hint=hint)
    if is_due and not is_small:
        # A folder that may not be written shows at the first write, with its own remedy.
        with suppress(OSError):
            note.touch()


def _is_sound(connection: Connection) -> bool:
    """Tell whether SQLite finds nothing wrong in what it reads within the time there is."""
    driver: Any = connection.connection.driver_connection
    names = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    first = datetime.now(UTC).toordinal() % max(len(names), 1)
    # SQLite stops where it is when somebody else says so: its own hook is not asked in the middle of a table.
    timer = Timer(CHECKED_SECONDS, driver.interrupt)
    timer.start()
    try:
        ordered = names[first:] + names[:first]
        return all(driver.execute(f'PRAGMA quick_check("{name}")').fetchone() == ("ok",) for name in ordered)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return True
    finally:
        timer.cancel()
        timer.join()


def _age_seconds(note: Path) -> float:
    """Give how long ago the note was made, without end where there is none: others make and remove it as well."""
    try:
        return time.time() - note.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _is_cut_off(connection: Connection, file: Path) -> bool:
    """Tell whether the file holds fewer pages than it has by its own word; while its log is in use nobody can tell.

    SQLite itself finds that whole pages are missing, and not that the last one is there in part. It is asked for their
    number, since nobody else may open the file here: to close it again would let go of all locks that SQLite has on it
    in this process, and whoever closes the ledger in another one would take away a log that is in use.
    """
    return not _has_log(file) and _lacks_pages(connection, file) and not _has_log(file)


def _has_log(file: Path) -> bool:
    try:
        return file.with_name(f"{file.name}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _lacks_pages(connection: Connection, file: Path) -> bool:
    driver: Any = connection.connection.driver_connection
    page_bytes, pages = (int(driver.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_size", "page_count"))
    return file.stat().st_size < page_bytes * pages


def prove_writable(connection: Connection) -> None:
    """Write a word that is there already: a full disk or a lock shows at a write alone; raises what a write raises."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
