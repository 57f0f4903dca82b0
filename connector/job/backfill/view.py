"""State what whoever watches a backfill is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connector.job.backfill.forecast import Forecast, Load

__all__ = ["Sight", "Unseen", "View", "WorkerSight"]


@dataclass(frozen=True, slots=True)
class WorkerSight:
    """What one worker is at."""

    number: int
    day: str
    items: int
    worked: int
    rate: float
    """Sessions a second, lately."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How far a backfill is."""

    items: int
    """Sessions planned for this run."""
    worked: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """Outcome -> entries, so far."""
    rate: float = 0.0
    seconds_left: float | None = None
    note: str = ""
    """Why it is slow or stands still."""
    workers: tuple[WorkerSight, ...] = ()


class View(Protocol):
    """Draws a backfill for people."""

    def listed(self, files: int) -> None:
        """Take how many more files were listed."""
        ...

    def planned(self, sessions: int, outside: int) -> None:
        """Take how many sessions are planned so far, and how many ended outside the range."""
        ...

    def foretold(self, load: Load, forecast: Forecast) -> None:
        """Take how much is to be done now, and when it is expected to end."""
        ...

    def say(self, text: str) -> None:
        """Take one line for people."""
        ...

    def sees(self, sight: Sight) -> None:
        """Take how far it is now."""
        ...


class Unseen:
    """Nobody watches."""

    def listed(self, files: int) -> None:
        """Ignore it."""

    def planned(self, sessions: int, outside: int) -> None:
        """Ignore it."""

    def foretold(self, load: Load, forecast: Forecast) -> None:
        """Ignore it."""

    def say(self, text: str) -> None:
        """Ignore it."""

    def sees(self, sight: Sight) -> None:
        """Ignore it."""
