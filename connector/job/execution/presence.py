"""Let others know that a run is at work on its target: a backfill makes room for it, and it makes room for others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from connector import ledger
from connector.clock import Clock
from connector.errors import LedgerError
from connector.job.definition.model import Job
from connector.job.execution.budget import target_key
from connector.job.execution.model import Execution
from connector.job.execution.neighbour import look, rate_of_run
from connector.ledger import Ledger

__all__ = ["announced", "health_of", "saying"]

SECONDS = 5.0
"""How often the run says so; who is silent for a minute counts as gone."""
HEARD_SECONDS = 2.0
"""After so long every worker of a backfill has heard of who is at work."""
SOON_SECONDS = 0.5
"""How often while somebody waits for its word."""


@asynccontextmanager
async def announced(run: Execution) -> AsyncIterator[None]:
    """Say that the run is at work until the context ends; a dry run is not at work.

    Whoever looks from now on sees it: nothing is read before that of what waits.
    """
    if run.options.dry_run:
        yield
        return
    owner, job = ledger.make_owner(), run.plan.job
    key, limits, room = target_key(job.target), job.limits, run.neighbours

    neighbours: list[ledger.Present] = []

    async def beat() -> float:
        facts = {"run_id": run.run_id, "plan": room.made_room_for, **health_of(run)}
        told = ledger.Present(owner, key, job.job, "run", facts, run.clock.now())
        plan, there = await run.book.transact(look, job.job, key, told)
        room.sees(plan)
        neighbours[:] = there
        if limits.requests_per_second:
            run.limits.pace(rate_of_run(limits.requests_per_second, there, limits.backfill_share))
        return SECONDS if facts["plan"] == plan else SOON_SECONDS

    async with _beating(run.book, owner, beat):
        if limits.requests_per_second and any(one.kind == "backfill" for one in neighbours):
            # Until its workers have heard of the run, both together would be faster than the limit.
            await run.clock.sleep(HEARD_SECONDS)
        yield


def health_of(run: Execution) -> dict[str, Any]:
    """Give how a run finds its target and its storages."""
    guards = dict.fromkeys((run.storage, run.recordings))
    storages = [{"storage": one.address, "breaker": one.state} for one in guards]
    return {"target": run.target.health if run.target else None, "storages": storages}


@asynccontextmanager
async def saying(book: Ledger, job: Job, clock: Clock, *, kind: str) -> AsyncIterator[None]:
    """Say until the context ends that this process is at work on the job's target, as this kind."""
    owner, key = ledger.make_owner(), target_key(job.target)

    async def beat() -> float:
        await book.transact(ledger.announce, ledger.Present(owner, key, job.job, kind, {}, clock.now()))
        return SECONDS

    async with _beating(book, owner, beat):
        yield


@asynccontextmanager
async def _beating(book: Ledger, owner: str, beat: Callable[[], Awaitable[float]]) -> AsyncIterator[None]:
    pause_seconds = await beat()
    task = asyncio.create_task(_beat_on(beat, pause_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, LedgerError):
            await task
        with suppress(LedgerError):
            await book.transact(ledger.withdraw, owner)


async def _beat_on(beat: Callable[[], Awaitable[float]], pause_seconds: float) -> None:
    while True:
        await asyncio.sleep(pause_seconds)
        pause_seconds = await beat()
