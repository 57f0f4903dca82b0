"""What a worker of a backfill may do follows from who else is at work and what a person asked."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from connector import ledger
from connector.clock import SystemClock
from connector.delivery import Limits as Flow
from connector.delivery.slots import Slots
from connector.errors import LeaseLostError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake, PatientClock
from connector.job.backfill.pulse import Pulse
from connector.job.definition.model import Job, Limits
from connector.job.execution.budget import target_key
from connector.job.execution.bursts import places
from connector.job.execution.summary import Summary
from connector.storage import Guard
from connector.storage.memory import MemoryStorage

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
RATE = 12.0
STORAGE = Guard(MemoryStorage(), SystemClock(), patience_seconds=1)


@dataclass(frozen=True)
class Plan:
    """As much of a job's plan as a pulse reads."""

    job: Job


class Flowing(Flow):
    """Limits that tell what was made of them."""

    def change(self, **limits):
        self.told = limits
        super().change(**limits)


def plan(**limits):
    job = {
        "job": "history",
        "tenant": "acme",
        "source": {"storage": "export"},
        "mappings": {},
        "target": {"token": "t"},
        "limits": {"requests_per_second": RATE, **limits},
    }
    return Plan(Job.model_validate(job))


@asynccontextmanager
async def beating(tmp_path, used, *, workers=1):
    """Give a worker's pulse with its ledger, limits and brake."""
    naps, brake, flow = PatientClock(), Brake(), Flowing()
    flow.places = Slots(places(used.job.limits), naps)
    async with ledger.open_ledger(f"sqlite:///{tmp_path / 'connector.db'}") as book:
        run = SimpleNamespace(
            plan=used,
            book=book,
            clock=naps,
            now=naps.now,
            run_id="r",
            limits=flow,
            storage=STORAGE,
            recordings=STORAGE,
            target=None,
            places_free=flow.places,
            summary=Summary("history", naps.now()),
        )
        given = Assignment("/srv", "history", "r", SINCE, UNTIL, workers=workers)
        yield Pulse(run, given, brake, naps=naps, limits=used.job.limits), book, flow, brake


def of(concurrency, rate=None):
    return Limits(concurrency=concurrency, requests_per_second=rate)


async def join(book, used, kind, job="history", owner=None):
    row = ledger.Present(owner or ledger.make_owner(), target_key(used.job.target), job, kind, {}, PatientClock().now())
    await book.transact(ledger.announce, row)


async def test_workers_share_the_rate_evenly(tmp_path):
    """Each of four workers gets a quarter, before the others have begun as well."""
    async with beating(tmp_path, plan(), workers=4) as (pulse, _, flow, _):
        await pulse.beat()
        assert RATE / 4 == flow.told["requests_per_second"]


async def test_a_nightly_run_of_the_target_leaves_it_a_share(tmp_path):
    """While a run is at work the rate is a half, or what the job says, and whole again afterwards."""
    used = plan(backfill_share=0.25)
    async with beating(tmp_path, used) as (pulse, book, flow, _):
        nightly = ledger.make_owner()
        await join(book, used, "run", job="nightly", owner=nightly)
        await pulse.beat()
        assert RATE / 4 == flow.told["requests_per_second"]
        await book.transact(ledger.withdraw, nightly)
        await pulse.beat()
        assert RATE == flow.told["requests_per_second"]


async def test_without_a_rate_the_share_is_one_of_concurrency(tmp_path):
    """A job that names no rate has fewer requests under way instead, never none, and all of them again afterwards."""
    used = plan(requests_per_second=None, concurrency=8)
    async with beating(tmp_path, used) as (pulse, book, flow, _):
        nightly = ledger.make_owner()
        await join(book, used, "run", job="nightly", owner=nightly)
        await pulse.beat()
        assert (None, 4, places(of(4))) == (flow.told["requests_per_second"], flow.slots.ceiling, flow.places.limit)
        facts = {"backfill_share": 0.01}
        await book.transact(ledger.set_control, "history", ledger.BACKFILL, now=PatientClock().now(), facts=facts)
        await pulse.beat()
        assert (1, places(of(1))) == (flow.slots.ceiling, flow.places.limit)
        await book.transact(ledger.withdraw, nightly)
        await pulse.beat()
        assert (8, places(of(8))) == (flow.slots.ceiling, flow.places.limit)


@pytest.mark.parametrize(("state", "expected"), [("paused", (True, False)), ("cancelled", (False, True))])
async def test_what_a_person_asked_is_taken_up(tmp_path, state, expected):
    """Paused holds, cancelled ends; nobody waits for hours to open any more then."""
    async with beating(tmp_path, plan(hours="20:00-06:00")) as (pulse, book, flow, brake):
        await book.transact(ledger.set_control, "history", ledger.BACKFILL, now=PatientClock().now(), state=state)
        await pulse.beat()
        assert expected == (brake.paused, brake.ending)
        assert flow.told["waits"] is not brake.ending


async def test_a_part_that_is_finished_during_a_beat_does_not_end_the_beating(tmp_path):
    """A beat on its way tells of a part that is finished already: that is refused, and the next ones are heard."""
    async with beating(tmp_path, plan()) as (pulse, book, _, brake):
        finished = ledger.Partition(
            1, "history", "2026-01-05", 1, 9, "claimed", 1, pulse.owner, None, "r", {}, {}, None, None
        )
        pulse.part = finished
        with pytest.raises(LeaseLostError):
            await pulse.beat()
        beat = asyncio.create_task(pulse.beat_on())
        await asyncio.sleep(1.2)
        pulse.part = None
        now = PatientClock().now()
        await book.transact(ledger.set_control, "history", ledger.BACKFILL, now=now, state="paused")
        for _ in range(100):
            if brake.paused or beat.done():
                break
            await asyncio.sleep(0.1)
        beat.cancel()
        assert brake.paused


async def test_a_paused_worker_that_lost_its_part_goes_on_to_find_that_out(tmp_path):
    """It would not hear any more that the pause is over: that what it writes is refused ends its work instead."""
    async with beating(tmp_path, plan()) as (pulse, _, _, brake):
        pulse.part = ledger.Partition(
            1, "history", "2026-01-05", 1, 9, "claimed", 1, pulse.owner, None, "r", {}, {}, None, None
        )
        brake.paused = True
        beat = asyncio.create_task(pulse.beat_on())
        assert await asyncio.wait_for(brake.passes(), 20)
        beat.cancel()


async def test_changed_limits_win_over_those_of_the_job(tmp_path):
    """What was set from another terminal holds from the next beat on; what no limit can be is left out."""
    async with beating(tmp_path, plan()) as (pulse, book, flow, _):
        now = PatientClock().now()
        await book.transact(
            ledger.set_control, "history", ledger.BACKFILL, now=now, facts={"requests_per_second": 3.0, "per_day": 9}
        )
        await pulse.beat()
        assert 3.0 == flow.told["requests_per_second"]
        assert flow.told["budget"] is not None
        await book.transact(ledger.set_control, "history", ledger.BACKFILL, now=now, facts={"per_day": -1})
        await pulse.beat()
        assert RATE == flow.told["requests_per_second"]


async def test_another_concurrency_is_spread_over_the_workers(tmp_path):
    """What may be under way at once grows and shrinks while a part is in hand; each worker has its share of it."""
    async with beating(tmp_path, plan(concurrency=4), workers=2) as (pulse, book, flow, _):
        for asked, mine in ((10, 5), (2, 1), (1, 1), (20, 10)):
            facts = {"concurrency": asked}
            await book.transact(ledger.set_control, "history", ledger.BACKFILL, now=PatientClock().now(), facts=facts)
            await pulse.beat()
            assert (mine, places(of(mine, RATE / 2))) == (flow.slots.ceiling, flow.places.limit)


async def test_a_job_with_a_schedule_keeps_a_part_of_its_day(tmp_path):
    """What a backfill may create is a half of each budget there, and all of it where no run is to be expected."""
    for schedule, granted in (({"cron": "30 2 * * *"}, 2), (None, 4)):
        used = plan(per_day=4)
        used = Plan(Job.model_validate({**used.job.model_dump(), "schedule": schedule, "target": {"token": "t"}}))
        folder = tmp_path / str(granted)
        folder.mkdir()
        async with beating(folder, used) as (pulse, _, flow, _):
            await pulse.beat()
            assert granted == sum([not await flow.told["budget"].take() for _ in range(6)])
