"""Keep a schedule by a clock that only sleeping moves, with runs that are written down and nothing else."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector import ledger
from connector.job.schedule.child import Ended
from connector.job.schedule.timekeeper import keep_schedule
from connector.ledger import RunRow
from connector.settings import Settings

JOB = """\
job: nightly
tenant: acme
schedule: {{cron: "{cron}", timezone: {zone}{more}}}
source: {{storage: export}}
mappings: {{call: mappings/call.yaml}}
target: {{url: "http://127.0.0.1:1", token: "${{CAPTURI_TOKEN}}"}}
alerts: ["${{ALERT_URL}}"]
"""


class SleepingClock:
    """A clock that moves as everybody sleeps; the end of the film cancels the sleeper.

    While a run writes to the ledger it stands still: a disk that takes its time must not cost a run hours of the film.
    """

    def __init__(self, now):
        self.moment = now
        self.writing = 0

    @contextmanager
    def standing(self):
        self.writing += 1
        try:
            yield
        finally:
            self.writing -= 1

    def now(self):
        return self.moment

    def monotonic(self):
        return self.moment.timestamp()

    async def sleep(self, seconds):
        # A turn for runs to end in before time goes on.
        for _ in range(3):
            await asyncio.sleep(0)
        while self.writing:  # noqa: ASYNC110 - a disk sets no event
            await asyncio.sleep(0)
        self.moment += timedelta(seconds=seconds)


class Night:
    """A project with one scheduled job, its ledger, and what its scheduler did."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        self.settings = Settings(home=folder, ledger=url)
        self.clock = SleepingClock(datetime(2026, 1, 1, tzinfo=UTC))
        self.started, self.alerts = [], []
        self.takes = timedelta(minutes=10)
        self.ends_with = lambda _slot: Ended(0)

    def schedule(self, cron, zone, **more):
        told = "".join(f", {name}: {value}" for name, value in more.items())
        (self.folder / "jobs").mkdir(exist_ok=True)
        (self.folder / "jobs" / "nightly.yaml").write_text(JOB.format(cron=cron, zone=zone, more=told))

    async def _start(self, book, slot):
        """Stand in for the run's process: write the run down, take its time, end."""
        self.started.append(slot)
        run_id = f"run-{len(self.started)}-{self.clock.now():%H%M%S}"
        ended = self.ends_with(slot)
        row = RunRow(id=run_id, job="nightly", tenant="acme", started_at=self.clock.now())
        begins = ended.exit_code != 2 and ended.told.get("error") != "busy"
        if begins:
            with self.clock.standing():
                assert await book.transact(ledger.slots.start_slot_run, row, slot), "a slot got a second run"
        until = self.clock.now() + self.takes
        while self.clock.now() < until:  # noqa: ASYNC110 - a clock is no event
            await asyncio.sleep(0)
        if begins:
            with self.clock.standing():
                await book.transact(ledger.finish_run, replace(row, finished_at=until))
        return Ended(ended.exit_code, {"run_id": run_id, **ended.told})

    async def _tell(self, alert, addresses):
        assert ["https://alerts.example/hook"] == list(addresses)
        self.alerts.append(alert)

    async def up(self, start, end, together=None):
        """Have the scheduler run from the one moment to the other, as a process of its own would.

        Those that begin together wait for each other at this barrier: the one clock must not run away from any.
        """
        self.clock.moment = max(start, self.clock.moment)
        async with ledger.open_ledger(self.url) as book:
            if together is not None:
                await together.wait()
            keeping = asyncio.create_task(
                keep_schedule(
                    book,
                    self.settings,
                    clock=self.clock,
                    start=lambda _job, slot: self._start(book, slot),
                    tell=self._tell,
                )
            )
            while self.clock.now() < end and not keeping.done():  # noqa: ASYNC110 - a clock is no event
                await asyncio.sleep(0)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            if not keeping.cancelled():
                keeping.result()

    def told(self):
        return [alert.event for alert in self.alerts]


@pytest.fixture
def night(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPTURI_TOKEN", "t")
    monkeypatch.setenv("ALERT_URL", "https://alerts.example/hook")
    return Night(tmp_path, f"sqlite:///{tmp_path / 'connector.db'}")
