"""What is PostgreSQL's alone: who migrates, and what is said when it cannot be reached."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from connector import ledger
from connector.clock import SystemClock
from connector.errors import ConfigurationError, LedgerAwayError, LedgerError
from connector.ledger import Change, database, schema
from tests.ledger_entries import entry_of
from tests.servers.missing import library

TABLES = """
SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY table_name, ordinal_position
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"


def tables(engine):
    with engine.connect() as connection:
        return [connection.execute(text(asked)).all() for asked in (TABLES, INDEXES)]


def test_the_migrations_end_at_the_tables_that_the_models_declare(postgresql_server):
    """A ledger that was migrated all the way has the very tables and indexes of a new one, on a server too."""
    new, migrated = postgresql_server.make_database(), postgresql_server.make_database()
    assert (None, schema.HEAD) == schema.upgrade(new, SystemClock())
    engines = [database.connect(url, busy_seconds=5, writes=True) for url in (new, migrated)]
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engines[1].begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert tables(engines[0]) == tables(engines[1])
    for engine in engines:
        engine.dispose()


async def test_a_server_is_not_migrated_by_the_way(postgresql_server):
    """A database without tables, or with older ones, is left to a person, who is told the command."""
    url = postgresql_server.make_database()
    with pytest.raises(ConfigurationError, match=r"no tables yet.*connector upgrade"):
        async with ledger.open_ledger(url):
            pass
    schema.upgrade(url, SystemClock())
    engine = database.connect(url, busy_seconds=5, writes=True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match=r"version 0000.*connector upgrade"):
        async with ledger.open_ledger(url):
            pass


async def test_a_server_that_is_down_is_told_without_the_password():
    """Where nobody listens the error names the server and the remedy, and not what is secret."""
    library("psycopg")
    with pytest.raises(LedgerError, match="cannot be reached") as raised:
        async with ledger.open_ledger("postgresql://ledger:secret@127.0.0.1:1/ledger"):
            pass
    assert "127.0.0.1:1" in str(raised.value)
    assert "secret" not in str(raised.value)


async def test_a_value_that_no_index_takes_is_no_server_that_is_away(postgresql_server):
    """It is told at once as what it is: nobody waits for a server that is there."""
    url = postgresql_server.make_database()
    schema.upgrade(url, SystemClock())
    many = "".join(chr(0x4E00 + number) for number in range(9000))
    async with ledger.open_ledger(url) as book:
        with pytest.raises(LedgerError, match="larger than the server takes") as raised:
            await book.write(Change(entry_of(many)))
        assert not isinstance(raised.value, LedgerAwayError)
        assert many not in str(raised.value)
        await book.write(Change(entry_of("1418")))
