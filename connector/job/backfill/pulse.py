"""Tell the others every second how far a worker is, and take from the ledger what holds for it now."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from connector import ledger
from connector.errors import LeaseLostError, LedgerError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake, PatientClock
from connector.job.backfill.limits import changed, part_of_budget
from connector.job.definition.model import Limits
from connector.job.execution.budget import LedgerBudget, target_key
from connector.job.execution.bursts import places
from connector.job.execution.model import Execution
from connector.job.execution.neighbour import MOST_SHARE
from connector.job.execution.opening import open_hours
from connector.job.execution.presence import facts_of
from connector.ledger import Control, Partition, Present

__all__ = ["Pulse"]

SECONDS = 1.0
BEGINNING_SECONDS = 15.0
"""For so long every worker that was ordered counts as one at work, whether it has begun or not."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What holds for a worker now."""

    control: Control
    workers: int
    """How many workers of this backfill are at work, this one included."""
    others: bool
    """Whether a run of the same target is at work."""


class Pulse:
    """The heartbeat of one worker."""

    def __init__(
        self, run: Execution, assignment: Assignment, brake: Brake, *, naps: PatientClock, limits: Limits
    ) -> None:
        self.owner = ledger.make_owner()
        self._run, self._assignment, self._brake, self._naps = run, assignment, brake, naps
        self._key = target_key(run.plan.job.target)
        self._began = run.clock.monotonic()
        self._limits = limits
        """Those of all workers together, as the job file has them."""
        self._held: tuple[Any, ...] = ()
        self._was_ending = False
        self.part: Partition | None = None

    async def beat_on(self) -> None:
        """Beat until cancelled; what the ledger fails at or refuses is repeated."""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.beat()
            except LeaseLostError:
                # Either the part was finished while this beat was on its way, and the next one tells of another part.
                # Or another worker has it: whatever is written for it now is refused as well, which ends the work. For
                # that a paused worker must go on: it would not hear any more that the pause is over.
                self._brake.paused = False
            except LedgerError:
                # Should another worker take the part over before the ledger is back, its number fences this one off.
                continue

    async def beat(self) -> None:
        """Tell and ask once, and let what was learnt hold; raises LeaseLostError where the part is lost."""
        orders = await self._run.book.transact(self._exchange)
        self._brake.paused = orders.control.state == ledger.PAUSED
        if orders.control.state == ledger.CANCELLED:
            self._brake.ending = True
        self._apply(orders)

    async def end(self) -> None:
        """Say that the worker is done."""
        await self._run.book.transact(ledger.withdraw, self.owner)

    def _exchange(self, connection: Connection) -> Orders:
        now, job = self._run.now(), self._assignment.job
        if self.part is not None:
            ledger.renew(connection, self.part, now)
        ledger.announce(connection, Present(self.owner, self._key, job, "backfill", self._facts(), now))
        there = ledger.present(connection, self._key, now)
        workers = sum(one.kind == "backfill" and one.job == job for one in there)
        control = ledger.control(connection, job, ledger.BACKFILL)
        return Orders(control, workers, any(one.kind == "run" for one in there))

    def _facts(self) -> dict[str, Any]:
        run, part = self._run, self.part
        facts = {"number": self._assignment.number, **facts_of(run)}
        if part is None:
            return facts
        return {**facts, "part": part.id, "day": part.day, "items": part.items, "worked": run.summary.worked}

    def _apply(self, orders: Orders) -> None:
        """Give this worker its part of what the limits allow all of them."""
        given = changed(self._limits, orders.control.facts)
        young = self._run.clock.monotonic() - self._began < BEGINNING_SECONDS
        workers = max(self._assignment.workers if young else 1, orders.workers)
        share = min(given.backfill_share, MOST_SHARE) if orders.others else 1.0
        rate = given.requests_per_second * share / workers if given.requests_per_second else None
        part = part_of_budget(self._run.plan.job, given, others=orders.others)
        self._spread(given.concurrency, workers, rate, 1.0 if rate else share)
        paused = self._brake.paused and not self._brake.ending
        now = (given, rate, part, self._brake.ending, paused)
        if now == self._held:
            return
        self._held = now
        run = self._run
        is_bound = given.per_hour or given.per_day
        budget = LedgerBudget(run.book, run.plan.job.target, given, run.clock, share=part) if is_bound else None
        self._run.limits.change(
            requests_per_second=rate,
            hours=open_hours(given),
            budget=budget,
            waits=not self._brake.ending,
            paused=paused,
        )
        self._naps.wake()

    def _spread(self, concurrency: int, workers: int, rate: float | None, share: float) -> None:
        """Let this worker's part of the requests under way, or the share of it, hold from the next one on."""
        run = self._run
        known = run.plan.job.limits
        mine, more = divmod(concurrency, workers)
        mine = max(1, round(max(1, mine + (self._assignment.number <= more)) * share))
        limits = known.model_copy(update={"concurrency": mine, "requests_per_second": rate})
        if mine != known.concurrency:
            run.limits.slots.resize(mine)
        if run.places_free is not None and places(limits) != places(known):
            run.places_free.resize(places(limits))
        run.plan = replace(run.plan, job=run.plan.job.model_copy(update={"limits": limits}))
