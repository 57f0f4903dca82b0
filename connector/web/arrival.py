"""Wake the forwarding of an intake when something came: soon, but not for every message of a burst."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

__all__ = ["Arrivals"]

GATHERING_SECONDS: Final = 0.2
"""What comes within so much time is forwarded in one go."""
MOST_POSTPONED: Final = 10
"""So often forwarding is put off while a burst is taken in: it works in the same thread, and a sender waits."""


class Arrivals:
    """One event for each intake, set when something new was stored for it."""

    def __init__(self, intakes: Iterable[str], is_busy: Callable[[], bool]) -> None:
        self.events = {intake: asyncio.Event() for intake in intakes}
        self._is_busy = is_busy
        self._announced: set[str] = set()

    def announce(self, intake: str) -> None:
        """Have whoever forwards this intake woken before long."""
        if intake not in self._announced:
            self._announced.add(intake)
            asyncio.get_running_loop().call_later(GATHERING_SECONDS, self._wake, intake, MOST_POSTPONED)

    def _wake(self, intake: str, postponable: int) -> None:
        if postponable and self._is_busy():
            asyncio.get_running_loop().call_later(GATHERING_SECONDS, self._wake, intake, postponable - 1)
            return
        self._announced.discard(intake)
        self.events[intake].set()
