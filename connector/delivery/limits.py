"""Keep the target from being asked more, faster or at other hours than a job allows."""

import asyncio
from typing import Protocol

from connector.clock import Clock, SystemClock
from connector.delivery.hours import Hours
from connector.delivery.slots import Slots
from connector.errors import SkipError
from connector.reason import Code

__all__ = ["Budget", "Limits", "Pace"]

LOOK_SECONDS = 1.0


class Budget(Protocol):
    """The conversations and messages a token may still create this hour and this day, whoever sends them."""

    async def take(self) -> float:
        """Book one, durably, and give 0; or book none and give the seconds after which to ask again."""
        ...


class Pace:
    """An even flow of requests: any span of w seconds holds at most `per_second * w + 1` of them, without bursts."""

    def __init__(self, per_second: float, clock: Clock) -> None:
        self.change(per_second)
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next = clock.monotonic()

    def change(self, per_second: float) -> None:
        """Let requests flow so fast from the next one on; raise ValueError for no flow at all."""
        if per_second <= 0:
            raise ValueError("a pace must be greater than 0")
        self._gap_seconds = 1 / per_second

    async def wait(self) -> None:
        """Return when the next request may go; callers go in the order in which they came."""
        came = self._clock.monotonic()
        # One after the other: a change of pace holds for all who wait, but for the one whose turn is next.
        async with self._turn:
            turn = max(came, self._next)
            self._next = turn + self._gap_seconds
            wait_seconds = turn - self._clock.monotonic()
            if wait_seconds > 0:
                await self._clock.sleep(wait_seconds)


class Limits:
    """All limits of one target; what is left out does not bind.

    `waits` says what happens outside the hours or when a budget is used up: True waits, False holds the entry.
    """

    def __init__(  # noqa: PLR0913 - each limit of a job file is a parameter of its own
        self,
        *,
        concurrency: int = 16,
        requests_per_second: float | None = None,
        hours: Hours | None = None,
        budget: Budget | None = None,
        waits: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self.slots = Slots(concurrency, self._clock)
        self._pace = Pace(requests_per_second, self._clock) if requests_per_second else None
        self._hours = hours
        self._budget = budget
        self._waits = waits
        self._paused = False

    def change(
        self,
        *,
        requests_per_second: float | None,
        hours: Hours | None,
        budget: Budget | None,
        waits: bool,
        paused: bool = False,
    ) -> None:
        """Let these hold instead from now on; who waits already asks again when that wait is over, and any pause."""
        self.pace(requests_per_second)
        self._hours, self._budget, self._waits, self._paused = hours, budget, waits, paused

    def pace(self, requests_per_second: float | None) -> None:
        """Let requests flow so fast from now on; None lets them flow as they come."""
        if requests_per_second is None:
            self._pace = None
        elif self._pace is None:
            self._pace = Pace(requests_per_second, self._clock)
        else:
            self._pace.change(requests_per_second)

    async def enter(self) -> None:
        """Return when one more request may be under way; leave() must follow."""
        await self.slots.acquire()
        if self._pace is not None:
            try:
                await self._pace.wait()
            except asyncio.CancelledError:
                self.slots.release()
                raise

    def leave(self) -> None:
        """Say that the request is over."""
        self.slots.release()

    async def open(self) -> None:
        """Return when the hours allow sending; raise SkipError(LIMIT_REACHED) where the job does not wait for that."""
        while self._hours is not None and (seconds := self._hours.seconds_until_open(self._clock.now())) > 0:
            await self._wait_or_hold(seconds, "outside the hours in which the job may send")

    async def book(self) -> None:
        """Return when one more creation is booked; raise SkipError(LIMIT_REACHED) where the job does not wait."""
        while self._budget is not None and (seconds := await self._budget.take()) > 0:
            await self._wait_or_hold(seconds, "the hourly or daily number of creations is used up")

    async def _wait_or_hold(self, seconds: float, why: str) -> None:
        if self._waits:
            await self._clock.sleep(seconds)
            while self._paused:
                await self._clock.sleep(LOOK_SECONDS)
        if not self._waits:
            raise SkipError(Code.LIMIT_REACHED, why)
