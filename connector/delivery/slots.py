"""Let as many requests be under way as the target bears: a little more while it does well, much less when not.

Additive increase and multiplicative decrease, as TCP does it: several processes that share a target find a fair share
without talking to each other.
"""

import asyncio
from collections import deque

from connector.clock import Clock

__all__ = ["Slots"]

DECREASE = 0.7
REST_SECONDS = 1.0
"""What was sent before a decrease tells nothing of it: so soon it is not decreased again."""
SLOW_SECONDS = 2.0
SLOW_TIMES = 5.0
"""An answer is slow when it takes longer than both: the seconds, and so many times the quickest one."""


class Slots:
    """Places for requests under way, between one and the ceiling; first come, first served."""

    def __init__(self, ceiling: int, clock: Clock) -> None:
        self.ceiling = ceiling
        self._clock = clock
        self._limit = float(ceiling)
        self._taken = 0
        self._waiting: deque[tuple[asyncio.Future[int], int]] = deque()
        """Who waits, and for how many places."""
        self._decreased_at = clock.monotonic() - REST_SECONDS
        self._quickest = SLOW_SECONDS

    @property
    def limit(self) -> int:
        """Give how many may be under way now."""
        return int(self._limit)

    def resize(self, ceiling: int) -> None:
        """Let at most so many be under way from now on, and try at once whether the target bears them."""
        self.ceiling = ceiling
        self._limit = float(ceiling)
        self._admit()

    async def acquire(self, places: int = 1) -> int:
        """Return how many places were given once there are so many, or all that may be; release() must follow each."""
        if not self._waiting and (given := self._free(places)):
            self._taken += given
            return given
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, places))
        try:
            return await turn
        except asyncio.CancelledError:
            # Its places, where they were given in the same moment, or those it kept others from.
            self.release(0 if turn.cancelled() else turn.result())
            raise

    def release(self, places: int = 1) -> None:
        """Give so many places back."""
        self._taken -= places
        self._admit()

    def eased(self, seconds: float | None = None) -> None:
        """Note a good answer, and how long it took where that tells something."""
        if seconds is not None:
            self._quickest = min(self._quickest, seconds)
            if seconds > max(SLOW_SECONDS, SLOW_TIMES * self._quickest):
                self.congested()
                return
        if self._limit < self.ceiling:
            self._limit = min(self._limit + 1 / self._limit, float(self.ceiling))
            self._admit()

    def congested(self) -> None:
        """Note an answer that asks for less, or none."""
        now = self._clock.monotonic()
        if now - self._decreased_at >= REST_SECONDS:
            self._decreased_at = now
            self._limit = max(self._limit * DECREASE, 1.0)

    def _free(self, places: int) -> int:
        """Give so many, or all that may be taken, where that many are free now, else 0."""
        wanted = min(places, self.limit)
        return wanted if self._taken + wanted <= self.limit else 0

    def _admit(self) -> None:
        while self._waiting:
            turn, places = self._waiting[0]
            given = self._free(places)
            if not given and not turn.done():
                return
            self._waiting.popleft()
            if not turn.done():
                self._taken += given
                turn.set_result(given)
