"""Say in one line what holds a backfill up, or slows it down."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from connector import ledger
from connector.breaker import IN_TROUBLE
from connector.clock import Clock
from connector.job.backfill.limits import changed, part_of_budget
from connector.job.definition.loader import Plan
from connector.job.execution.budget import target_key
from connector.job.execution.opening import open_hours
from connector.ledger import Control, Present
from connector.ledger.budget import used_up

__all__ = ["what_holds"]


def what_holds(connection: Connection, plan: Plan, clock: Clock, control: Control, there: Sequence[Present]) -> str:
    """Give the reason that weighs most, "" where nothing holds it; runs inside a reading transaction.

    `there` is everybody at work on the target.
    """
    return next(_reasons(connection, plan, clock, control, there), "")


def _reasons(
    connection: Connection, plan: Plan, clock: Clock, control: Control, there: Sequence[Present]
) -> Iterator[str]:
    job, now = plan.job, clock.now()
    limits = changed(job.limits, control.facts)
    others = any(one.kind == "run" for one in there)
    if control.state == ledger.CANCELLED:
        yield "cancelled: what is under way is finished, the rest is let go"
    if control.state == ledger.PAUSED:
        yield f"paused; go on with: connector resume {job.job}"
    hours = open_hours(limits)
    if hours is not None and (seconds := hours.seconds_until_open(now)):
        yield f"waits for the hours {limits.hours}: {seconds / 3600:.1f} h"
    yield from _troubles(one for one in there if one.kind == "backfill" and one.job == job.job)
    spent = used_up(
        connection,
        target_key(job.target),
        now.astimezone(ZoneInfo(limits.timezone)),
        per_hour=limits.per_hour,
        per_day=limits.per_day,
        share=part_of_budget(job, limits, others=others),
    )
    if spent is not None:
        yield f"waits for the next {spent.window}: all {spent.limit:,} creations of this one are used up"
    if others:
        yield f"makes room for another run of the target: {limits.backfill_share:.0%} of the rate"


def _troubles(workers: Iterator[Present]) -> Iterator[str]:
    for worker in workers:
        target = (worker.facts.get("target") or {}).get("breaker", "")
        if target in IN_TROUBLE:
            yield f"the target {IN_TROUBLE[target]}"
        for storage in worker.facts.get("storages") or []:
            if storage["breaker"] in IN_TROUBLE:
                yield f"the storage {storage['storage']} {IN_TROUBLE[storage['breaker']]}"
