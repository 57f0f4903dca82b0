"""Keep a first run from sending more than people expect: a forgotten date must not send ten years of calls."""

from collections.abc import Awaitable, Callable

from connector import ledger
from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.job.definition.loader import Plan
from connector.job.definition.model import Source
from connector.job.definition.remedy import telling
from connector.job.definition.source import classify
from connector.job.execution.summary import Options
from connector.session import FileRole
from connector.settings import Settings
from connector.storage import FileInfo, open_storage

__all__ = ["MOST_ON_FIRST_RUN", "guard_first_run"]

MOST_ON_FIRST_RUN = 1000
SMALLEST_ROW_BYTES = 20
Rehearse = Callable[[Plan, Settings, Options, Clock], Awaitable[int]]


async def guard_first_run(
    plan: Plan, settings: Settings, options: Options, *, clock: Clock, rehearse: Rehearse
) -> None:
    """Return where the run may start; raise ConfigurationError, with the count, where it would send too much.

    `rehearse` counts what a run would send; it is asked only where there are files enough for it to matter.
    """
    few = options.limit is not None and options.limit <= MOST_ON_FIRST_RUN
    if options.yes or options.dry_run or few or plan.job.not_before is not None:
        return
    if not await _is_first_run(plan, settings, clock) or not await _has_many(plan):
        return
    count = await rehearse(plan, settings, options, clock)
    if count > MOST_ON_FIRST_RUN:
        hint = "set not_before in the job, or say --yes"
        message = f"this first run would send {count:,} entries"
        raise ConfigurationError([Problem(message, plan.path, field="not_before", hint=hint)])


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
