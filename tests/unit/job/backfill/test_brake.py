"""How a worker of a backfill begins one session after the other."""

import asyncio
from types import SimpleNamespace

import pytest

from connector.job.backfill.brake import LOOK_SECONDS, Brake
from connector.job.execution.neighbour import Neighbourhood


@pytest.fixture
def brake():
    made = Brake()
    made.watch(SimpleNamespace(neighbours=Neighbourhood()))
    made.most = 2
    return made


async def test_the_end_of_a_session_lets_the_next_one_begin_at_once(brake):
    """Nobody waits for the next look: sessions that take a moment each do not take a look each."""
    sessions, most = 100, []
    neighbours = brake._run.neighbours
    began = asyncio.get_running_loop().time()
    for _ in range(sessions):
        assert await brake.passes()
        neighbours.begun(asyncio.create_task(asyncio.sleep(0)))
        most.append(len(neighbours.under_way))
    assert 2 == max(most)
    assert asyncio.get_running_loop().time() - began < sessions / brake.most * LOOK_SECONDS / 2


async def test_a_share_holds_more_back(brake):
    """With half of the places one session is under way; with none left at all it is still one."""
    waiting = asyncio.Event()
    brake.share = 0.1
    assert await brake.passes()
    task = asyncio.create_task(waiting.wait())
    brake._run.neighbours.begun(task)
    passing = asyncio.create_task(brake.passes())
    await asyncio.sleep(2 * LOOK_SECONDS)
    assert not passing.done()
    waiting.set()
    assert await passing


async def test_the_end_of_the_work_holds_nobody(brake):
    """Who waits for a place when the work is to end is told so."""
    brake._run.neighbours.begun(asyncio.create_task(asyncio.Event().wait()))
    brake._run.neighbours.begun(asyncio.create_task(asyncio.Event().wait()))
    passing = asyncio.create_task(brake.passes())
    await asyncio.sleep(0)
    brake.ending = True
    assert not await passing
    for task in brake._run.neighbours.under_way:
        task.cancel()
