"""Clocks that tests turn themselves."""

from collections.abc import Awaitable, Callable
from datetime import datetime

__all__ = ["QuickClock"]


class QuickClock:
    """A clock on which every pause is over at once, and remembered; what is to happen meanwhile may be given."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.seconds = 0.0
        self.pauses: list[float] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        if self.meanwhile is not None:
            await self.meanwhile()
