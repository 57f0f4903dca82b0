"""As many requests are under way as the target bears, and never more than the job allows."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.slots import DECREASE, Slots


class Still:
    """A clock that a test turns."""

    seconds = 0.0

    def monotonic(self):
        return self.seconds


async def test_it_begins_at_the_ceiling_and_halves_no_more_than_once_a_second():
    """A burst of refusals is one piece of news: it decreases once."""
    clock = Still()
    slots = Slots(10, clock)
    assert 10 == slots.limit
    for _ in range(20):
        slots.congested()
    assert int(10 * DECREASE) == slots.limit
    clock.seconds += 1
    slots.congested()
    assert int(10 * DECREASE * DECREASE) == slots.limit


async def test_it_grows_by_one_for_each_round_of_good_answers():
    """From four to five takes about four answers; the ceiling is never passed."""
    clock = Still()
    slots = Slots(8, clock)
    while slots.limit > 4:
        clock.seconds += 1
        slots.congested()
    answers = 0
    while slots.limit == 4:
        slots.eased()
        answers += 1
    assert answers <= 5
    for _ in range(1000):
        slots.eased()
    assert 8 == slots.limit


async def test_a_target_that_becomes_slow_gets_less():
    """Answers of three seconds, where others took a tenth of one, are asked for less often at once."""
    slots = Slots(10, Still())
    slots.eased(0.1)
    slots.eased(1.9)
    assert 10 == slots.limit
    slots.eased(3.0)
    assert 7 == slots.limit


async def test_always_slow_is_not_congested():
    """A target that takes its two seconds for everything is not asked for less and less."""
    slots = Slots(10, Still())
    for _ in range(50):
        slots.eased(2.5)
    assert 10 == slots.limit


async def test_who_is_cancelled_while_waiting_takes_no_place():
    """Neither one that waits, nor one that was given its place in the same moment."""
    slots = Slots(1, Still())
    await slots.acquire()
    waiting = [asyncio.create_task(slots.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    slots.release()
    waiting[1].cancel()
    await asyncio.wait_for(waiting[2], 1)
    slots.release()
    await asyncio.wait_for(slots.acquire(), 1)


@given(st.lists(st.sampled_from(["good", "bad", "tick"]), max_size=200))
def test_the_limit_stays_between_one_and_the_ceiling(events):
    """Whatever happens, somebody may go, and nobody beyond the ceiling."""
    clock = Still()
    slots = Slots(6, clock)
    for event in events:
        {"good": slots.eased, "bad": slots.congested, "tick": lambda: setattr(clock, "seconds", clock.seconds + 1)}[
            event
        ]()
        assert 1 <= slots.limit <= 6


async def test_several_places_are_given_together():
    """Who wants three waits until three are free, and who came later does not go first though one was."""
    slots = Slots(4, Still())
    assert 3 == await slots.acquire(3)
    three, one = asyncio.create_task(slots.acquire(3)), asyncio.create_task(slots.acquire())
    await asyncio.sleep(0)
    assert (False, False) == (three.done(), one.done())
    slots.release(2)
    await asyncio.sleep(0)
    assert (True, False) == (three.done(), one.done())
    slots.release()
    assert [3, 1] == await asyncio.wait_for(asyncio.gather(three, one), 1)


async def test_who_wants_more_than_may_be_taken_gets_all_of_it():
    """A burst of eight where five may be under way is one of five; where it shrinks meanwhile, of what is left."""
    slots = Slots(5, Still())
    assert 5 == await slots.acquire(8)
    waiting = asyncio.create_task(slots.acquire(8))
    await asyncio.sleep(0)
    slots.resize(2)
    slots.release(3)
    await asyncio.sleep(0)
    assert not waiting.done()
    slots.release(2)
    assert 2 == await asyncio.wait_for(waiting, 1)


async def test_several_places_that_nobody_waits_for_any_more_are_free():
    """Who is cancelled in the moment in which it gets its places gives all of them back."""
    slots = Slots(3, Still())
    await slots.acquire(3)
    waiting = asyncio.create_task(slots.acquire(3))
    await asyncio.sleep(0)
    slots.release(3)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert 3 == await asyncio.wait_for(slots.acquire(3), 1)


async def test_who_stops_waiting_for_many_places_lets_those_behind_go_on():
    """Three are wanted where one is free, and behind that one: it goes as soon as the three are wanted no more."""
    slots = Slots(3, Still())
    await slots.acquire(2)
    three, one = asyncio.create_task(slots.acquire(3)), asyncio.create_task(slots.acquire())
    await asyncio.sleep(0)
    three.cancel()
    assert 1 == await asyncio.wait_for(one, 1)
