"""Connect to the ledger's database: SQLite with what keeps it safe and fast, or PostgreSQL."""

from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from connector.errors import ConfigurationError, Problem

__all__ = ["CACHE_KIBIBYTES", "choose_durability", "connect", "empty_log", "file_of", "place_of"]

SETTING: Final = "CONNECTOR_LEDGER"
DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}

# synchronous: NORMAL loses nothing when the process dies; a durable write raises it to FULL for its commit.
# journal_size_limit: bytes; after one large transaction the log would else keep its size for as long as it is open.
_WRITER: Final = ("synchronous=NORMAL", "wal_autocheckpoint=2000", "journal_size_limit=67108864")
_READER: Final = ("query_only=ON",)

CACHE_KIBIBYTES: Final = 4_000
"""What SQLite keeps of a ledger in the memory of the process for the writer; a reader has half of it."""


def place_of(url: str) -> str:
    """Name the ledger for people: its file, or its address without the password."""
    parsed = _parsed(url)
    return str(parsed.database) if parsed.drivername == DRIVERS["sqlite"] else parsed.render_as_string()


def file_of(url: str) -> Path | None:
    """Give the SQLite file of this address, None for a server."""
    parsed = _parsed(url)
    return Path(str(parsed.database)) if parsed.drivername == DRIVERS["sqlite"] else None


def connect(url: str, *, busy_seconds: float, writes: bool, cache_kibibytes: int = CACHE_KIBIBYTES) -> Engine:
    """Give the engine for the one writer, or for readers: those cannot write and see one moment per transaction.

    Raises ConfigurationError for an address that is none or whose driver is not installed.
    """
    parsed = _parsed(url)
    if parsed.drivername == DRIVERS["sqlite"]:
        return _sqlite(parsed, busy_seconds=busy_seconds, writes=writes, cache_kibibytes=cache_kibibytes)
    options = {} if writes else _LOOKING
    try:
        return create_engine(parsed, hide_parameters=True, execution_options=options, connect_args=_PATIENCE)
    except ModuleNotFoundError as error:
        hint = "install the extra: pip install 'conversation-connector[postgresql]'"
        raise ConfigurationError([Problem("PostgreSQL needs psycopg", field=SETTING, hint=hint)]) from error


def empty_log(url: str, *, busy_seconds: float = 10.0) -> bool:
    """Move what SQLite's log holds into the file and empty the log; tells whether that was possible.

    While another process has the ledger open, the log keeps what rows were before, also those that were erased.
    """
    if file_of(url) is None:
        return True
    engine = connect(url, busy_seconds=busy_seconds, writes=True)
    try:
        with closing(engine.raw_connection()) as connection:
            busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    finally:
        engine.dispose()


def choose_durability(connection: Connection, *, durable: bool) -> None:
    """Choose, before a transaction begins, whether its commit waits for the disk; PostgreSQL's always does."""
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigurationError([Problem("is no database address", field=SETTING, hint=_EXAMPLES)]) from error
    driver = DRIVERS.get(parsed.drivername.partition("+")[0])
    if driver is None:
        raise ConfigurationError([Problem(f"{parsed.drivername}: is no known database", field=SETTING, hint=_EXAMPLES)])
    if driver == DRIVERS["sqlite"] and parsed.database in {None, "", ":memory:"}:
        raise ConfigurationError([Problem("a ledger in memory would be lost", field=SETTING, hint=_EXAMPLES)])
    return parsed.set(drivername=driver)


_LOOKING: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_PATIENCE: Final = {"connect_timeout": 10, "tcp_user_timeout": 30_000}
"""Seconds for a connection, milliseconds for what was sent and not taken: a server that is silent counts as away."""
_EXAMPLES: Final = "a file like connector.db, or postgresql://user@host/database"


def _sqlite(url: URL, *, busy_seconds: float, writes: bool, cache_kibibytes: int) -> Engine:
    given = {"timeout": busy_seconds, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, connect_args=given)
    # Negative by SQLite's rule: kibibytes, not pages.
    cache = f"cache_size={-cache_kibibytes if writes else -cache_kibibytes // 2}"
    pragmas = (*(_WRITER if writes else _READER), cache)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # a transaction begins where SQLAlchemy says so, not at the first change
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
