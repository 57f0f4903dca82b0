"""Bring an old ledger's tables to this version with Alembic, after a backup copy."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.logs import logger

__all__ = ["migrate"]


def migrate(connection: Connection, file: Path | None, clock: Clock, *, scripts: Path, found: str) -> None:
    """Run every migration that comes after the version found, all in one transaction.

    Raises ConfigurationError where a later version of this program has been at work on the ledger.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        hint = "install the version that was used last, or put back the backup copy beside the ledger"
        message = f"the ledger is of a later version ({found}) than this program"
        raise ConfigurationError([Problem(message, hint=hint)]) from error
    copy = _back_up(file, found, clock) if file is not None else None
    with connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    logger().warning("ledger.migrated", before=found, backup=str(copy) if copy else None)


def _back_up(file: Path, found: str, clock: Clock) -> Path:
    """Copy the file, what is in its write-ahead log included."""
    copy = file.with_name(f"{file.name}.{found}-{clock.now():%Y%m%dT%H%M%SZ}.backup")
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy
