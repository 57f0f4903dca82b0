"""How a ledger's tables are made and migrated."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from connector import ledger
from connector.clock import SystemClock
from connector.errors import ConfigurationError
from connector.ledger import schema
from connector.ledger.tables import METADATA

LATER = '''"""Add a colour."""

import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("entry") as entry:
        entry.add_column(sa.Column("colour", sa.Text(), server_default="none", nullable=False))
    {more}
'''


class Clock(SystemClock):
    def now(self):
        return datetime(2026, 3, 24, 2, 30, tzinfo=UTC)


@pytest.fixture
def later(tmp_path):
    """Give a function that gives the migrations with one more, which does something more."""

    def write(more="pass"):
        scripts = tmp_path / "migrations"
        shutil.copytree(schema.MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "later.py").write_text(LATER.format(head=schema.HEAD, more=more))
        return scripts

    return write


def migrated(file, revision="head"):
    """Run the shipped migrations on an empty file."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return ScriptDirectory.from_config(config)


def tables(file):
    """Give what makes every table and index, but Alembic's own."""
    with closing(sqlite3.connect(file)) as opened:
        made = opened.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in made if not name.startswith("alembic")}


def test_the_migrations_end_at_the_tables_that_the_models_declare(tmp_path):
    """A ledger that was migrated all the way has the very tables and indexes of a new one."""
    scripts = migrated(tmp_path / "migrated.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'new.db'}")
    METADATA.create_all(engine)
    engine.dispose()
    assert tables(tmp_path / "new.db") == tables(tmp_path / "migrated.db")
    assert schema.HEAD == scripts.get_current_head()


async def test_a_ledger_of_the_first_version_keeps_what_is_in_it(url, file):
    """What the first version of the tables holds is there after today's program opened it."""
    migrated(file, "0001")
    with closing(sqlite3.connect(file)) as old:
        old.execute(
            "INSERT INTO entry (id, tenant, source_kind, channel, session_id, leg, target, job, state, created,"
            " audio_state, audio_tries, first_seen_at, changed_at)"
            " VALUES ('1', 'acme', 'ccai', 'call', '1418', '', 't', 'nightly', 'held', 0,"
            " 'none', 0, '2026-03-24T02:30:00.000000Z', '2026-03-24T02:30:00.000000Z')"
        )
        old.commit()
    async with ledger.open_ledger(url) as book:
        found = await book.read(ledger.find, "1418")
    assert ["held"] == [row.state for row in found]
    assert datetime(2026, 3, 24, 2, 30, tzinfo=UTC) == found[0].first_seen_at


@pytest.fixture
def filled(connection, make_change):
    """Fill the ledger with one entry."""
    ledger.change.apply_changes(connection, [make_change()])
    connection.commit()


@pytest.mark.usefixtures("filled")
def test_an_old_ledger_is_migrated_after_a_backup_copy(url, file, later, capsys):
    """A migration keeps every row, leaves a whole copy of what was before, and says so in the log."""
    assert (schema.HEAD, "later") == schema.upgrade(url, Clock(), scripts=later(), head="later")
    with closing(sqlite3.connect(file)) as now:
        assert ("1418", "none") == now.execute("SELECT session_id, colour FROM entry").fetchone()
        assert ("later",) == now.execute("SELECT version_num FROM alembic_version").fetchone()
    copy = file.with_name(f"connector.db.{schema.HEAD}-20260324T023000Z.backup")
    with closing(sqlite3.connect(copy)) as before:
        assert ("1418",) == before.execute("SELECT session_id FROM entry").fetchone()
        assert (schema.HEAD,) == before.execute("SELECT version_num FROM alembic_version").fetchone()
    said = capsys.readouterr()
    assert "ledger.migrated" in said.out + said.err


@pytest.mark.usefixtures("filled")
def test_a_migration_that_fails_changes_nothing(url, file, later):
    """Where a migration breaks off half way, the ledger is what it was before."""
    before = tables(file)
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(url, Clock(), scripts=later("1 / 0"), head="later")
    assert before == tables(file)
    assert (schema.HEAD, schema.HEAD) == schema.upgrade(url, Clock())


async def test_a_ledger_of_a_later_program_is_left_alone(url, file, later):
    """A ledger that a later version migrated is refused, with the remedy, and not changed."""
    schema.upgrade(url, Clock())
    schema.upgrade(url, Clock(), scripts=later(), head="later")
    before = file.read_bytes()
    with pytest.raises(ConfigurationError, match=r"later version .*install the version"):
        async with ledger.open_ledger(url):
            pass
    assert before == file.read_bytes()


def test_making_the_tables_twice_is_no_trouble(url):
    """The second upgrade finds nothing to do."""
    assert (None, schema.HEAD) == schema.upgrade(url, Clock())
    assert (schema.HEAD, schema.HEAD) == schema.upgrade(url, Clock())
