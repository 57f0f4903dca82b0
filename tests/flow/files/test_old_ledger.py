"""A ledger of an earlier version with real rows in it, brought to today's: nothing is sent again, and all goes on."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, func, make_url, select, text

from connector.clock import SystemClock
from connector.ledger import schema

MORE = "audio: {wait: 4000d}"


def engine_of(url):
    return create_engine(make_url(url).set(drivername="postgresql+psycopg") if url.startswith("postgresql") else url)


def make_old(url, revision):
    """Make the tables as they were at this revision."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = engine_of(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def copy_rows(source, target):
    """Put every row of one ledger into another, as far as the other has the tables and columns."""
    here, there = engine_of(source), engine_of(target)
    old, new = MetaData(), MetaData()
    old.reflect(there)
    new.reflect(here)
    with here.connect() as reading, there.begin() as writing:
        for name, table in old.tables.items():
            if name == "alembic_version" or name not in new.tables:
                continue
            columns = [column for column in new.tables[name].c if column.name in table.c]
            rows = [
                dict(row._mapping) for row in reading.execute(new.tables[name].select().with_only_columns(*columns))
            ]
            if rows:
                writing.execute(table.insert(), rows)
            if target.startswith("postgresql") and "id" in table.c and str(table.c.id.type) == "BIGINT":
                newest = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
                writing.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), newest)))
    here.dispose()
    there.dispose()


def ask(url, question):
    engine = engine_of(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(question))]
    engine.dispose()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """Give the address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    return request.getfixturevalue("postgresql_server").make_database()


@pytest.mark.parametrize("revision", ["0002", "0003"])
async def test_what_an_earlier_version_knows_is_not_sent_again(centre, capturi, reading, call, counts, empty, revision):
    """Delivered stays delivered, what waited goes on, and what came with the newer tables works on the old rows."""
    async with capturi() as address:
        here = centre(address)
        here.job(more=MORE)
        here.write("calls.csv", [call(1), call(2), call(3)])
        here.record(1, 2)
        assert (2, 1, 0, 0, 0) == counts(await here.run())
        make_old(empty, revision)
        copy_rows(here.project.settings.ledger_url, empty)
        assert (revision, schema.HEAD) == schema.upgrade(empty, SystemClock())
        here.project.settings = here.project.settings.model_copy(update={"ledger": empty})
        before = len((await reading(address)).writes)
        assert (0, 1, 0, 0, 2) == counts(await here.run())
        assert before == len((await reading(address)).writes)
        here.record(3)
        assert (1, 0, 0, 0, 2) == counts(await here.run())
        # Which recordings the rows name, and by which words the names were judged.
        (named,) = ask(empty, "SELECT count(*) FROM row_recording")
        (place,) = ask(empty, "SELECT id, labels FROM place")
        (naming,) = ask(empty, "SELECT place_id FROM naming")
        here.job(more=MORE, recording='recording: {pattern: "north-{id}.wav"}')
        here.write("calls.csv", [call(1), call(2), call(3), call(4)])
        here.record("north-4")
        assert (1, 0, 0, 0, 3) == counts(await here.run())
        arrived = await reading(address)
    assert (1,) <= named
    assert ("calls",) == place[1:]
    assert naming == place[:1]
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
    assert [1] * 4 == [one["uploads"] for one in arrived.audio.values()]
