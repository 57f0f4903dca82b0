import asyncio
from datetime import time
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.delivery import Hours, Limits
from connector.delivery.limits import Pace
from connector.errors import SkipError
from connector.reason import Code


class Budget:
    """A budget that is used up, then free again."""

    def __init__(self, *waits):
        self.waits = list(waits)
        self.asked = 0

    async def take(self):
        self.asked += 1
        return self.waits.pop(0)


class Wheel:
    """A clock for property tests: moves when somebody sleeps, in the order of waking."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    async def sleep(self, seconds):
        self.seconds += seconds


@settings(deadline=None)
@given(
    st.floats(0.1, 500, allow_nan=False),
    st.lists(st.floats(0, 3, allow_nan=False), min_size=2, max_size=60),
    st.floats(0.01, 10),
)
async def test_never_more_than_the_rate(per_second, pauses, window):
    """However requests come, no window holds more than rate x window + 1 of them."""
    wheel = Wheel()
    pace = Pace(per_second, wheel)
    went = []
    for pause in pauses:
        wheel.seconds += pause
        await pace.wait()
        went.append(wheel.seconds)
    for start in went:
        inside = [moment for moment in went if start <= moment < start + window]
        assert len(inside) <= per_second * window + 1 + 1e-6


async def test_even_flow(clock):
    """Requests that come all at once go evenly spread, the first one at once."""
    pace = Pace(20, clock)
    went = []
    for _ in range(5):
        await pace.wait()
        went.append(clock.seconds)
    assert [0.0, *([pytest.approx(0.05)] * 4)] == [went[0], *[after - before for before, after in pairwise(went)]]


async def test_pause_saves_nothing_up(clock):
    """A quiet hour earns no burst afterwards."""
    pace = Pace(10, clock)
    await pace.wait()
    clock.seconds += 3600
    began = clock.seconds
    for _ in range(11):
        await pace.wait()
    assert pytest.approx(1.0) == clock.seconds - began


async def test_concurrency(clock):
    """Never more requests are under way than allowed, and each that ends lets the next one in."""
    limits = Limits(concurrency=3, clock=clock)
    at_once, most = 0, 0

    async def request():
        nonlocal at_once, most
        await limits.enter()
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        limits.leave()

    await asyncio.gather(*(request() for _ in range(20)))
    assert 3 == most


async def test_cancelled_while_waiting(clock):
    """A request that is cancelled while it waits for its turn gives its place back."""
    patient = SimpleNamespace(
        now=clock.now, monotonic=clock.monotonic, sleep=lambda seconds: asyncio.sleep(seconds * 60)
    )
    limits = Limits(concurrency=1, requests_per_second=1, clock=patient)
    await limits.enter()
    limits.leave()
    waiting = asyncio.create_task(limits.enter())
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(limits.slots.acquire(), 1)


async def test_outside_the_hours_holds(clock):
    """A run that does not wait holds the entry as limit_reached outside the hours."""
    limits = Limits(hours=Hours(time(20), time(6)), clock=clock)
    with pytest.raises(SkipError, match="hours") as caught:
        await limits.open()
    assert Code.LIMIT_REACHED == caught.value.code


async def test_outside_the_hours_waits(clock):
    """A backfill waits until the hours open."""
    await Limits(hours=Hours(time(20), time(6)), waits=True, clock=clock).open()
    assert [8 * 3600.0] == clock.slept


async def test_budget_used_up_holds(clock):
    """A run holds the entry as limit_reached when the hour's or day's budget is used up."""
    with pytest.raises(SkipError) as caught:
        await Limits(budget=Budget(120.0), clock=clock).book()
    assert Code.LIMIT_REACHED == caught.value.code


async def test_budget_used_up_waits(clock):
    """A backfill asks the budget again after the time it named, until one is booked."""
    budget = Budget(120.0, 3.0, 0.0)
    await Limits(budget=budget, waits=True, clock=clock).book()
    assert ([120.0, 3.0], 3) == (clock.slept, budget.asked)


@pytest.mark.parametrize("goes_on", [True, False])
async def test_what_waited_goes_on_after_the_pause_alone(clock, goes_on):
    """What waited for a budget is not sent while the work is paused; where that ends in its end, it is held."""
    limits, budget = Limits(clock=clock), Budget(120.0, 0.0)
    limits.change(requests_per_second=None, hours=None, budget=budget, waits=True, paused=True)
    booking = asyncio.create_task(limits.book())
    for _ in range(9):
        await asyncio.sleep(0)
    assert (1, False) == (budget.asked, booking.done())
    limits.change(requests_per_second=None, hours=None, budget=budget, waits=goes_on)
    await asyncio.wait([booking])
    assert (2 if goes_on else 1) == budget.asked
    assert isinstance(booking.exception(), SkipError) is not goes_on


@pytest.mark.parametrize("limit", ["hours", "budget"])
async def test_a_limit_that_is_lifted_lets_who_waits_go_on(clock, limit):
    """Who waits for hours or for a budget goes on when that limit is taken away altogether."""

    async def sleep(seconds):
        limits.change(requests_per_second=None, hours=None, budget=None, waits=True)
        await clock.sleep(seconds)

    lifting = SimpleNamespace(now=clock.now, monotonic=clock.monotonic, sleep=sleep)
    given = {"hours": Hours(time(20), time(6))} if limit == "hours" else {"budget": Budget(120.0)}
    limits = Limits(**given, waits=True, clock=lifting)
    await limits.open()
    await limits.book()
    assert 1 == len(clock.slept)


async def test_no_limits(clock):
    """What is left out does not bind."""
    limits = Limits(clock=clock)
    await limits.open()
    await limits.book()
    assert [] == clock.slept


def test_pace_of_nothing(clock):
    """A rate of nothing is a mistake."""
    with pytest.raises(ValueError, match="greater than 0"):
        Pace(0, clock)
