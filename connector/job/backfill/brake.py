"""Hold the work of a backfill when a person says so, and end it in order."""

import asyncio

from connector.clock import SystemClock

__all__ = ["Brake", "PatientClock"]

SHORT_SECONDS = 60.0
LOOK_SECONDS = 0.2


class PatientClock(SystemClock):
    """A clock whose long sleeps end when the work is to end: nobody waits for the night to be let go."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds, or where that is long until somebody says wake()."""
        if seconds <= SHORT_SECONDS:
            await asyncio.sleep(seconds)
            return
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return

    def wake(self) -> None:
        """End the long sleeps; what they waited for is looked at again."""
        self._woken.set()
        self._woken = asyncio.Event()


class Brake:
    """Say whether one more session may be begun."""

    def __init__(self) -> None:
        self.paused = False
        self.ending = False

    async def passes(self) -> bool:
        """Return once a session may be begun; False where the work is to end, and what is under way is the last."""
        while not self.ending:
            if not self.paused:
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False
