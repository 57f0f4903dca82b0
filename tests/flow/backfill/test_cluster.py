"""A dask cluster works on a backfill: sums of workers, ledger and target agree, whoever is killed."""

import asyncio
import os
from collections import Counter
from importlib.util import find_spec

import pytest
from sqlalchemy import create_engine, make_url, text

from connector.clock import SystemClock
from connector.ledger import schema
from tests.servers.dask import running_dask
from tests.servers.missing import do_without

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")
CALLS = 60
SUMS = "SELECT state, count(*), sum(items) FROM backfill_partition GROUP BY state"


@pytest.fixture
def database(postgresql_server):
    if find_spec("distributed") is None:
        do_without("dask.distributed", "pip install 'conversation-connector[dask]'")
    return postgresql_server


@pytest.fixture
def shared(database, monkeypatch):
    """Give the address of a new ledger on PostgreSQL, which every process finds in its environment."""
    url = database.make_database()
    schema.upgrade(url, SystemClock())
    monkeypatch.setenv("CONNECTOR_LEDGER", url)
    return url


def ask(url, question):
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found = connection.execute(text(question)).all()
    engine.dispose()
    return found


async def states(url, least):
    """Wait until so many entries are delivered."""
    async with asyncio.timeout(60):
        while True:
            found = await asyncio.to_thread(ask, url, "SELECT state, count(*) FROM entry GROUP BY state")
            if dict(found).get("delivered", 0) >= least:
                return
            await asyncio.sleep(0.05)


async def test_a_cluster_loses_a_worker_and_everything_arrives_once(
    history, capturi, started, reading, shared, tmp_path
):
    """One of three workers is killed in the middle: ledger, parts and target hold the same sums."""
    async with capturi(faults="latency=40ms") as address:
        project = history(address, days=6, a_day=CALLS // 6)
        environment = {**os.environ, "CONNECTOR_HOME": str(project.folder)}
        with running_dask(tmp_path, environment, workers=3) as cluster:
            words = ("backfill", "demo", *RANGE, "--engine", cluster.engine, "--json")
            process = await started(project.folder, *words)
            await states(shared, 5)
            cluster.workers[0].kill()
            out, err = await process.communicate()
        arrived = await reading(address)
    entries = Counter(dict(ask(shared, "SELECT state, count(*) FROM entry GROUP BY state")))
    assert 0 == process.returncode, err.decode()
    assert f'"delivered": {CALLS}'.encode() in out
    assert {"delivered": CALLS} == dict(entries)
    assert CALLS == len(arrived.conversations) == len(arrived.audio)
    assert [("done", 6, CALLS)] == ask(shared, SUMS)


async def test_worker_scheduler_and_all_killed_the_same_command_completes_it(
    history, capturi, started, command, reading, shared, tmp_path
):
    """One of three workers is killed, then the scheduler, then everything: parts, ledger and target hold one sum."""
    async with capturi(faults="latency=40ms") as address:
        project = history(address, days=6, a_day=CALLS // 6)
        environment = {**os.environ, "CONNECTOR_HOME": str(project.folder)}
        words = ("backfill", "demo", *RANGE, "--engine")
        with running_dask(tmp_path, environment, workers=3) as cluster:
            process = await started(project.folder, *words, cluster.engine, "--json")
            await states(shared, 3)
            cluster.workers[0].kill()
            await states(shared, 10)
            cluster.scheduler.kill()
            out, err = await process.communicate()
        assert (1, True) == (process.returncode, b"the scheduler is gone" in out), err.decode()
        assert b"never retrieved" not in err
        with running_dask(tmp_path, environment, workers=3) as cluster:
            process = await started(project.folder, *words, cluster.engine)
            await states(shared, 20)
            for one in (*cluster.workers, cluster.scheduler, process):
                one.kill()
            await process.communicate()
        with running_dask(tmp_path, environment, workers=3) as cluster:
            ended = await command(project.folder, *words, cluster.engine, "--json")
        arrived = await reading(address)
    assert 0 == ended.code, ended
    assert CALLS == ended.told["delivered"] + ended.told["unchanged"]
    assert CALLS == len(arrived.conversations) == len(arrived.audio)
    assert [("delivered", CALLS)] == ask(shared, "SELECT state, count(*) FROM entry GROUP BY state")
    assert [("done", 6, CALLS)] == ask(shared, SUMS)


async def test_a_scheduler_that_is_not_there_is_told(history, capturi, command, shared):
    """Exit code 1, the address, and what to look for; the plan stays."""
    async with capturi() as address:
        project = history(address, days=1, a_day=1)
        ended = await command(project.folder, "backfill", "demo", *RANGE, "--engine", "dask://127.0.0.1:9", "--json")
    assert 1 == ended.code
    assert "scheduler tcp://127.0.0.1:9 cannot be reached" in ended.told["error"]
    assert [("working",)] == ask(shared, "SELECT state FROM backfill_plan")
