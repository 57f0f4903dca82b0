"""Tell whoever watches how far a run is."""

from typing import Protocol

from connector.clock import Clock
from connector.reason import Outcome

__all__ = ["Progress", "Silent", "pause"]


class Progress(Protocol):
    """What a run reports to; the command line draws it, a test counts it."""

    def listed(self, files: int) -> None:
        """Take how many more files were listed."""
        ...

    def expects(self, sessions: int) -> None:
        """Take how many files there are to work on."""
        ...

    def closed(self, outcome: Outcome) -> None:
        """Take what became of one more entry."""
        ...

    def waits(self, what: str) -> None:
        """Take how long is waited from now on, and what for: `5 s: …`; nothing where the waiting is over."""
        ...


class Silent:
    """Nobody watches."""

    def listed(self, files: int) -> None:
        """Ignore it."""

    def expects(self, sessions: int) -> None:
        """Ignore it."""

    def closed(self, outcome: Outcome) -> None:
        """Ignore it."""

    def waits(self, what: str) -> None:
        """Ignore it."""


async def pause(progress: Progress, clock: Clock, seconds: float, what: str) -> None:
    """Sleep, and let whoever watches know what for; several at once are one waiting, over with the first."""
    progress.waits(what)
    try:
        await clock.sleep(seconds)
    finally:
        progress.waits("")
