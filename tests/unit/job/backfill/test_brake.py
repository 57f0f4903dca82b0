"""How a worker of a backfill is held, and let go."""

import asyncio

import pytest

from connector.job.backfill import brake as braking
from connector.job.backfill.brake import Brake

TURNS = 10
"""As many turns of the loop as a task needs to go on."""


async def pass_turns():
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.fixture
def brake(monkeypatch):
    """Give a brake that looks in every turn of the loop whether it is still to hold."""
    monkeypatch.setattr(braking, "LOOK_SECONDS", 0)
    return Brake()


async def test_it_holds_while_paused_and_lets_go_afterwards(brake):
    """Nothing is begun in a pause, however often somebody looks."""
    assert await brake.passes() is True
    brake.paused = True
    passing = asyncio.create_task(brake.passes())
    await pass_turns()
    assert not passing.done()
    brake.paused = False
    assert await passing is True


async def test_the_end_of_the_work_holds_nobody(brake):
    """Who waits in a pause when the work is to end is told so, and so is whoever asks later."""
    brake.paused = True
    passing = asyncio.create_task(brake.passes())
    await pass_turns()
    brake.ending = True
    assert [False, False] == [await passing, await brake.passes()]
    brake.paused = False
    assert await brake.passes() is False
