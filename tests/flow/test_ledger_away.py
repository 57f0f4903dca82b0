"""A PostgreSQL ledger whose server goes away: short absences are waited out, long ones end the run in order."""

import asyncio
import os
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text

from connector import ledger
from connector.clock import SystemClock
from connector.errors import AlreadyRunningError, LedgerAwayError
from connector.ledger import Change, StepRow, patience, schema

CALLS = 24
UP_SECONDS = 0.7
CRASHES = int(os.environ.get("CRASHES", "2"))


@pytest.fixture
def server(crashing_postgresql_server):
    return crashing_postgresql_server


@pytest.fixture
def url(server):
    address = server.make_database()
    schema.upgrade(address, SystemClock())
    return address


def ask(url, question):
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found = connection.execute(text(question)).all()
    engine.dispose()
    return found


async def begun(url, task):
    """Wait until the task has work under way: a ledger that is away at the beginning ends a run at once."""
    while not (task.done() or await asyncio.to_thread(ask, url, "SELECT 1 FROM entry")):  # noqa: ASYNC110 - a ledger
        await asyncio.sleep(0.05)


async def crash_until(server, task):
    """Kill the server and start it again, several times, while the task goes on."""
    for _ in range(CRASHES):
        await asyncio.wait([task], timeout=UP_SECONDS)
        if task.done():
            return
        await asyncio.to_thread(server.crash)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(server.start)


@pytest.mark.slow
async def test_a_server_killed_every_second_under_load_costs_nothing(server, url, make_project, capturi, reading):
    """One run survives its ledger's kills: each call once, its audio once, no entry stuck, nothing to repair."""
    async with capturi(faults="latency=100ms") as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {concurrency: 3}\naudio:"))
        for number in range(1, CALLS + 1):
            project.call(number)
        project.settings = project.settings.model_copy(update={"ledger": url})
        before = server.crashes
        task = asyncio.create_task(project.run())
        await begun(url, task)
        await crash_until(server, task)
        told = (await task).as_dict()
        again = (await project.run()).as_dict()
        arrived = await reading(address)
    assert server.crashes > before
    assert (CALLS, 0) == (told["delivered"], told["exit_code"]), told
    assert (CALLS, CALLS) == (again["seen"], again["unchanged"])
    assert CALLS == len(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert [("delivered", CALLS)] == ask(url, "SELECT state, count(*) FROM entry GROUP BY state")
    assert [] == ask(url, "SELECT path FROM file WHERE pending")
    doubled = "SELECT entry_id FROM step WHERE name = 'delivered' GROUP BY entry_id HAVING count(*) > 1"
    assert [] == ask(url, doubled)


async def test_a_commit_whose_answer_was_lost_is_not_written_twice(url, make_entry_row):
    """What was committed before the server went is recognised by its steps; what was not is written."""
    entry = make_entry_row()
    change = Change(entry, steps=(StepRow(entry.id, "run-1", entry.changed_at, "held", {"tries": 1}),))
    async with ledger.open_ledger(url) as book:
        assert not await book.read(patience.was_written, [change])
        await book.write(change)
        assert await book.read(patience.was_written, [change])
        later = replace(change.steps[0], facts={"tries": 2})
        assert not await book.read(patience.was_written, [change._replace(steps=(later,))])


def test_a_server_that_stays_away_is_told():
    """The patience has an end, and the error its remedy."""
    tries = []

    def attempt(repeated):
        tries.append(repeated)
        raise LedgerAwayError("the database cannot be reached")

    with pytest.raises(LedgerAwayError):
        patience.persist(attempt, away_seconds=0.25)
    assert tries[0] is False
    assert {True} == set(tries[1:])


def test_a_lock_that_ended_with_its_server_is_taken_again_or_lost(server, url):
    """After a crash the run takes its job's lock again; where another was quicker it stops, and never works beside."""
    with ledger.job_lock(url, "nightly") as renew:
        server.crash()
        server.start()
        renew()
        with pytest.raises(AlreadyRunningError), ledger.job_lock(url, "nightly"):
            pass
        server.crash()
        server.start()
        with ledger.job_lock(url, "nightly"), pytest.raises(AlreadyRunningError):
            renew()


@pytest.fixture
def make_entry_row():
    now = SystemClock().now()

    def make():
        return ledger.EntryRow(
            id="0" * 32,
            tenant="acme",
            source_kind="ccai",
            channel="call",
            session_id="1",
            target="capturi x",
            job="demo",
            state="held",
            first_seen_at=now,
            changed_at=now,
        )

    return make
