"""See that the ledger's tables are those of this version: make them, migrate them, or say what a person must do."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.ledger import database
from connector.ledger.lock import schema_lock
from connector.ledger.soundness import check_damage, check_place
from connector.ledger.tables import METADATA
from connector.ledger.trouble import translated

__all__ = ["HEAD", "MIGRATIONS", "prepare", "upgrade"]

HEAD: Final = "0004"
"""The newest migration; it stands here too, so that Alembic is not imported to find nothing to do."""
MIGRATIONS: Final = Path(__file__).parent / "migrations"
BUSY_SECONDS: Final = 30.0


def prepare(url: str, writer: Engine, reader: Engine, clock: Clock) -> None:
    """Make the ledger fit for use.

    A SQLite file is made where it is missing and migrated, after a backup copy, where it is old; PostgreSQL is only
    looked at. Raises ConfigurationError where a person must mend something, LedgerError where the database fails.
    """
    file = database.file_of(url)
    with translated(database.place_of(url)):
        if file is not None:
            check_place(file)
        found = None
        if file is None or file.exists():
            with reader.connect() as connection, connection.begin():
                check_damage(connection, file)
                found = _version(connection)
        if found == HEAD:
            return
        if file is None:
            raise _needs_upgrade(found)
        _bring_up(writer, file, clock)


def upgrade(url: str, clock: Clock, *, scripts: Path = MIGRATIONS, head: str = HEAD) -> tuple[str | None, str]:
    """Make or migrate the tables, on PostgreSQL too; gives the version before, None where there was none, and after.

    Raises what prepare raises.
    """
    writer = database.connect(url, busy_seconds=BUSY_SECONDS, writes=True)
    try:
        with translated(database.place_of(url)):
            return _bring_up(writer, database.file_of(url), clock, scripts=scripts, head=head), head
    finally:
        writer.dispose()


def _bring_up(
    writer: Engine, file: Path | None, clock: Clock, *, scripts: Path = MIGRATIONS, head: str = HEAD
) -> str | None:
    with schema_lock(file), writer.connect() as connection:
        if file is not None:
            _use_write_ahead_log(connection)
        with connection.begin():
            found = _version(connection)
            if found is None:
                _create(connection, head)
                return None
        if found != head:
            from connector.ledger.migration import migrate  # noqa: PLC0415 - Alembic costs 11 MB; most days need none

            migrate(connection, file, clock, scripts=scripts, found=found)
    return found


def _version(connection: Connection) -> str | None:
    """Give the schema's version, None for an empty database; ConfigurationError for a foreign one or a later one."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables or "entry" not in tables:
        hint = "name another database in CONNECTOR_LEDGER"
        raise ConfigurationError([Problem("the database holds other tables than a ledger's", hint=hint)])
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _create(connection: Connection, head: str) -> None:
    METADATA.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": head})


def _use_write_ahead_log(connection: Connection) -> None:
    # Outside of any transaction, and once: the file remembers it.
    driver = connection.connection.driver_connection
    if driver is not None and driver.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        driver.execute("PRAGMA journal_mode=WAL")


def _needs_upgrade(found: str | None) -> ConfigurationError:
    state = "has no tables yet" if found is None else f"has the tables of version {found}, this program those of {HEAD}"
    return ConfigurationError([Problem(f"the ledger {state}", hint="run `connector upgrade`")])
