"""Let others know that a run is at work on its target: a backfill makes room for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from connector import ledger
from connector.clock import Clock
from connector.errors import LedgerError
from connector.job.definition.model import Job
from connector.job.execution.budget import target_key
from connector.job.execution.model import Execution
from connector.ledger import Ledger

__all__ = ["announced", "health_of", "saying"]

SECONDS = 5.0
"""How often the run says so; who is silent for a minute counts as gone."""


@asynccontextmanager
async def announced(run: Execution) -> AsyncIterator[None]:
    """Say that the run is at work until the context ends; a dry run is not at work."""
    if run.options.dry_run:
        yield
        return

    def facts() -> dict[str, Any]:
        return {"run_id": run.run_id, **health_of(run)}

    async with saying(run.book, run.plan.job, run.clock, kind="run", facts=facts):
        yield


def health_of(run: Execution) -> dict[str, Any]:
    """Give how a run finds its target and its storages."""
    guards = dict.fromkeys((run.storage, run.recordings))
    storages = [{"storage": one.address, "breaker": one.state} for one in guards]
    return {"target": run.target.health if run.target else None, "storages": storages}


@asynccontextmanager
async def saying(
    book: Ledger, job: Job, clock: Clock, *, kind: str, facts: Callable[[], dict[str, Any]] = dict
) -> AsyncIterator[None]:
    """Say until the context ends that this process is at work on the job's target, as this kind.

    `facts` are what `connector status` shows of the work, asked for each time anew.
    """
    owner, key = ledger.make_owner(), target_key(job.target)

    def present() -> ledger.Present:
        return ledger.Present(owner, key, job.job, kind, facts(), clock.now())

    task = asyncio.create_task(_say(book, present))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, LedgerError):
            await task
        with suppress(LedgerError):
            await book.transact(ledger.withdraw, owner)


async def _say(book: Ledger, present: Callable[[], ledger.Present]) -> None:
    while True:
        await book.transact(ledger.announce, present())
        await asyncio.sleep(SECONDS)
