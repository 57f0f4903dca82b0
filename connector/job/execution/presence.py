"""Let others know that a run is at work on its target: a backfill makes room for it, and it makes room for others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from connector import ledger
from connector.clock import Clock
from connector.errors import LedgerError
from connector.job.definition.model import Job
from connector.job.execution.alone import alone
from connector.job.execution.budget import target_key
from connector.job.execution.model import Execution
from connector.job.execution.neighbour import look, rate_of_run
from connector.ledger import Ledger
from connector.ledger.presence import ABSENT_AFTER
from connector.reason import Outcome

__all__ = ["Pace", "announced", "facts_of", "saying"]

SECONDS = 5.0
"""How often the run says so."""
HEARD_SECONDS = 2.0
"""After so long every worker of a backfill has heard of who is at work."""
SOON_SECONDS = 0.5
"""How often while somebody waits for its word."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a process says that it is at work, and how long it may be unheard before it has to stop."""

    seconds: float = SECONDS
    unheard_seconds: float = ABSENT_AFTER.total_seconds() - SECONDS
    """A little less than what others wait: they may take over its work from then on, and both would do it."""


PACE = Pace()


@asynccontextmanager
async def announced(run: Execution, pace: Pace = PACE) -> AsyncIterator[None]:
    """Say that the run is at work until the context ends; a dry run is not at work.

    Whoever looks from now on sees it: nothing is read before that of what waits. What goes on inside is stopped, and
    LedgerError raised, where the ledger takes no word of it for so long that others may take over its work.
    """
    if run.options.dry_run:
        yield
        return
    owner, job = ledger.make_owner(), run.plan.job
    key, limits, room = target_key(job.target), job.limits, run.neighbours

    neighbours: list[ledger.Present] = []

    async def beat() -> float:
        facts = {"plan": room.made_room_for, **facts_of(run)}
        told = ledger.Present(owner, key, job.job, "run", facts, run.clock.now())
        plan, there = await run.book.transact(look, job.job, key, told)
        room.sees(plan)
        neighbours[:] = there
        if limits.requests_per_second:
            run.limits.pace(rate_of_run(limits.requests_per_second, there, limits.backfill_share))
        return pace.seconds if facts["plan"] == plan else SOON_SECONDS

    async with _beating(run.book, owner, beat, pace):
        if limits.requests_per_second and any(one.kind == "backfill" for one in neighbours):
            # Until its workers have heard of the run, both together would be faster than the limit.
            await run.clock.sleep(HEARD_SECONDS)
        yield


def facts_of(run: Execution) -> dict[str, Any]:
    """Give what a run has brought to an outcome so far, and how it finds its target and its storages."""
    counts = {outcome.value: run.summary.counts[outcome] for outcome in Outcome if run.summary.counts[outcome]}
    guards = dict.fromkeys((run.storage, run.recordings))
    storages = [{"storage": one.address, "breaker": one.state} for one in guards]
    health = run.target.health if run.target else None
    return {"run_id": run.run_id, "counts": counts, "target": health, "storages": storages}


@asynccontextmanager
async def saying(book: Ledger, job: Job, clock: Clock, *, kind: str, pace: Pace = PACE) -> AsyncIterator[None]:
    """Say until the context ends that this process is at work on the job's target, as this kind.

    What goes on inside is stopped, and LedgerError raised, as announced() does it.
    """
    owner, key = ledger.make_owner(), target_key(job.target)

    async def beat() -> float:
        await book.transact(ledger.announce, ledger.Present(owner, key, job.job, kind, {}, clock.now()))
        return pace.seconds

    async with _beating(book, owner, beat, pace):
        yield


@asynccontextmanager
async def _beating(book: Ledger, owner: str, beat: Callable[[], Awaitable[float]], pace: Pace) -> AsyncIterator[None]:
    began = asyncio.get_running_loop().time()
    pause_seconds = await beat()
    with alone():
        async with asyncio.TaskGroup() as tasks:
            heart = tasks.create_task(_beat_on(beat, pace, pause_seconds, heard_at=began))
            try:
                yield
            finally:
                heart.cancel()
                # Who was not heard of counts as gone already, and the ledger would keep it waiting once more.
                if not heart.done():
                    with suppress(LedgerError):
                        await book.transact(ledger.withdraw, owner)


async def _beat_on(beat: Callable[[], Awaitable[float]], pace: Pace, pause_seconds: float, *, heard_at: float) -> None:
    """Beat until cancelled, and also while the ledger is in trouble; raise LedgerError once nobody counts on it."""
    loop = asyncio.get_running_loop()
    trouble = "it did not answer"
    while True:
        await asyncio.sleep(pause_seconds)
        began = loop.time()
        try:
            async with asyncio.timeout_at(heard_at + pace.unheard_seconds):
                pause_seconds = await beat()
        except TimeoutError:
            raise _unheard(loop.time() - heard_at, trouble) from None
        except LedgerError as error:
            # The next beat comes soon; only a silence that others notice costs anything.
            trouble, pause_seconds = error.message, min(pace.seconds, SOON_SECONDS)
        else:
            heard_at = began


def _unheard(seconds: float, trouble: str) -> LedgerError:
    return LedgerError(
        f"the ledger took no word of this process for {seconds:.0f} seconds, so others may take over its work: "
        f"{trouble}",
        hint="nothing is lost: once the ledger is back, the next run goes on from here",
    )
