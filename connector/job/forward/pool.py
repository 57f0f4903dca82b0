"""Work on many conversations at once, each in its own order."""

import asyncio
from datetime import datetime

from connector.job.forward.case import work_on
from connector.job.forward.diary import Diary
from connector.job.forward.inbox import take_in
from connector.job.forward.model import Forwarding
from connector.ledger import case_events, cases
from connector.ledger.case_model import CaseRow

__all__ = ["Pool"]

LONGEST_LOOK_SECONDS = 1.0
"""Another process may accept messages as well, and wakes nobody here."""


class Pool:
    """The conversations of an intake that are being worked on."""

    def __init__(self, run: Forwarding, wake: asyncio.Event, diary: Diary) -> None:
        self._run = run
        self._wake = wake
        self._diary = diary
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._most = run.plan.intake.limits.concurrency
        self._is_more = False
        """Whether the inbox may hold more than was read of it."""

    async def work(self, until: datetime | None) -> None:
        """Work until that moment or cancelled or, with None, until nothing can be done now; raises what stops it."""
        async with asyncio.TaskGroup() as tasks:
            while until is None or self._run.now() < until:
                self._wake.clear()
                await self._look(tasks)
                if self._busy or until is not None:
                    await self._rest()
                elif not await self._is_anything_due():
                    return
                await self._diary.write()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        run = self._run
        self._is_more = await take_in(run)
        if self._is_more:
            self._wake.set()
        await run.book.transact(case_events.close_idle, run.desk.intake, run.now())
        room = self._most - len(self._busy)
        if room <= 0:
            return
        due = await run.book.read(cases.due_cases, run.desk.intake, run.now(), busy=list(self._busy), limit=room)
        for case in due:
            self._busy[case.id] = tasks.create_task(self._one(case))

    async def _one(self, case: CaseRow) -> None:
        try:
            await work_on(self._run, case)
        finally:
            del self._busy[case.id]
            self._wake.set()

    async def _rest(self) -> None:
        """Wait until something came, something is done, or something is due."""
        run = self._run
        seconds = LONGEST_LOOK_SECONDS
        if not self._busy:
            due = await run.book.read(cases.next_due, run.desk.intake)
            seconds = min(seconds, _seconds_until(due, run.now()))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _is_anything_due(self) -> bool:
        if self._is_more:
            return True
        due = await self._run.book.read(cases.next_due, self._run.desk.intake)
        return due is not None and due <= self._run.now()


def _seconds_until(due: datetime | None, now: datetime) -> float:
    return LONGEST_LOOK_SECONDS if due is None else max(0.0, (due - now).total_seconds())
