"""Tell whoever watches how far a run is."""

from typing import Protocol

from connector.reason import Outcome

__all__ = ["Progress", "Silent"]


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


class Silent:
    """Nobody watches."""

    def listed(self, files: int) -> None:
        """Ignore it."""

    def expects(self, sessions: int) -> None:
        """Ignore it."""

    def closed(self, outcome: Outcome) -> None:
        """Ignore it."""
