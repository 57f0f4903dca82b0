"""Refuse a ledger file that lies where it is not safe, or that is damaged; prove that a ledger can be written."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from connector.errors import ConfigurationError, LedgerError, Problem
from connector.ledger.filesystem import MOUNTS, network_kind

__all__ = ["check_damage", "check_place", "prove_writable"]

CHECKED_BYTES: Final = 32 * 1024 * 1024
"""A file up to this size is read through when it is opened (0.1 s); a larger one shows damage where it is read."""


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
    """Raise LedgerError where SQLite finds a small file damaged."""
    if file is None or file.stat().st_size > CHECKED_BYTES:
        return
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        hint = "put a backup copy in its place, or move it away to begin a new one"
        raise LedgerError(f"the ledger {file}: it is damaged", hint=hint)


def prove_writable(connection: Connection) -> None:
    """Write a word that is there already: a full disk or a lock shows at a write alone; raises what a write raises."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
