"""Keep a first run from sending more than people expect: a forgotten date must not send ten years of calls."""

from collections.abc import Awaitable, Callable

from connector import ledger
from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.job.definition.loader import Plan
from connector.job.definition.model import Source
from connector.job.definition.remedy import telling
from connector.job.definition.source import classify
from connector.job.execution.model import Execution
from connector.job.execution.summary import Options, Summary
from connector.reason import Outcome
from connector.session import FileRole
from connector.settings import Settings
from connector.storage import FileInfo, open_storage

__all__ = ["MOST_ON_FIRST_RUN", "guard_first_run", "note_too_many", "would_be_asked"]

MOST_ON_FIRST_RUN = 1000
SMALLEST_ROW_BYTES = 20
TOO_MANY = "this first run would send {:,} entries"
REMEDY = "set not_before in the job, or say --yes"
Rehearse = Callable[[Plan, Settings, Options, Clock], Awaitable[int]]


async def guard_first_run(
    plan: Plan, settings: Settings, options: Options, *, clock: Clock, rehearse: Rehearse
) -> None:
    """Return where the run may start; raise ConfigurationError, with the count, where it would send too much.

    `rehearse` counts what a run would send; it is asked only where there are files enough for it to matter.
    """
    if options.dry_run or not _is_open_ended(plan, options):
        return
    if not await _is_first_run(plan, settings, clock) or not await _has_many(plan):
        return
    count = await rehearse(plan, settings, options, clock)
    if count > MOST_ON_FIRST_RUN:
        raise ConfigurationError([Problem(TOO_MANY.format(count), plan.path, field="not_before", hint=REMEDY)])


async def would_be_asked(run: Execution) -> bool:
    """Tell, before a dry run begins, whether the run it stands for may not send very much."""
    job = run.plan.job
    if not _is_open_ended(run.plan, run.options):
        return False
    return not await run.book.read(ledger.delivered_before, job.tenant, job.target.name)


def note_too_many(summary: Summary) -> None:
    """Note in a dry run's summary where the run itself would not start; the counts are those of one that may."""
    count = summary.counts[Outcome.DELIVERED]
    if count > MOST_ON_FIRST_RUN:
        summary.notes.append(f"a run would not start: {TOO_MANY.format(count)} ({REMEDY})")


def _is_open_ended(plan: Plan, options: Options) -> bool:
    """Tell whether nobody has said how much the run may send."""
    few = options.limit is not None and options.limit <= MOST_ON_FIRST_RUN
    return not (options.yes or few or plan.job.not_before is not None)


async def _is_first_run(plan: Plan, settings: Settings, clock: Clock) -> bool:
    if not ledger.exists(settings.ledger_url):
        # Opening would make it, and a run that may not start leaves nothing behind.
        return True
    async with ledger.open_ledger(settings.ledger_url, clock=clock) as book:
        job = plan.job
        return not await book.read(ledger.delivered_before, job.tenant, job.target.name)


async def _has_many(plan: Plan) -> bool:
    """Tell whether there are more metadata files than a first run may send; the listing ends where that is known.

    One file of rows may hold any number of sessions.
    """
    source, count = plan.job.source, 0
    with telling(plan.remedies.storage):
        async with open_storage(source.storage, source.storage_options, plan.home) as storage:
            async for batch in storage.list():
                files = (file for file in batch if classify(source, file.path).role is FileRole.METADATA)
                count += sum(_most(source, file) for file in files)
                if count > MOST_ON_FIRST_RUN:
                    return True
    return False


def _most(source: Source, file: FileInfo) -> int:
    """Give how many sessions a metadata file may hold."""
    return 1 + file.size_bytes // SMALLEST_ROW_BYTES if source.reading is not None else 1
