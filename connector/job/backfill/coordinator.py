"""Carry out a backfill: plan the range, let a crew work on it, watch, and add up what the ledger says came of it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from connector import ledger
from connector.clock import Clock
from connector.errors import StopError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.children import Children
from connector.job.backfill.closing import Backfill, add_up, close
from connector.job.backfill.crew import Alone, Crew
from connector.job.backfill.forecast import Load, Means, foretell
from connector.job.backfill.limits import changed
from connector.job.backfill.planning import LARGEST_PART, make_plan
from connector.job.backfill.view import View
from connector.job.backfill.waiting import await_runs
from connector.job.backfill.watching import Watching
from connector.job.backfill.wish import Done, Wish
from connector.job.definition.loader import Plan
from connector.job.execution import upkeep
from connector.job.execution.opening import job_lock, make_run_id, open_execution
from connector.job.execution.presence import saying
from connector.job.execution.progress import Silent
from connector.job.execution.signals import Ending, obeyed
from connector.job.execution.summary import ExitCode, Summary
from connector.job.gathering.mailbox import finish_messages
from connector.job.gathering.putting import put_files_away
from connector.ledger import Ledger, Planned, StateSum
from connector.logs import logger
from connector.settings import Settings
from connector.storage.finishing import LEAVE

__all__ = ["Done", "Wish", "execute"]

LOOK_SECONDS = 0.5


async def execute(plan: Plan, settings: Settings, wish: Wish, *, clock: Clock, view: View) -> Done:
    """Do a backfill and give what came of it; raise ConfigurationError where nothing may be started.

    What stops it (target, storage, ledger, interruption, cancelling) is told in the summary, with exit code 1; the same
    call made again goes on from there.
    """
    summary = Summary(plan.job.job, clock.now())
    task = asyncio.current_task()
    ending = Ending(task.cancel if task is not None else str)
    backfill = Backfill(plan, settings, wish, clock, view, Done(summary), ending)
    try:
        with obeyed(ending.now), job_lock(settings, f"{plan.job.job}.backfill"):
            summary.run_id = make_run_id(clock.now())
            async with (
                ledger.open_ledger(settings.ledger_url, clock=clock) as book,
                saying(book, plan.job, clock, kind="plan"),
            ):
                await _carry_out(backfill, book)
    except StopError as error:
        summary.finish(clock.now(), error=str(error), exit_code=ExitCode.STOPPED)
        logger().error("run.stopped", job=plan.job.job, run=summary.run_id, error=str(error))
    except asyncio.CancelledError:
        summary.finish(clock.now(), error="interrupted", exit_code=ExitCode.STOPPED)
        logger().warning("run.stopped", job=plan.job.job, run=summary.run_id, error="interrupted")
    return backfill.done


async def _carry_out(backfill: Backfill, book: Ledger) -> None:
    error: str | None = "interrupted"
    try:
        if await _is_planned(backfill):
            await _foretell(backfill, book)
            if await await_runs(backfill, book):
                ended = await _work(backfill, book, _items(await book.read(ledger.sums, backfill.job), "done"))
                await _put_away(backfill)
                error = ended
    except StopError as stop:
        error = str(stop)
        raise
    finally:
        await add_up(backfill, book)
        backfill.summary.finish(backfill.clock.now(), error=error, exit_code=ExitCode.STOPPED if error else None)
        await close(backfill, book, error)


async def _is_planned(backfill: Backfill) -> bool:
    """Make the plan; False where somebody ended that."""
    task = asyncio.create_task(_plan(backfill))
    with backfill.ending.does(task.cancel):
        await asyncio.wait([task])
    if task.cancelled():
        return False
    task.result()
    return True


async def _plan(backfill: Backfill) -> None:
    plan, wish, clock = backfill.plan, backfill.wish, backfill.clock
    async with AsyncExitStack() as stack:
        run = await open_execution(
            stack,
            plan,
            backfill.settings,
            wish.options,
            clock=clock,
            progress=_Listing(backfill.view),
            summary=backfill.summary,
        )
        backfill.places = list(run.places.values())
        planned = Planned(backfill.job, wish.since, wish.until, ledger.PLANNING, run.run_id, clock.now())
        known = await run.book.read(ledger.plan, backfill.job)
        backfill.done.goes_on_from = known if known is not None and known.is_open and _is_same(known, wish) else None
        await run.book.transact(ledger.start_plan, planned)
        row = upkeep.first_facts(plan, wish.options, backfill.summary, run.run_id)
        backfill.row = replace(row, options={**row.options, "backfill": True})
        await run.book.transact(ledger.start_run, backfill.row)
        logger().info("run.started", job=backfill.job, run=run.run_id)
        most = LARGEST_PART if wish.engine is None else SMALL_PART
        backfill.done.planning = await make_plan(run, backfill.view, workers=wish.workers, most=most)
        await run.book.transact(ledger.set_plan, backfill.job, ledger.WORKING, clock.now())


def _is_same(known: Planned, wish: Wish) -> bool:
    return (known.since, known.until) == (wish.since, wish.until)


async def _put_away(backfill: Backfill) -> None:
    """Put away what is delivered, where the job says so: one process does it, not every worker."""
    source = backfill.plan.job.source
    if source.done == LEAVE and source.done_action is None:
        return
    async with AsyncExitStack() as stack:
        run = await open_execution(
            stack,
            backfill.plan,
            backfill.settings,
            backfill.wish.options,
            clock=backfill.clock,
            progress=Silent(),
            summary=backfill.summary,
        )
        await finish_messages(run)
        await put_files_away(run)


async def _foretell(backfill: Backfill, book: Ledger) -> None:
    """Say how much there is and how long it is expected to take, under the limits that hold now."""
    found = await book.read(ledger.sums, backfill.job)
    items = _left(found)
    size_bytes = sum(one.size_bytes for state, one in found.items() if state != "done")
    control = await book.read(ledger.control, backfill.job, ledger.BACKFILL)
    limits = changed(backfill.plan.job.limits, control.facts)
    load = Load(items, size_bytes=size_bytes / items if items else 0.0)
    means = Means(workers=backfill.wish.workers, concurrency=limits.concurrency)
    backfill.view.foretold(load, foretell(load, means, limits, backfill.clock.now()))
    earliest = backfill.plan.job.earliest()
    if earliest is not None and earliest > backfill.wish.since:
        backfill.view.say(f"not_before of the job holds: what ended before {earliest:%Y-%m-%d %H:%M}Z is not sent")


async def _work(backfill: Backfill, book: Ledger, done_before: int) -> str | None:
    """Let a crew work until nothing is left; give what ended it before, None where nothing did."""
    watching = Watching(backfill.plan, backfill.summary.run_id or "", backfill.clock, done_before=done_before)
    while True:
        found = await book.read(ledger.sums, backfill.job)
        done = _items(found, "done")
        if _left(found):
            await _one_round(backfill, book, watching)
            found = await book.read(ledger.sums, backfill.job)
        control = await book.read(ledger.control, backfill.job, ledger.BACKFILL)
        if control.state == ledger.CANCELLED:
            return "cancelled"
        if backfill.interrupted:
            return "interrupted"
        if not _left(found):
            await book.transact(ledger.end_plan, backfill.job, ledger.DONE, backfill.clock.now())
            return None
        if _items(found, "done") <= done:
            raise StopError("the workers ended and parts of the plan are left", hint="start the same command again")


def _left(found: dict[str, StateSum]) -> int:
    return _items(found, "waiting") + _items(found, "claimed")


def _items(found: dict[str, StateSum], state: str) -> int:
    return found[state].items if state in found else 0


async def _one_round(backfill: Backfill, book: Ledger, watching: Watching) -> None:
    crew = _crew(backfill)

    def end() -> None:
        (crew.kill if backfill.interrupted else crew.end)()
        backfill.interrupted = True
        backfill.view.say("ending: what is under way is finished; once more ends at once")

    with backfill.ending.does(end):
        working = asyncio.create_task(crew.work())
        try:
            while not working.done():
                backfill.view.sees(await book.read(watching.look))
                await asyncio.wait([working], timeout=LOOK_SECONDS)
        finally:
            if not working.done():
                # Whoever holds the backfill together is stopped: nobody works on unseen.
                crew.kill()
                await asyncio.wait([working])
        backfill.view.sees(await book.read(watching.look))
        working.result()


def _crew(backfill: Backfill) -> Crew:
    wish = backfill.wish
    assignment = Assignment(
        home=str(backfill.settings.home),
        job=backfill.job,
        run_id=backfill.summary.run_id or "",
        since=wish.since,
        until=wish.until,
        newest_first=wish.newest_first,
        workers=wish.workers,
    )
    if wish.engine is not None:
        from connector.job.backfill.cluster import Cluster  # noqa: PLC0415 - an optional extra

        return Cluster(wish.engine, assignment, backfill.view)
    if wish.workers > 1:
        return Children(backfill.settings, assignment, backfill.view)
    return Alone(backfill.plan, backfill.settings, assignment)


SMALL_PART = 100
"""Sessions in a part for a cluster: its tasks are small, so that one that is lost costs little."""


class _Listing(Silent):
    """Tells the view of what is listed."""

    def __init__(self, view: View) -> None:
        self._view = view

    def listed(self, files: int) -> None:
        """Tell of so many more files."""
        self._view.listed(files)
