"""Open everything one run needs, in the order in which a failure should be told."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from connector import ledger
from connector.clock import Clock
from connector.delivery import Capturi, Hours, Limits, Policy, Portal, Route, Visitor
from connector.job.definition.chat_writer import are_chats_live
from connector.job.definition.duration import parse_hours
from connector.job.definition.loader import IntakePlan, Plan
from connector.job.definition.model import Job
from connector.job.definition.model import Limits as LimitsOfJob
from connector.job.definition.remedy import telling
from connector.job.definition.source import done_in_storage
from connector.job.execution.budget import LedgerBudget
from connector.job.execution.bursts import places
from connector.job.execution.model import Execution
from connector.job.execution.progress import Progress
from connector.job.execution.shelf import shelf_for
from connector.job.execution.summary import Options, Summary
from connector.ledger import Ledger
from connector.ledger.agents import with_agents
from connector.settings import Settings
from connector.storage import Guard, Storage, open_storage

__all__ = [
    "job_lock",
    "labels_of",
    "make_run_id",
    "open_capturi",
    "open_execution",
    "open_hours",
    "open_limits",
    "open_target",
]

PATIENCE_SECONDS = 30.0
"""How long a run waits, in its midst, for a target or a storage that answers nobody any more: a restart is shorter."""


async def open_execution(  # noqa: PLR0913 - the parts a run is made of
    stack: AsyncExitStack,
    plan: Plan,
    settings: Settings,
    options: Options,
    *,
    clock: Clock,
    progress: Progress,
    summary: Summary,
) -> Execution:
    """Give the run with its storages, ledger and target open; the stack closes them."""
    job = plan.job
    storage, recordings = _guarded(plan, clock)
    url = stack.enter_context(ledger.rehearsal_copy(settings.ledger_url)) if options.dry_run else settings.ledger_url
    book = await stack.enter_async_context(ledger.open_ledger(url, clock=clock))
    await _enter(stack, plan, storage, recordings)
    limits = open_limits(job.limits, LedgerBudget(book, job.target, job.limits, clock), clock)
    target = open_target(plan, settings, limits, clock)
    return Execution(
        plan=plan,
        options=options,
        run_id=summary.run_id or make_run_id(clock.now()),
        clock=clock,
        progress=progress,
        summary=summary,
        book=book,
        storage=storage,
        recordings=recordings,
        places={one.address: await _place(book, plan, one) for one in (storage, recordings)},
        target=None if options.dry_run else await stack.enter_async_context(target),
        limits=limits,
        portal=_portal(plan, target),
        hash_key=settings.mask_key,
        live_chats=are_chats_live(plan.home, job.tenant),
        keep_examples=settings.keep_examples,
        policy_hash=plan.policy_hash,
        agents_hash=with_agents(plan.policy_hash, plan.agents.digest if plan.agents else ""),
        groups=partial(ledger.free_groups, clock=clock.now),
        shelf=shelf_for(recordings, places(job.limits)),
    )


def _portal(plan: Plan, target: Capturi) -> Portal | None:
    visitor = plan.job.target.portal
    return Portal(target, Visitor(visitor.name, visitor.email, visitor.reason)) if visitor else None


def _guarded(plan: Plan, clock: Clock) -> tuple[Guard, Guard]:
    """Give the storages of sessions and of recordings, each behind a breaker of its own."""
    storage, recordings = _storages(plan)
    guard = Guard(storage, clock, patience_seconds=PATIENCE_SECONDS)
    if recordings is storage:
        return guard, guard
    return guard, Guard(recordings, clock, patience_seconds=PATIENCE_SECONDS)


async def _enter(stack: AsyncExitStack, plan: Plan, storage: Guard, recordings: Guard) -> None:
    with telling(plan.remedies.storage):
        await stack.enter_async_context(storage)
    if recordings is not storage:
        with telling(plan.remedies.recordings):
            await stack.enter_async_context(recordings)


def _storages(plan: Plan) -> tuple[Storage, Storage]:
    """Give the storages of sessions and of recordings: one and the same only where address and options are the same.

    Two credentials may lead into one bucket and be shown different things in it.
    """
    source, elsewhere = plan.job.source, plan.job.source.recordings
    storage = open_storage(source.storage, source.storage_options, plan.home, done=done_in_storage(source))
    if elsewhere is None or (elsewhere.storage, elsewhere.options) == (source.storage, source.storage_options):
        return storage, storage
    return storage, open_storage(elsewhere.storage, elsewhere.options, plan.home, done=source.done)


def open_target(plan: Plan, settings: Settings, limits: Limits, clock: Clock) -> Capturi:
    """Give the job's target, to be entered with `async with`; a run waits for it only so long, the next one goes on."""
    return open_capturi(plan, settings, limits, clock, patience_seconds=PATIENCE_SECONDS)


def open_capturi(
    plan: Plan | IntakePlan, settings: Settings, limits: Limits, clock: Clock, *, patience_seconds: float | None = None
) -> Capturi:
    """Give the target of a job or an intake, to be entered with `async with`."""
    target, told = plan.target, plan.remedies
    route = Route(target.url, settings.ca_file, address_remedy=told.address, token_remedy=told.token)
    # That a second upload of the same audio is harmless is not documented; one repeat settles a lost answer.
    policy = Policy(audio_repeats=1, patience_seconds=patience_seconds)
    return Capturi(route, target.token.get_secret_value(), policy=policy, limits=limits, clock=clock)


def make_run_id(now: datetime) -> str:
    """Give a name for a run that sorts by time and is easy to say: 20260324-0230-5f3a9c."""
    return f"{now:%Y%m%d-%H%M}-{secrets.token_hex(3)}"


async def _place(book: Ledger, plan: Plan, storage: Storage) -> int:
    job = plan.job
    source = (job.tenant, job.source.kind, job.target.name)
    return await book.transact(ledger.place_id, *source, storage.address, labels=labels_of(job))


def labels_of(job: Job) -> str:
    """Give whose words say what the files of a place are: the job's own, or nobody's where their names are fixed."""
    return job.job if job.source.reading is not None else ""


def open_limits(limits: LimitsOfJob, budget: LedgerBudget, clock: Clock, *, waits: bool = False) -> Limits:
    """Give the limits as delivery keeps them; `waits` says that what they hold back waits for them here."""
    return Limits(
        concurrency=limits.concurrency,
        requests_per_second=limits.requests_per_second,
        hours=open_hours(limits),
        budget=budget if limits.per_hour or limits.per_day else None,
        waits=waits,
        clock=clock,
    )


def open_hours(limits: LimitsOfJob) -> Hours | None:
    """Give the hours in which the limits allow sending, None where they name none."""
    if not limits.hours:
        return None
    opens, closes = parse_hours(limits.hours)
    return Hours(opens, closes, ZoneInfo(limits.timezone))


def job_lock(settings: Settings, job: str) -> AbstractContextManager[Callable[[], None]]:
    """Give the lock that keeps a second process from running the job; it ends with this process."""
    return ledger.job_lock(settings.ledger_url, job)
