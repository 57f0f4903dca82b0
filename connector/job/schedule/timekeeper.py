"""Start each job when its schedule says so, once for each slot, whatever the clock or this process went through."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connector import ledger
from connector.clock import Clock
from connector.errors import ConnectorError
from connector.job.definition.model import Schedule
from connector.job.definition.scheduler import next_slot, slots_between
from connector.job.execution.summary import ExitCode
from connector.job.execution.upkeep import settle_killed
from connector.job.schedule import warning
from connector.job.schedule.alert import Alert, Messenger, Tell
from connector.job.schedule.announcement import Announcement
from connector.job.schedule.child import Ended, Start, start_run
from connector.job.schedule.timetable import Scheduled, Timetable
from connector.ledger import Ledger
from connector.logs import logger
from connector.settings import Settings

__all__ = ["keep_schedule"]

LOOK_SECONDS: Final = 15.0
"""So often job files and what people asked for are looked at; a slot itself is not waited for any longer than to it."""
ABSENCE: Final = timedelta(minutes=2)
"""Who has not looked for longer was asleep: what was due meanwhile was missed."""
MOST_MADE_UP: Final = 100
RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(minutes=15)


async def keep_schedule(
    book: Ledger, settings: Settings, *, clock: Clock, start: Start | None = None, tell: Tell | None = None
) -> None:
    """Run every scheduled job of the project folder at its slots, each in a process of its own; never returns.

    Several of these, on several machines with one ledger, share the work: a slot gets one run. When cancelled, runs
    under way are asked to end in order. `start` runs a job for a slot, `tell` takes alerts to people.
    """
    keeper = _Keeper(book, settings, clock, start or start_run(settings), tell or Messenger(settings.ca_file))
    try:
        while True:
            await keeper.look()
            await keeper.wait()
    finally:
        await keeper.end()


@dataclass(slots=True)
class _Run:
    """A run under way."""

    task: asyncio.Task[None]
    slot: datetime
    started_at: datetime
    reported: bool = False


@dataclass(frozen=True, slots=True)
class _Patience:
    """When to try a slot again whose run could not begin."""

    until: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class _Calm:
    """Until when, under this schedule, nothing can be due; None is for ever."""

    schedule: Schedule
    until: datetime | None


class _Keeper:
    """What one process knows of the schedules it keeps; all that must outlive it stands in the ledger."""

    def __init__(self, book: Ledger, settings: Settings, clock: Clock, start: Start, tell: Tell) -> None:
        self.book, self.settings, self.clock, self.start, self.tell = book, settings, clock, start, tell
        self.timetable = Timetable(settings.home)
        self.jobs: list[Scheduled] = []
        self.running: dict[str, _Run] = {}
        self.patience: dict[str, _Patience] = {}
        self.calm: dict[str, _Calm] = {}
        self.telling: set[asyncio.Task[None]] = set()
        self.awake_since = self.looked_at = clock.now()
        self.settled = False
        self.announcement = Announcement(book)

    async def look(self) -> None:
        """Start what is due; trouble with the ledger is written to the log, and the next look tries again."""
        now = self.clock.now()
        if now - self.looked_at > ABSENCE:
            self.awake_since = now
        self.looked_at = now
        self.jobs = self.timetable.jobs()
        self.calm = {job.job: self.calm[job.job] for job in self.jobs if job.job in self.calm}
        try:
            if not self.settled:
                await self._settle()
            for job in self.jobs:
                await self._look_at(job, now)
            # Last: where the ledger is away, no slot waits for this.
            await self.announcement.say((job.job for job in self.jobs), now)
        except ConnectorError as error:
            logger().error("schedule.failed", error=str(error))

    async def wait(self) -> None:
        """Return at the next slot, when a run has ended, or when it is time to look at the files again."""
        now = self.clock.now()
        seconds = min(
            [LOOK_SECONDS, *((calm.until - now).total_seconds() for calm in self.calm.values() if calm.until)]
        )
        sleep = asyncio.ensure_future(self.clock.sleep(max(seconds, 0.01)))
        try:
            tasks = [run.task for run in self.running.values()]
            await asyncio.wait([sleep, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
        for job, run in list(self.running.items()):
            if run.task.done():
                del self.running[job]
                run.task.result()

    async def end(self) -> None:
        """Have the runs under way end in order."""
        tasks = [*(run.task for run in self.running.values()), *self.telling]
        for run in self.running.values():
            run.task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.announcement.withdraw()

    async def _settle(self) -> None:
        """Close the runs that were killed with an earlier process, and tell of them."""
        closed = await settle_killed(self.book, self.settings, self.clock.now())
        self.settled = True
        for row in closed:
            for job in self.jobs:
                if job.job == row.job:
                    self._alert(job, warning.killed(row))

    async def _look_at(self, job: Scheduled, now: datetime) -> None:
        run = self.running.get(job.job)
        calm = self.calm.get(job.job)
        if run is None and calm is not None and calm.schedule == job.schedule and (not calm.until or now < calm.until):
            return
        self.calm.pop(job.job, None)
        due = await self._due(job, now)
        if run is not None:
            self._watch(job, run, now, is_due=any(slot > run.slot for slot in due))
            return
        if not due:
            self.calm[job.job] = _Calm(job.schedule, next_slot(job.schedule.cron, job.schedule.timezone, now))
            return
        held = await self.book.read(ledger.control, job.job, ledger.SCHEDULE)
        if held.state != ledger.RUNNING:
            await self._pass_over(job, due, held.state)
            return
        chosen = self._chosen(job, due, now)
        await self._pass_over(job, [slot for slot in due if slot not in chosen], "missed")
        patience = self.patience.get(job.job)
        if chosen and (patience is None or patience.until <= now):
            self._begin(job, chosen[0], now)

    async def _due(self, job: Scheduled, now: datetime) -> Sequence[datetime]:
        """Give the slots that nobody has dealt with yet; before a schedule was first seen there are none."""
        cron, zone = job.schedule.cron, job.schedule.timezone
        after = await self.book.read(ledger.slots.reckoned_from, job.job, cron, zone)
        if after is None:
            after = await self.book.transact(ledger.slots.watch_schedule, job.job, cron, zone, now)
        return slots_between(cron, zone, after, now)

    def _chosen(self, job: Scheduled, due: Sequence[datetime], now: datetime) -> Sequence[datetime]:
        """Give those slots that get a run, oldest first, by what the job says of missed ones."""
        if job.schedule.catch_up == "all":
            return due[-MOST_MADE_UP:]
        if job.schedule.catch_up == "last":
            return due[-1:]
        # What could not begin, while another run of the job went on, was not missed: it waits for its turn.
        waits = job.job in self.patience
        return [slot for slot in due[-1:] if slot > self.awake_since and (waits or now - slot <= ABSENCE)]

    async def _pass_over(self, job: Scheduled, slots: Sequence[datetime], note: str) -> None:
        """Note that these slots get no run, and tell of those that were missed."""
        if not slots:
            return
        count = await self.book.transact(ledger.slots.note_slots, job.job, slots, note, self.clock.now())
        logger().warning("schedule.passed_over", job=job.job, why=note, count=count)
        if count and note == "missed":
            self._alert(job, warning.missed(job, slots))

    def _watch(self, job: Scheduled, run: _Run, now: datetime, *, is_due: bool) -> None:
        """Tell once of a run that takes too long."""
        longest = job.schedule.longest
        is_overlong = is_due if longest is None else now - run.started_at > longest
        if is_overlong and not run.reported:
            run.reported = True
            self._alert(job, warning.overlong(job, run.slot, now - run.started_at))

    def _begin(self, job: Scheduled, slot: datetime, now: datetime) -> None:
        if slot <= self.awake_since and job.job not in self.patience:
            self._alert(job, warning.made_up(job, slot))
        logger().info("schedule.started", job=job.job, slot=slot.isoformat())
        self.running[job.job] = _Run(asyncio.create_task(self._run(job, slot)), slot, now)

    async def _run(self, job: Scheduled, slot: datetime) -> None:
        try:
            ended = await self.start(job.job, slot)
        except OSError as error:
            ended = Ended(ExitCode.STOPPED, {"error": f"no process could be started: {error.strerror}"})
        try:
            await self._close(job, slot, ended)
        except ConnectorError as error:
            logger().error("schedule.failed", job=job.job, error=str(error))

    async def _close(self, job: Scheduled, slot: datetime, ended: Ended) -> None:
        """See what came of the run: tell of it, or try again later where it did not begin."""
        known = await self.book.read(ledger.slots.slot, job.job, slot)
        if known is None:
            await self._put_off(job, slot, ended)
            return
        self.patience.pop(job.job, None)
        if not ended.told:
            for row in await settle_killed(self.book, self.settings, self.clock.now()):
                if row.job == job.job:
                    self._alert(job, warning.killed(row))
        elif known.run_id == ended.told.get("run_id") and ended.exit_code in {ExitCode.STOPPED, ExitCode.REFUSED}:
            self._alert(job, warning.ended_badly(job, slot, ended))

    async def _put_off(self, job: Scheduled, slot: datetime, ended: Ended) -> None:
        if ended.exit_code == ExitCode.MEND:
            await self.book.transact(ledger.slots.note_slots, job.job, [slot], "not_started", self.clock.now())
            self._alert(job, warning.not_started(job, slot, ended))
            return
        before = self.patience.get(job.job)
        pause = min(before.pause * 2, LONGEST_RETRY) if before else RETRY
        self.patience[job.job] = _Patience(self.clock.now() + pause, pause)
        logger().warning("schedule.put_off", job=job.job, slot=slot.isoformat(), error=ended.told.get("error"))

    def _alert(self, job: Scheduled, alert: Alert) -> None:
        logger().warning("schedule.alerted", job=job.job, alert=alert.event)
        if job.alerts:
            task = asyncio.create_task(self.tell(alert, job.alerts))
            self.telling.add(task)
            task.add_done_callback(self.telling.discard)
