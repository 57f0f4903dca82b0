"""Who waits for whom until the target has shown that it lets us in."""

import asyncio

import pytest

from connector.errors import StopError, TargetRejectedTokenError
from connector.job.execution.gate import Gate


async def test_once_it_is_open_those_who_waited_go_side_by_side():
    """The first goes alone; when the target has done something for it, all others are under way at the same time."""
    gate, under_way, order = Gate(), [], []
    let_go = asyncio.Event()

    async def first():
        async with gate.passing():
            order.append("first")
            await asyncio.sleep(0)
            assert [] == under_way
            gate.succeeded()
            # A long upload: nobody waits for its end.
            await let_go.wait()

    async def other(number):
        async with gate.passing():
            under_way.append(number)
            if len(under_way) == 5:
                let_go.set()
            await let_go.wait()

    async with asyncio.timeout(10):
        await asyncio.gather(first(), *(other(number) for number in range(5)))
    assert ["first"] == order
    assert [0, 1, 2, 3, 4] == under_way


async def test_where_the_first_gets_nowhere_the_next_one_goes_alone():
    """A failure that says nothing of the target leaves the gate closed, and hands the lead on."""
    gate, alone = Gate(), []

    async def one(number):
        async with gate.passing():
            alone.append(number)
            await asyncio.sleep(0)
            assert number == alone[-1]

    await asyncio.gather(*(one(number) for number in range(3)))
    assert [0, 1, 2] == alone
    assert not gate.is_open


async def test_what_stops_the_first_stops_everybody_who_waits():
    """A wrong token is found out by one conversation, and the others never make a request."""
    gate, tried = Gate(), []

    async def one(number):
        async with gate.passing():
            tried.append(number)
            await asyncio.sleep(0)
            raise TargetRejectedTokenError

    ended = await asyncio.gather(*(one(number) for number in range(3)), return_exceptions=True)
    assert [0] == tried
    assert [True] * 3 == [isinstance(error, StopError) for error in ended]
    with pytest.raises(StopError):
        async with gate.passing():
            tried.append("late")
