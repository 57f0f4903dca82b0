"""Hand out the parts of a backfill, each to one worker at a time: a claim has a lease, and a number that fences it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from connector.errors import LeaseLostError
from connector.ledger.backfill_tables import ITEM, PARTITION
from connector.ledger.owner import is_gone

__all__ = [
    "LEASE",
    "Partition",
    "StateSum",
    "abandoned",
    "check_claim",
    "claim",
    "finish",
    "partitions",
    "release",
    "renew",
    "sums",
]

LEASE: Final = timedelta(seconds=60)
"""How long a claim holds without a word of its owner; one of a dead process of this machine is free at once."""


class Partition(NamedTuple):
    """A part of a plan, as the ledger has it."""

    id: int
    job: str
    day: str
    items: int
    size_bytes: int
    state: str
    fence: int
    owner: str | None
    lease_until: datetime | None
    run_id: str | None
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    problem: str | None
    finished_at: datetime | None


class StateSum(NamedTuple):
    """How much of a plan is in one state."""

    state: str
    partitions: int
    items: int
    size_bytes: int


def claim(  # noqa: PLR0913 - who wants what, when, and from which end
    connection: Connection, job: str, owner: str, *, run_id: str, now: datetime, newest_first: bool = True
) -> Partition | None:
    """Give the next part of the job's plan to this owner; None where nothing is free.

    First comes what a dead owner left, then what waits. Two owners never get one part.
    """
    id_ = _first_abandoned(connection, job, now) or _waiting(connection, job, newest_first=newest_first)
    if id_ is None:
        return None
    values = {"state": "claimed", "owner": owner, "lease_until": now + LEASE, "run_id": run_id}
    taken = update(PARTITION).where(PARTITION.c.id == id_).values(fence=PARTITION.c.fence + 1, **values)
    return Partition(*connection.execute(taken.returning(*PARTITION.c)).one())


def renew(connection: Connection, part: Partition, now: datetime) -> None:
    """Hold on to the claim; raise LeaseLostError where another owner has it."""
    _change(connection, part, lease_until=now + LEASE)


def finish(  # noqa: PLR0913 - what became of it
    connection: Connection,
    part: Partition,
    *,
    counts: Mapping[str, int],
    reasons: Mapping[str, int],
    problem: str | None,
    now: datetime,
) -> None:
    """Note that all of the part was judged; raise LeaseLostError where another owner has it."""
    told: dict[str, Any] = {"counts": dict(counts), "reasons": dict(reasons), "problem": problem}
    _change(connection, part, state="done", finished_at=now, **told)
    connection.execute(delete(ITEM).where(ITEM.c.partition_id == part.id))


def release(connection: Connection, part: Partition, *, problem: str | None = None) -> None:
    """Let the part go before its end: whoever takes it next goes on where it was left."""
    _change(connection, part, state="waiting", owner=None, lease_until=None, problem=problem)


def check_claim(connection: Connection, part: Partition) -> None:
    """Raise LeaseLostError where another owner has the part; until the transaction ends nobody else gets it."""
    mine = select(PARTITION.c.id).where(_is_held(part)).with_for_update(read=True)
    if connection.execute(mine).first() is None:
        raise LeaseLostError


def partitions(connection: Connection, job: str, run_id: str | None = None) -> list[Partition]:
    """Give the parts of the job's plan, of one run or all, by day."""
    wanted = select(PARTITION).where(PARTITION.c.job == job).order_by(PARTITION.c.day, PARTITION.c.id)
    if run_id is not None:
        wanted = wanted.where(PARTITION.c.run_id == run_id)
    return [Partition(*row) for row in connection.execute(wanted)]


def sums(connection: Connection, job: str) -> dict[str, StateSum]:
    """Give how much of the job's plan is in each state."""
    columns = (PARTITION.c.state, func.count(), func.sum(PARTITION.c["items"]), func.sum(PARTITION.c.size_bytes))
    rows = connection.execute(select(*columns).where(PARTITION.c.job == job).group_by(PARTITION.c.state))
    return {row[0]: StateSum(row[0], row[1], int(row[2]), int(row[3])) for row in rows}


def abandoned(connection: Connection, job: str, now: datetime) -> ColumnElement[bool]:
    """Say which claimed parts have an owner that is dead, or was not heard of for longer than its lease."""
    claimed = and_(PARTITION.c.job == job, PARTITION.c.state == "claimed")
    owners = set(connection.execute(select(PARTITION.c.owner).where(claimed)).scalars())
    gone = [owner for owner in owners if owner is not None and is_gone(owner)]
    return and_(claimed, or_(PARTITION.c.lease_until < now, PARTITION.c.owner.in_(gone)))


def _first_abandoned(connection: Connection, job: str, now: datetime) -> int | None:
    wanted = select(PARTITION.c.id).where(abandoned(connection, job, now)).order_by(PARTITION.c.id).limit(1)
    return connection.execute(wanted.with_for_update(skip_locked=True)).scalar()


def _waiting(connection: Connection, job: str, *, newest_first: bool) -> int | None:
    order = (PARTITION.c.day, PARTITION.c.id)
    wanted = select(PARTITION.c.id).where(PARTITION.c.job == job, PARTITION.c.state == "waiting")
    wanted = wanted.order_by(*(column.desc() for column in order) if newest_first else order).limit(1)
    return connection.execute(wanted.with_for_update(skip_locked=True)).scalar()


def _is_held(part: Partition) -> Any:
    return and_(PARTITION.c.id == part.id, PARTITION.c.fence == part.fence, PARTITION.c.state == "claimed")


def _change(connection: Connection, part: Partition, **values: Any) -> None:
    if not connection.execute(update(PARTITION).where(_is_held(part)).values(**values)).rowcount:
        raise LeaseLostError
