"""Open the ledger's database and see that it is fit for use."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError

from connector.errors import ConfigurationError
from connector.ledger.tables import METADATA
from connector.ledger.trouble import translated

__all__ = ["HEAD", "choose_durability", "connect", "file_of", "place_of", "prepare"]

HEAD: Final = "0001"


def place_of(url: str) -> str:
    """Name the ledger for people: the file, or the address without its password; ConfigurationError for no address."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("CONNECTOR_LEDGER is no database address", hint="see docs/operations.md") from error
    return str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()


def connect(url: str, *, busy_seconds: float, writes: bool) -> Engine:
    """Give the engine for the one writer, or for readers, which cannot write and see one moment per transaction."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_seconds=busy_seconds, writes=writes)
    return create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)


def _sqlite(url: URL, *, busy_seconds: float, writes: bool) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": busy_seconds, "check_same_thread": False}
    )
    pragmas = _WRITER if writes else _READER

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy begins them, not at the first change
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_WRITER: Final = ("synchronous=NORMAL", "cache_size=-16000", "temp_store=MEMORY")
_READER: Final = ("query_only=ON", "cache_size=-4000", "temp_store=MEMORY")


def prepare(url: str, engine: Engine) -> None:
    """Make a new ledger's tables, or see that the tables are those of this version."""
    with translated(place_of(url)), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _use_log(connection)
        with connection.begin():
            if not inspect(connection).has_table("alembic_version"):
                METADATA.create_all(connection)
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
                connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _use_log(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is not None and driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        driver.execute("PRAGMA journal_mode=WAL")


def choose_durability(connection: Connection, *, durable: bool) -> None:
    """Choose, before a transaction begins, whether its commit waits for the disk; PostgreSQL always does."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")


def file_of(url: str) -> Path | None:
    """Give the SQLite file of this address, None for a server."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
