"""Let others know that a run is at work on its target: a backfill makes room for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from connector import ledger
from connector.errors import LedgerError
from connector.job.budget import target_key
from connector.job.execution import Execution

__all__ = ["announced"]

SECONDS = 5.0
"""How often the run says so; who is silent for a minute counts as gone."""


@asynccontextmanager
async def announced(run: Execution) -> AsyncIterator[None]:
    """Say that the run is at work until the context ends; a dry run is not at work."""
    if run.options.dry_run:
        yield
        return
    owner = ledger.make_owner()
    saying = asyncio.create_task(_say(run, owner))
    try:
        yield
    finally:
        saying.cancel()
        with suppress(asyncio.CancelledError, LedgerError):
            await saying
        with suppress(LedgerError):
            await run.book.transact(ledger.withdraw, owner)


async def _say(run: Execution, owner: str) -> None:
    key, job = target_key(run.plan.job.target), run.plan.job.job
    while True:
        facts = {"run_id": run.run_id, "target": run.target.health if run.target else None}
        row = ledger.Present(owner, key, job, "run", facts, run.now())
        await run.book.transact(ledger.announce, row)
        await asyncio.sleep(SECONDS)
