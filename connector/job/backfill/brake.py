"""Hold the work of a backfill when a person says so, slow it down for a nightly run, end it in order."""

import asyncio

from connector.clock import SystemClock
from connector.job.execution.model import Execution

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
        self.share = 1.0
        """Part of the conversations that may be under way at once."""
        self.most: int | None = None
        """How many conversations may be under way at once, before the share; None where nobody said yet."""
        self._run: Execution | None = None

    def watch(self, run: Execution) -> None:
        """Hold the work of this run."""
        self._run = run

    async def passes(self) -> bool:
        """Return once a session may be begun; False where the work is to end, and what is under way is the last."""
        while not self.ending:
            if self.paused:
                await asyncio.sleep(LOOK_SECONDS)
            elif (run := self._run) is not None and self._is_crowded(run):
                # Not a sleep: sessions end much more often than anybody would look.
                await run.neighbours.one_ends(LOOK_SECONDS)
            else:
                return True
        return False

    def _is_crowded(self, run: Execution) -> bool:
        """Tell whether as many are under way as may be."""
        return self.most is not None and len(run.neighbours.under_way) >= max(1, round(self.most * self.share))
