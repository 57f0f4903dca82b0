"""Work on one part of a backfill after the other: claim it, bring its sessions to their outcome, write that down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from connector import ledger
from connector.errors import LeaseLostError, LedgerError, StopError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake, PatientClock
from connector.job.backfill.pulse import Pulse
from connector.job.backfill.reckoning import tell_waiting
from connector.job.definition.loader import Plan
from connector.job.execution import upkeep
from connector.job.execution.model import Execution
from connector.job.execution.opening import open_execution
from connector.job.execution.progress import Silent
from connector.job.execution.summary import Summary
from connector.job.gathering.mailbox import label_messages
from connector.job.run import runner
from connector.ledger import Partition
from connector.logs import logger
from connector.mapping import Statistics
from connector.settings import Settings

__all__ = ["work_on"]

LONGEST_TURN_SECONDS = 10.0


async def work_on(plan: Plan, settings: Settings, assignment: Assignment, brake: Brake) -> int:
    """Take part after part until none is left or the brake ends it; give how many were finished.

    Raises what stops a run; the part in hand is let go then, and whoever takes it next goes on where it was left.
    """
    finished = 0
    while True:
        try:
            async with _at_work(plan, settings, assignment, brake) as (run, pulse):
                while not brake.ending and (assignment.most_parts is None or finished < assignment.most_parts):
                    if not await _one(run, pulse, brake, assignment):
                        break
                    finished += 1
                return finished
        except LeaseLostError:
            # Its ledger is fenced off: begin anew with another one.
            logger().warning("part.lost", job=assignment.job, run=assignment.run_id)


@asynccontextmanager
async def _at_work(
    plan: Plan, settings: Settings, assignment: Assignment, brake: Brake
) -> AsyncIterator[tuple[Execution, Pulse]]:
    naps = PatientClock()
    summary = Summary(assignment.job, naps.now(), run_id=assignment.run_id)
    async with AsyncExitStack() as stack:
        run = await open_execution(
            stack,
            _divided(plan, assignment),
            settings,
            assignment.options,
            clock=naps,
            progress=Silent(),
            summary=summary,
        )
        run.brake = brake
        pulse = Pulse(run, assignment, brake, naps=naps, limits=plan.job.limits)
        await pulse.beat()
        if rate := plan.job.limits.requests_per_second:
            # One after the other: together they then keep an even flow, without a burst at the beginning.
            await naps.sleep(min(assignment.number / rate, LONGEST_TURN_SECONDS))
        beating = asyncio.create_task(pulse.beat_on())
        try:
            yield run, pulse
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError, LedgerError):
                await beating
            run.book.guard(None)
            with suppress(LedgerError, LeaseLostError):
                await pulse.end()


def _divided(plan: Plan, assignment: Assignment) -> Plan:
    """Give the plan with this worker's part of what may be under way at once; its rate follows from the first beat."""
    limits = plan.job.limits
    mine, more = divmod(limits.concurrency, assignment.workers)
    concurrency = max(1, mine + (assignment.number <= more))
    rate = limits.requests_per_second / assignment.workers if limits.requests_per_second else None
    changed = limits.model_copy(update={"concurrency": concurrency, "requests_per_second": rate})
    return replace(plan, job=plan.job.model_copy(update={"limits": changed}))


async def _one(run: Execution, pulse: Pulse, brake: Brake, assignment: Assignment) -> bool:
    """Work on the next part; False where there is none."""
    part = await run.book.transact(
        ledger.claim,
        assignment.job,
        pulse.owner,
        run_id=assignment.run_id,
        now=run.now(),
        newest_first=assignment.newest_first,
    )
    if part is None:
        return False
    run.summary, run.statistics = Summary(assignment.job, run.now(), run_id=assignment.run_id), {}
    run.groups = (
        ledger.pending_groups if part.day == ledger.WHOLE else partial(ledger.groups_of_partition, partition=part.id)
    )
    run.book.guard(partial(ledger.check_claim, part=part))
    pulse.part = part
    try:
        await _work(run, part, brake)
    finally:
        pulse.part = None
    run.book.guard(None)
    return True


async def _work(run: Execution, part: Partition, brake: Brake) -> None:
    try:
        await label_messages(run)
        await runner.work(run)
    except LeaseLostError:
        raise
    except (StopError, asyncio.CancelledError) as error:
        with suppress(StopError):
            await run.book.transact(ledger.release, part, problem=str(error) or "interrupted")
        raise
    if brake.ending:
        await run.book.transact(ledger.release, part)
    else:
        await run.book.transact(_finish, run, part)


def _finish(connection: Connection, run: Execution, part: Partition) -> None:
    """Note what came of the part, and add what was counted of its fields to that of the run."""
    facts = run.summary.as_dict()
    counts = {name: facts[name] for name in upkeep.COUNTS}
    left, path = ledger.files_left(connection, part.id) if part.day != ledger.WHOLE else (0, "")
    problem = tell_waiting(left, path, part.job) if left else None
    ledger.finish(connection, part, counts=counts, reasons=facts["reasons"], problem=problem, now=run.now())
    ledger.lock_plan(connection, part.job)
    known = ledger.statistics(connection, run.run_id)
    for name, found in run.statistics.items():
        total = Statistics.from_dict(known.get(name, {}))
        total.merge(found)
        known[name] = total.to_dict(masked=True)
    ledger.save_statistics(connection, run.run_id, known)
