"""A process says that it is at work through a ledger in trouble, and is stopped before others take its work over."""

import asyncio
import sqlite3
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import create_engine, make_url, text

from connector import ledger
from connector.clock import SystemClock
from connector.errors import AlreadyRunningError, LedgerError
from connector.job.definition.model import Job
from connector.job.execution.presence import Pace, saying
from connector.ledger import schema

PATIENT = Pace(seconds=0.05, unheard_seconds=50)
STRICT = Pace(seconds=0.05, unheard_seconds=1)
JOB = Job.model_validate(
    {"job": "nightly", "tenant": "acme", "source": {"storage": "export"}, "mappings": {}, "target": {"token": "t"}}
)


@pytest.fixture
def server(crashing_postgresql_server):
    return crashing_postgresql_server


class Sqlite:
    """A ledger file that another program locks."""

    def __init__(self, folder):
        self.url = f"sqlite:///{folder / 'connector.db'}"
        schema.upgrade(self.url, SystemClock())
        self.other = sqlite3.connect(folder / "connector.db", isolation_level=None)

    def leave(self):
        self.other.execute("BEGIN IMMEDIATE")

    def come_back(self):
        self.other.execute("ROLLBACK")

    def last_word(self):
        return self.other.execute("SELECT seen_at FROM presence").fetchone()


class Postgresql:
    """A ledger whose server is killed and started again."""

    def __init__(self, server):
        self.server = server
        self.url = server.make_database()
        schema.upgrade(self.url, SystemClock())

    def leave(self):
        self.server.crash()

    def come_back(self):
        self.server.start()

    def last_word(self):
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            found = connection.execute(text("SELECT seen_at FROM presence")).first()
        engine.dispose()
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def absent(request, tmp_path):
    """Give a ledger that can be taken away and brought back."""
    if request.param == "postgresql":
        yield Postgresql(request.getfixturevalue("server"))
        return
    found = Sqlite(tmp_path)
    with closing(found.other):
        yield found


async def test_what_a_ledger_in_trouble_missed_is_said_when_it_is_back(absent):
    """An absence shorter than the patience of others costs nothing: the process goes on, and is heard of again."""
    async with ledger.open_ledger(absent.url, busy_seconds=0.05) as book:
        async with saying(book, JOB, SystemClock(), kind="run", pace=PATIENT):
            absent.leave()
            await asyncio.sleep(0.6)
            absent.come_back()
            before = absent.last_word()
            async with asyncio.timeout(10):
                while absent.last_word() == before:  # noqa: ASYNC110 - another database tells no event
                    await asyncio.sleep(0.05)
        assert absent.last_word() is None


async def work(book, pace, meanwhile, stopped):
    """Be at work for long while something happens; note when that was cut short."""
    began = asyncio.get_running_loop().time()
    async with saying(book, JOB, SystemClock(), kind="run", pace=pace):
        try:
            await meanwhile()
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            stopped.append(asyncio.get_running_loop().time() - began)
            raise


async def test_a_process_that_is_not_heard_of_for_long_is_stopped(absent):
    """Before others may take its work over it is told so, in words that say what to do; nothing goes on unheard."""
    stopped = []

    async def leave():
        absent.leave()

    async with ledger.open_ledger(absent.url, busy_seconds=0.05) as book:
        with pytest.raises(LedgerError, match=r"no word of this process.*others may take over") as told:
            await work(book, STRICT, leave, stopped)
        absent.come_back()
    assert "the next run goes on" in (told.value.hint or "")
    assert stopped[0] < 10


async def test_a_process_whose_lock_another_one_took_is_stopped(server):
    """Where the server was away and another process was quicker to take the job, the first one ends at once."""
    absent, stopped = Postgresql(server), []
    with ExitStack() as locks:
        renew = locks.enter_context(ledger.job_lock(absent.url, "nightly"))

        async def be_slower():
            absent.leave()
            await asyncio.sleep(2)
            absent.come_back()
            locks.enter_context(ledger.job_lock(absent.url, "nightly"))

        async with ledger.open_ledger(absent.url) as book:
            book.on_return(renew)
            with pytest.raises(AlreadyRunningError):
                await work(book, PATIENT, be_slower, stopped)
    assert stopped[0] < 20
