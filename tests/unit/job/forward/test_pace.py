"""Forwarding gives way to a burst, never for ever."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from connector.job.forward import inbox, pace
from connector.job.forward.pace import Pace
from connector.ledger import InboxRow

NOW = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)


class FilmClock:
    """A clock that moves as somebody sleeps; while a burst lasts, requests wait at every moment of it."""

    def __init__(self):
        self.seconds = 1000.0
        self.burst_until = 0.0
        self.pace = None

    def now(self):
        return NOW

    def monotonic(self):
        return self.seconds

    async def sleep(self, seconds):
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds = min(end, self.seconds + 0.01)
            self.look()
        await asyncio.sleep(0)

    def look(self):
        self.pace.see(100 if self.seconds < self.burst_until else 1)

    def begin_burst(self, seconds):
        self.burst_until = self.seconds + seconds
        self.look()


@pytest.fixture
def clock():
    film = FilmClock()
    film.pace = Pace(film)
    return film


async def turns_until(clock, seconds):
    """Give how many turns one who always has something to forward gets until then."""
    count = 0
    while clock.seconds < seconds:
        await clock.pace.turn()
        count += 1
    return count


async def test_nothing_waits_where_nobody_sends(clock):
    """Without a burst every turn is at once, however many are asked for; a few requests are no burst."""
    for _ in range(5000):
        clock.pace.see(pace.MANY_WAITING - 1)
        await clock.pace.turn()
    assert 1000.0 == clock.seconds


async def test_forwarding_steps_back_in_a_burst_and_goes_on_for_all_that(clock):
    """While requests wait, forwarding falls to its least share within a moment, and has that share for ever."""
    clock.begin_burst(3600)
    await turns_until(clock, clock.seconds + 0.5)
    seconds = 60
    found = await turns_until(clock, clock.seconds + seconds)
    assert 0.8 * pace.LEAST * seconds <= found <= 1.2 * pace.LEAST * seconds


async def test_it_is_as_fast_as_before_soon_after_the_burst(clock):
    """Doubled step by step: nobody is held up any more a few seconds after the last request waited."""
    clock.begin_burst(10)
    await turns_until(clock, clock.burst_until)
    slow = clock.pace.per_second
    await clock.sleep(3)
    assert (True, pace.MOST) == (slow <= 2 * pace.LEAST, clock.pace.per_second)


async def test_larger_work_makes_the_next_wait(clock):
    """A page of the inbox counts for several events: what follows it waits for so much longer."""
    clock.begin_burst(3600)
    await turns_until(clock, clock.seconds + 2)
    begun = clock.seconds
    await clock.pace.turn(5)
    await clock.pace.turn()
    assert 5 <= (clock.seconds - begun) * pace.LEAST <= 7


async def test_who_asks_first_goes_first(clock):
    """Several intakes share the turns in the order in which they asked: none is passed over."""
    clock.begin_burst(3600)
    await turns_until(clock, clock.seconds + 0.5)
    order = []

    async def ask(name):
        await clock.pace.turn()
        order.append(name)

    await asyncio.gather(*(ask(name) for name in "abcde"))
    assert list("abcde") == order


async def test_an_inbox_that_fills_as_fast_as_it_is_read_is_left_in_between(clock):
    """After some pages the conversations get their turn, though more waits to be read."""

    class Endless:
        pages = 0

        async def read(self, _function, intake, _after, limit):
            return [InboxRow(1, intake, "zendesk", NOW, {}, b"", "", "", "waiting", None, None)] * limit

        async def transact(self, *_given, **_options):
            self.pages += 1

    book = Endless()
    desk, plan = SimpleNamespace(intake="desk"), SimpleNamespace(source=SimpleNamespace(read=lambda _accepted: ()))
    run = SimpleNamespace(book=book, desk=desk, plan=plan, pace=clock.pace, now=clock.now)
    assert (True, inbox.MOST_PAGES) == (await inbox.take_in(run), book.pages)
