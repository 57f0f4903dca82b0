"""Tell of what goes wrong with senders, without a line for each of a thousand requests."""

from typing import Final

from connector.clock import Clock
from connector.logs import logger

__all__ = ["Complaints"]

PAUSE_SECONDS: Final = 60.0


class Complaints:
    """What is told again only after a while, then with how often it happened meanwhile; never with what was sent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told_at: dict[tuple[str, str], float] = {}
        self._untold: dict[tuple[str, str], int] = {}

    def turned_away(self, intake: str, status: int, why: str) -> None:
        """Tell that an intake turned a sender away."""
        if times := self._times(intake, str(status)):
            logger().warning("intake.turned_away", intake=intake, status=status, why=why, times=times)

    def troubled(self, intake: str, why: str) -> None:
        """Tell that an intake could not store a request."""
        if times := self._times(intake, ""):
            logger().error("intake.troubled", intake=intake, why=why, times=times)

    def _times(self, intake: str, what: str) -> int:
        """Give how often it happened since it was last told; 0 where it is too early to tell again."""
        key, now = (intake, what), self._clock.monotonic()
        self._untold[key] = self._untold.get(key, 0) + 1
        if now - self._told_at.get(key, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return 0
        self._told_at[key] = now
        return self._untold.pop(key)
