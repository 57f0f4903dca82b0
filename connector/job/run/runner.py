"""Run a job once: the flow from the storage to the report, in the order in which it happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime

from connector import ledger
from connector.clock import Clock
from connector.delivery.slots import Slots
from connector.errors import AlreadyRunningError, StopError, StorageAwayError
from connector.job.definition.loader import Plan
from connector.job.entry.handle import handle
from connector.job.execution.alone import alone
from connector.job.execution.bursts import burst, places
from connector.job.execution.memory import keep_small
from connector.job.execution.model import Execution
from connector.job.execution.opening import job_lock, make_run_id, open_execution
from connector.job.execution.presence import announced
from connector.job.execution.progress import Progress, Silent
from connector.job.execution.signals import obeyed
from connector.job.execution.summary import ExitCode, Options, Summary
from connector.job.execution.upkeep import begin_run, ended, first_facts, note_unstarted
from connector.job.gathering.gather import Broken, Work, gather, info
from connector.job.gathering.mailbox import finish_messages, label_messages
from connector.job.gathering.putting import put_files_away
from connector.job.gathering.survey import note_nothing_seen, survey
from connector.job.run.first import guard_first_run, note_too_many, would_be_asked
from connector.job.run.planned import Page
from connector.job.run.rendering import render_report
from connector.job.run.restriction import close_vanished, is_chosen, restrict
from connector.job.run.rows import close_files, gather_rows
from connector.ledger import RunRow
from connector.logs import logger
from connector.reason import Outcome
from connector.settings import Settings

__all__ = ["ended_at", "execute", "run", "wanted", "work"]


def run(plan: Plan, settings: Settings, options: Options, *, clock: Clock, progress: Progress | None = None) -> Summary:
    """Run the job and give what became of every session; raise ConfigurationError where nothing may be started.

    What stops the run (target, storage, ledger, interruption) is told in the summary, with exit code 1.
    """
    keep_small()
    return asyncio.run(execute(plan, settings, options, clock=clock, progress=progress))


async def execute(
    plan: Plan, settings: Settings, options: Options, *, clock: Clock, progress: Progress | None = None
) -> Summary:
    """Do what run() does, inside a running event loop."""
    summary = Summary(plan.job.job, clock.now(), dry_run=options.dry_run)
    task = asyncio.current_task()
    try:
        # What is under way stays written down, and the next run completes it.
        with obeyed(task.cancel if task is not None else str):
            await guard_first_run(plan, settings, options, clock=clock, rehearse=_rehearse)
            await _execute(plan, settings, options, clock=clock, progress=progress or Silent(), summary=summary)
    except StopError as error:
        summary.finish(clock.now(), error=str(error), exit_code=ExitCode.STOPPED)
        if not isinstance(error, AlreadyRunningError):
            await note_unstarted(plan, settings, options, summary, clock)
        logger().error("run.stopped", job=plan.job.job, run=summary.run_id, error=str(error))
    except asyncio.CancelledError:
        summary.finish(clock.now(), error="interrupted", exit_code=ExitCode.STOPPED)
        logger().warning("run.stopped", job=plan.job.job, run=summary.run_id, error="interrupted")
    return summary


async def _execute(  # noqa: PLR0913 - handed through from run()
    plan: Plan, settings: Settings, options: Options, *, clock: Clock, progress: Progress, summary: Summary
) -> None:
    if not options.dry_run:
        summary.run_id = make_run_id(clock.now())
    async with AsyncExitStack() as stack:
        lock = None if options.dry_run else stack.enter_context(job_lock(settings, plan.job.job))
        run_ = await open_execution(stack, plan, settings, options, clock=clock, progress=progress, summary=summary)
        if lock is not None:
            run_.book.on_return(lock)
        row = first_facts(plan, options, summary, run_.run_id)
        if not await begin_run(run_.book, row, options, settings):
            # Another machine, or an earlier start of this one, had the run of this slot.
            summary.run_id = None
            summary.finish(clock.now())
            return
        logger().info("run.started", job=plan.job.job, run=run_.run_id)
        error: str | None = "interrupted"
        try:
            async with announced(run_):
                await _do(run_)
            error = None
        except StopError as stop:
            error = str(stop)
            raise
        finally:
            code = ExitCode.STOPPED if error else None
            summary.finish(clock.now(), error=error, exit_code=code)
            row = await _end(run_, row)
        await _report(run_, settings, row)


async def _do(run_: Execution) -> None:
    """List, work on what waits, and put away what is done."""
    would_ask = run_.options.dry_run and await would_be_asked(run_)
    await survey(run_)
    await restrict(run_)
    await label_messages(run_)
    await work(run_)
    if run_.neighbours.plan is not None:
        run_.summary.notes.append("a backfill of this job goes on: the sessions of its plan are left to it")
    await close_vanished(run_)
    run_.summary.notes += run_.summary.told_without_audio()
    if run_.options.dry_run:
        # A dry run leaves nothing behind that could be asked for them.
        run_.summary.notes += run_.summary.unreadable
    run_.summary.notes += run_.columns.told(run_.plan.placed, run_.plan.job.job)
    note_nothing_seen(run_)
    await finish_messages(run_)
    await put_files_away(run_)
    if would_ask:
        note_too_many(run_.summary)


async def _rehearse(plan: Plan, settings: Settings, options: Options, clock: Clock) -> int:
    """Give how many entries a run would deliver, by a dry run."""
    summary = Summary(plan.job.job, clock.now(), dry_run=True)
    dry = replace(options, dry_run=True)
    await _execute(plan, settings, dry, clock=clock, progress=Silent(), summary=summary)
    return summary.counts[Outcome.DELIVERED]


async def work(run_: Execution) -> None:
    """Work on what waits, a bounded number at a time; the first error that stops the run ends all of it.

    Where a storage went away, what needs none of it is worked on all the same before StorageAwayError is raised.
    """
    run_.places_free = slots = Slots(places(run_.plan.job.limits), run_.clock)
    started = given = 0

    async def one(item: Work | Broken) -> None:
        try:
            await handle(run_, item)
        finally:
            slots.release()

    with alone():
        async with asyncio.TaskGroup() as tasks:
            async for item, page in _readable(run_):
                given = given or await slots.acquire(burst(run_.plan.job.limits))
                if run_.brake is not None and not await run_.brake.passes():
                    break
                if await page.leaves(item):
                    continue
                started += _is_new(item)
                if run_.options.limit is not None and started > run_.options.limit:
                    break
                given -= 1
                run_.neighbours.begun(tasks.create_task(one(item)))
    run_.gate.release()
    if run_.away is not None:
        raise run_.away
    if run_.plan.job.source.reading is not None:
        await close_files(run_)


async def _readable(run_: Execution) -> AsyncIterator[tuple[Work | Broken, Page]]:
    """Give what is to be worked on as far as it can be read; what is under way is finished."""
    try:
        async for found in wanted(run_):
            yield found
    except StorageAwayError as error:
        run_.away = error


async def wanted(run_: Execution) -> AsyncIterator[tuple[Work | Broken, Page]]:
    """Give what is to be worked on, each with the page it stands on: of all that waits what ended within the bounds."""
    pages = gather_rows(run_) if run_.plan.job.source.reading else gather(run_)
    async for items in pages:
        page = Page(run_, items)
        for item in items:
            if run_.options.wants(ended_at(item)) and is_chosen(run_, item):
                yield item, page
            else:
                run_.rows.left_out.add(item.file.id)


def ended_at(item: Work | Broken) -> datetime | None:
    """Give the moment by which an item is in or out of the bounds: its end, else its creation; of a file its change."""
    if isinstance(item, Work):
        return item.session.ends_at or item.session.created_at
    return info(item.file).modified_at


def _is_new(item: Work | Broken) -> bool:
    return isinstance(item, Broken) or not item.entries


async def _report(run_: Execution, settings: Settings, row: RunRow) -> None:
    """Have the run's report made where there is something to tell."""
    if run_.options.dry_run or not run_.options.report or not run_.summary.worked:
        return
    path = await render_report(settings, run_.run_id)
    if path is not None:
        run_.summary.report = str(path)
        await run_.book.transact(ledger.finish_run, replace(row, report=str(path)))


async def _end(run_: Execution, row: RunRow) -> RunRow:
    statistics = {name: found.to_dict(masked=not run_.keep_examples) for name, found in run_.statistics.items()}
    await run_.book.transact(ledger.save_statistics, run_.run_id, statistics)
    closed = ended(row, run_.summary)
    await run_.book.transact(ledger.finish_run, closed)
    logger().info("run.finished", **run_.summary.as_dict())
    return closed
