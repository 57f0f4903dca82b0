"""Clocks that tests turn themselves, and the nights in which real ones are turned."""

from collections.abc import Awaitable, Callable
from datetime import datetime

__all__ = ["CHANGES", "QuickClock"]

CHANGES = {
    "Europe/Copenhagen": ("2026-03-29T02:30", "2026-10-25T02:30"),
    "Europe/London": ("2026-03-29T01:30", "2026-10-25T01:30"),
    "Europe/Athens": ("2026-03-29T03:30", "2026-10-25T03:30"),
    "Atlantic/Azores": ("2026-03-29T00:30", "2026-10-25T00:30"),
    "America/New_York": ("2026-03-08T02:30", "2026-11-01T01:30"),
    "America/Los_Angeles": ("2026-03-08T02:30", "2026-11-01T01:30"),
    "America/St_Johns": ("2026-03-08T02:30", "2026-11-01T01:30"),
    "America/Santiago": ("2026-09-06T00:30", "2026-04-04T23:30"),
    "Australia/Sydney": ("2026-10-04T02:30", "2026-04-05T02:30"),
    "Australia/Lord_Howe": ("2026-10-04T02:15", "2026-04-05T01:45"),
}
"""Per time zone a wall time that does not exist in 2026, and one that comes twice."""


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
