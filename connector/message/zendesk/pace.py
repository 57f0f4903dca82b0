"""Keep requests below so many a minute, as Zendesk's limits are counted."""

from collections import deque
from collections.abc import Callable
from typing import Final

from connector.clock import Clock

__all__ = ["Pace"]

MINUTE_SECONDS: Final = 60.0


class Pace:
    """Requests of one kind; at most so many in any minute."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._moments: deque[float] = deque(maxlen=per_minute)
        self._clock = clock

    async def wait(self, told: Callable[[float], None] | None = None) -> None:
        """Wait until one more request fits; `told` hears of a pause and its seconds before it begins."""
        while len(self._moments) == self._moments.maxlen:
            seconds = self._moments[0] + MINUTE_SECONDS - self._clock.monotonic()
            if seconds <= 0:
                break
            if told is not None:
                told(seconds)
            await self._clock.sleep(seconds)
        self._moments.append(self._clock.monotonic())
