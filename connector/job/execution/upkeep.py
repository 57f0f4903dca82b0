"""Put right in the run log what runs left behind that could not do so themselves."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from connector import ledger
from connector.clock import Clock
from connector.errors import AlreadyRunningError, ConnectorError
from connector.job.definition.loader import Plan
from connector.job.execution.opening import job_lock, make_run_id
from connector.job.execution.summary import Options, Summary
from connector.ledger import Ledger, RunRow
from connector.settings import Settings

__all__ = ["COUNTS", "begin_run", "ended", "first_facts", "note_unstarted", "settle_killed"]

BACKFILL = ".backfill"
"""Ends the name of the lock under which a job's backfill runs."""
MOST_STEPS = 10_000
COUNTS = ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "bytes_uploaded")


async def settle_killed(book: Ledger, settings: Settings, now: datetime) -> Sequence[RunRow]:
    """Close every run whose process is gone, and give those; a run whose job is locked goes on."""
    closed: list[RunRow] = []
    for job in sorted({row.job for row in await book.read(ledger.killed.unfinished_runs, now=now)}):
        # Both its locks are free: neither a run nor a backfill of it goes on.
        with suppress(AlreadyRunningError), job_lock(settings, job), job_lock(settings, f"{job}{BACKFILL}"):
            closed += await book.transact(ledger.killed.close_killed_runs, job, now=now)
    return closed


def first_facts(plan: Plan, options: Options, summary: Summary, run_id: str) -> RunRow:
    """Give what is known of a run at its beginning."""
    return RunRow(
        id=run_id,
        job=plan.job.job,
        tenant=plan.job.tenant,
        started_at=summary.started_at,
        dry_run=options.dry_run,
        options={**options.as_facts(), "timezone": plan.job.timezone},
        mapping_hash=" ".join(plan.mapping_hashes.values()),
    )


def ended(row: RunRow, summary: Summary) -> RunRow:
    """Give what is known of a run at its end."""
    facts = summary.as_dict()
    return replace(
        row,
        finished_at=summary.finished_at,
        counts={name: facts[name] for name in COUNTS},
        reasons=facts["reasons"],
        exit_code=summary.exit_code,
        error=summary.error,
    )


async def begin_run(book: Ledger, row: RunRow, options: Options, settings: Settings) -> bool:
    """Note that the run began, after closing those of the job that were killed; False where its slot has a run."""
    now = row.started_at
    unfinished = await book.read(ledger.killed.unfinished_runs, row.job, now=now)
    if unfinished and not options.dry_run:
        # The caller holds the lock of runs; a backfill that goes on beside it holds its own.
        with suppress(AlreadyRunningError), job_lock(settings, f"{row.job}{BACKFILL}"):
            await book.transact(ledger.killed.close_killed_runs, row.job, now=now, but=row.id)
    if settings.retention and not options.dry_run:
        # A little at every run costs nothing; the service does the rest.
        before = now - timedelta(days=settings.retention)
        await book.transact(ledger.expiry.expire_steps, before, MOST_STEPS)
    if options.slot is None:
        await book.transact(ledger.start_run, row)
        return True
    return await book.transact(ledger.slots.start_slot_run, row, options.slot)


async def note_unstarted(plan: Plan, settings: Settings, options: Options, summary: Summary, clock: Clock) -> None:
    """Note a run that had to stop before it could begin, say because its storage was not reached.

    Without it nobody would see the run in the list, and its slot would look as if it had been missed.
    """
    if options.dry_run or not ledger.exists(settings.ledger_url):
        return
    summary.run_id = summary.run_id or make_run_id(clock.now())
    row = first_facts(plan, options, summary, summary.run_id)
    # What stopped the run is told already; that the ledger fails as well, or another run began, adds nothing.
    with suppress(ConnectorError), job_lock(settings, row.job):
        async with ledger.open_ledger(settings.ledger_url, clock=clock) as book:
            if await book.read(ledger.run, row.id) is None and await begin_run(book, row, options, settings):
                await book.transact(ledger.finish_run, ended(row, summary))
