"""How a worker of a backfill begins one session after the other."""

import asyncio
from types import SimpleNamespace

import pytest

from connector.job.backfill.brake import Brake
from connector.job.execution.neighbour import Neighbourhood

TURNS = 10
"""As many turns of the loop as a task needs to go on; no look comes in so short a time."""


class QuickLooks(Neighbourhood):
    """Sessions of which somebody looks in every turn of the loop whether one has ended."""

    __slots__ = ("looks",)

    def __init__(self):
        super().__init__()
        self.looks = 0

    async def one_ends(self, timeout_seconds):
        assert timeout_seconds > 0
        self.looks += 1
        await asyncio.sleep(0)


def held(neighbours):
    """Give a brake for two sessions at once of these."""
    made = Brake()
    made.watch(SimpleNamespace(neighbours=neighbours))
    made.most = 2
    return made


async def begin(brake, neighbours):
    """Begin a session that may begin, and give what ends it."""
    assert await brake.passes() is True
    end = asyncio.Event()
    neighbours.begun(asyncio.create_task(end.wait()))
    return end


async def pass_turns():
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.fixture
def sessions():
    return Neighbourhood()


async def test_the_end_of_a_session_lets_the_next_one_begin_at_once(sessions):
    """Nobody waits for the next look: of ten sessions after one another each begins when the one before has ended."""
    brake = held(sessions)
    ends = [await begin(brake, sessions), await begin(brake, sessions)]
    for _ in range(10):
        passing = asyncio.create_task(brake.passes())
        await pass_turns()
        assert (False, 2) == (passing.done(), len(sessions.under_way))
        ends.pop(0).set()
        await pass_turns()
        assert (True, 1) == (passing.done(), len(sessions.under_way))
        ends.append(await begin(brake, sessions))
    for end in ends:
        end.set()
    await pass_turns()
    assert set() == sessions.under_way


async def test_a_share_holds_more_back():
    """With a tenth of the places one session is under way, however often somebody looks: never none, never two."""
    looked = QuickLooks()
    brake = held(looked)
    brake.share = 0.1
    end = await begin(brake, looked)
    passing = asyncio.create_task(brake.passes())
    await pass_turns()
    assert (False, TURNS) == (passing.done(), looked.looks)
    end.set()
    assert await passing is True


async def test_the_end_of_the_work_holds_nobody():
    """Who waits for a place when the work is to end is told so."""
    looked = QuickLooks()
    brake = held(looked)
    ends = [await begin(brake, looked), await begin(brake, looked)]
    passing = asyncio.create_task(brake.passes())
    await asyncio.sleep(0)
    assert (False, 1) == (passing.done(), looked.looks)
    brake.ending = True
    assert await passing is False
    for end in ends:
        end.set()
    await pass_turns()
