"""Wake the forwarding of an intake when something came: soon, but not for every message."""

import asyncio
from collections.abc import Iterable
from typing import Final

__all__ = ["Arrivals"]

GATHERING_SECONDS: Final = 0.2
"""What comes within so much time is forwarded in one go."""


class Arrivals:
    """One event for each intake, set when something new was stored for it."""

    def __init__(self, intakes: Iterable[str]) -> None:
        self.events = {intake: asyncio.Event() for intake in intakes}
        self._announced: set[str] = set()

    def announce(self, intake: str) -> None:
        """Have whoever forwards this intake woken before long."""
        if intake not in self._announced:
            self._announced.add(intake)
            asyncio.get_running_loop().call_later(GATHERING_SECONDS, self._wake, intake)

    def _wake(self, intake: str) -> None:
        self._announced.discard(intake)
        self.events[intake].set()
