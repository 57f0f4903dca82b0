"""Have forwarding step back while a burst is taken in: a sender waits for his answer, Capturi for nothing."""

import asyncio
from typing import Final

from connector.clock import Clock

__all__ = ["Pace"]

MANY_WAITING: Final = 8
"""So many requests wait for their commit at once only in a burst, or where forwarding keeps them waiting."""
MOST: Final = 500.0
"""Pieces of work in a second that nothing holds up: more than one process does."""
LEAST: Final = 10.0
"""So many there are always: a burst without an end holds forwarding up, and never stops it."""
SHRINKING: Final = 8.0
SHRINKING_SECONDS: Final = 0.05
"""A step back shows only after a while; the next is not made before."""
DOUBLING_SECONDS: Final = 0.3


class Pace:
    """How fast everything that is forwarded in this process may go: down at once in a burst, up again by doubling.

    Whoever takes in tells how many requests wait; whoever forwards asks before each page of the inbox and each event.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._slowed_to = MOST
        self._slowed_at = -SHRINKING_SECONDS
        self._turn_at = 0.0
        self._owed = 0.0
        """Pieces of work that the last turn was for."""
        self._lane = asyncio.Lock()

    @property
    def per_second(self) -> float:
        """Tell how many pieces of work a second may begin now."""
        if self._slowed_to >= MOST:
            return MOST
        doublings = (self._clock.monotonic() - self._slowed_at) / DOUBLING_SECONDS
        found = MOST if doublings > MOST else min(MOST, self._slowed_to * 2.0**doublings)
        if found >= MOST:
            self._slowed_to = MOST
        return found

    def see(self, waiting: int) -> None:
        """Look at how many requests wait for their commit, and slow down where they are many."""
        if waiting < MANY_WAITING:
            return
        now = self._clock.monotonic()
        if now - self._slowed_at >= SHRINKING_SECONDS:
            self._slowed_to, self._slowed_at = max(LEAST, self.per_second / SHRINKING), now

    async def turn(self, pieces: float = 1.0) -> None:
        """Return when work of so many pieces may begin; who asks first goes first, larger work makes the next wait."""
        if self.per_second >= MOST:
            return
        async with self._lane:
            while (seconds := self._turn_at + self._owed / self.per_second - self._clock.monotonic()) > 0:
                await self._clock.sleep(min(seconds, SHRINKING_SECONDS))
            self._turn_at, self._owed = self._clock.monotonic(), pieces
