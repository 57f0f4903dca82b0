"""Forward what an intake accepted into Capturi's cases: as long as the service runs, or until nothing waits."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from connector.clock import Clock
from connector.errors import AlreadyRunningError, LedgerError, StopError
from connector.job.definition.chat_writer import are_chats_live
from connector.job.definition.loader import IntakePlan
from connector.job.execution.alone import alone
from connector.job.execution.budget import LedgerBudget
from connector.job.execution.opening import job_lock, make_run_id, open_capturi, open_limits
from connector.job.execution.summary import Summary
from connector.job.forward.diary import Diary
from connector.job.forward.model import Forwarding, desk_of
from connector.job.forward.pace import Pace
from connector.job.forward.pool import Pool
from connector.ledger import Ledger, cases
from connector.logs import logger
from connector.mapping import Statistics
from connector.settings import Settings

__all__ = ["forward", "forward_all"]

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
LOCK_PAUSE_SECONDS = 15.0


async def forward(  # noqa: PLR0913 - what the service has and this takes part in
    plan: IntakePlan,
    settings: Settings,
    book: Ledger,
    *,
    clock: Clock,
    wake: asyncio.Event | None = None,
    pace: Pace | None = None,
) -> None:
    """Forward until cancelled: what comes, what comes back, and what silence ends.

    `wake` is set by whoever accepts, so that nothing waits for the next look, and `pace` tells how much work may be
    done beside accepting. A target in trouble and a rejected token make pauses that grow; nothing is lost meanwhile.
    Where another process forwards this intake, it is left to it until that one ends. Raises LedgerError where the
    ledger cannot be written.
    """
    woken, paced = wake or asyncio.Event(), pace or Pace(clock)
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            with job_lock(settings, plan.intake.intake):
                error, reached = await _forward(plan, settings, book, clock=clock, wake=woken, pace=paced)
        except AlreadyRunningError:
            await clock.sleep(LOCK_PAUSE_SECONDS)
            continue
        if error is None:
            continue
        pause = FIRST_PAUSE_SECONDS if reached else min(pause * 2, LONGEST_PAUSE_SECONDS)
        await clock.sleep(pause)


async def forward_all(plan: IntakePlan, settings: Settings, book: Ledger, *, clock: Clock) -> Summary:
    """Forward what waits and give what became of it; what is to be tried again later still waits then.

    Raises AlreadyRunningError where another process (the service) forwards this intake: it does it all the same.
    """
    summary = Summary(plan.intake.intake, clock.now())
    with job_lock(settings, plan.intake.intake):
        await _forward(plan, settings, book, clock=clock, wake=None, pace=Pace(clock), summary=summary)
    return summary


async def _forward(  # noqa: PLR0913 - handed through from the two ways to forward
    plan: IntakePlan,
    settings: Settings,
    book: Ledger,
    *,
    clock: Clock,
    wake: asyncio.Event | None,
    pace: Pace,
    summary: Summary | None = None,
) -> tuple[str | None, bool]:
    """Forward to the end of the day, or without somebody who wakes until nothing waits.

    Gives what stopped it before, if anything did, and whether the target did anything for us until then.
    """
    async with AsyncExitStack() as stack:
        started_at = clock.now()
        run = await _open(stack, plan, settings, book, clock=clock, waits=wake is not None)
        run.pace = pace
        run.summary = summary or run.summary
        run.summary.run_id = run.run_id
        diary = Diary(run)
        error: str | None = "interrupted"
        try:
            await diary.open()
            await book.transact(cases.reopen_remapped, plan.intake.intake, plan.mapping.hash, started_at)
            until = None if wake is None else started_at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            with alone():
                await Pool(run, wake or asyncio.Event(), diary).work(until)
            error = None
        except StopError as stop:
            error = str(stop)
            logger().error("forwarding.paused", intake=plan.intake.intake, error=error)
            if isinstance(stop, LedgerError):
                raise
        finally:
            await diary.close(error)
    return error, run.gate.is_open


async def _open(  # noqa: PLR0913 - the parts a forwarding is made of
    stack: AsyncExitStack, plan: IntakePlan, settings: Settings, book: Ledger, *, clock: Clock, waits: bool
) -> Forwarding:
    intake = plan.intake
    budget = LedgerBudget(book, intake.target, intake.limits, clock)
    limits = open_limits(intake.limits, budget, clock, waits=waits)
    now = clock.now()
    return Forwarding(
        plan=plan,
        desk=desk_of(plan),
        run_id=make_run_id(now),
        clock=clock,
        book=book,
        target=await stack.enter_async_context(open_capturi(plan, settings, limits, clock)),
        summary=Summary(intake.intake, now),
        pace=Pace(clock),
        live_chats=are_chats_live(plan.home, intake.tenant),
        hash_key=settings.mask_key,
        statistics=Statistics(plan.mapping),
    )
