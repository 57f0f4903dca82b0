"""A target that answers nobody is asked nothing, until one request has shown that it is back."""

import asyncio

import pytest

from connector.breaker import FAILURES_IN_A_ROW, Breaker
from connector.errors import StopError


def fail(breaker, times=FAILURES_IN_A_ROW):
    for _ in range(times):
        breaker.failed("status 503")


async def test_it_opens_after_failures_in_a_row_only(clock):
    """One answer in between shows a target at work; ten failures without any open the breaker."""
    breaker = Breaker(clock)
    fail(breaker, FAILURES_IN_A_ROW - 1)
    breaker.succeeded()
    fail(breaker, FAILURES_IN_A_ROW - 1)
    assert "closed" == breaker.state
    fail(breaker, 1)
    assert "open" == breaker.state


async def test_one_request_goes_ahead_and_decides_for_all(clock):
    """Half open lets one through; while that one is under way, the others wait, and its success lets all pass."""
    breaker = Breaker(clock)
    fail(breaker)
    before = clock.monotonic()
    look = await breaker.enter()
    assert "half_open" == breaker.state
    assert clock.monotonic() - before >= 1.0
    other = asyncio.create_task(breaker.enter())
    await asyncio.sleep(0.01)
    assert not other.done()
    breaker.succeeded()
    breaker.leave(look)
    assert await other is None
    assert "closed" == breaker.state


async def test_the_pause_grows_while_it_stays_down(clock):
    """Each failed look is followed by a longer pause, up to a bound."""
    breaker = Breaker(clock)
    fail(breaker)
    pauses = []
    for _ in range(7):
        before = clock.monotonic()
        look = await breaker.enter()
        pauses.append(round(clock.monotonic() - before))
        breaker.failed("status 503", look)
        breaker.leave(look)
    assert [1, 2, 4, 8, 15, 15, 15] == pauses


async def test_patience_ends_with_what_the_trouble_was(clock):
    """Who may not wait for ever is told what the target's trouble was, and that nothing is lost."""
    breaker = Breaker(clock, patience_seconds=20)
    fail(breaker)

    async def try_for_ever():
        while True:
            look = await breaker.enter()
            breaker.failed("status 503", look)
            breaker.leave(look)

    with pytest.raises(StopError, match=r"status 503.*next run goes on"):
        await try_for_ever()


async def test_a_look_that_was_given_up_does_not_lock_the_others_out(clock):
    """A request that is cancelled in the middle of its look leaves the next one to look."""
    breaker = Breaker(clock)
    fail(breaker)
    breaker.leave(await breaker.enter())
    await asyncio.wait_for(breaker.enter(), 1)


async def test_who_was_under_way_before_does_not_end_the_look_of_another(clock):
    """A request that began before it opened fails and leaves late: still only the one that looks is let through."""
    breaker = Breaker(clock)
    fail(breaker)
    look = await breaker.enter()
    breaker.failed("status 503")
    breaker.leave(None)
    assert "half_open" == breaker.state
    other = asyncio.create_task(breaker.enter())
    await asyncio.sleep(0.01)
    assert not other.done(), "two requests look at once"
    breaker.succeeded()
    breaker.leave(look)
    await other


async def test_the_look_that_closed_it_says_nothing_once_it_is_open_again(clock):
    """A long upload whose first bytes closed it neither keeps a new look away nor ends it when it is done at last."""
    breaker = Breaker(clock)
    fail(breaker)
    long = await breaker.enter()
    breaker.succeeded()
    fail(breaker)
    assert "open" == breaker.state
    look = await asyncio.wait_for(breaker.enter(), 1)
    breaker.leave(long)
    assert (True, "half_open") == (look is not None, breaker.state)
