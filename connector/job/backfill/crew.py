"""Name what works on a plan: one worker in this process, several of this machine, or a cluster."""

import asyncio
from typing import Protocol

from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake
from connector.job.backfill.worker import work_on
from connector.job.definition.loader import Plan
from connector.settings import Settings

__all__ = ["Alone", "Crew"]


class Crew(Protocol):
    """Whoever works on the parts of a plan."""

    async def work(self) -> None:
        """Return when no part is left or the end was asked for; raise what stops a run."""
        ...

    def end(self) -> None:
        """Finish what is under way and begin nothing more."""
        ...

    def kill(self) -> None:
        """End at once."""
        ...


class Alone:
    """One worker, in this process."""

    def __init__(self, plan: Plan, settings: Settings, assignment: Assignment) -> None:
        self._plan, self._settings, self._assignment = plan, settings, assignment
        self._brake = Brake()
        self._task: asyncio.Task[int] | None = None

    async def work(self) -> None:
        """Work until nothing is left, as Crew promises."""
        self._task = asyncio.create_task(work_on(self._plan, self._settings, self._assignment, self._brake))
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()

    def end(self) -> None:
        """Finish what is under way and begin nothing more."""
        self._brake.ending = True

    def kill(self) -> None:
        """End at once."""
        self.end()
        if self._task is not None:
            self._task.cancel()
