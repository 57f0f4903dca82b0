"""Keep the one plan that each job's backfill has: the range that was asked for last, and how far it is."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, select, update

from connector.ledger import dialect
from connector.ledger.backfill_tables import ITEM, PARTITION, PLAN
from connector.ledger.control import BACKFILL, CANCELLED, PAUSED, RUNNING, control, set_control
from connector.ledger.partition import abandoned

__all__ = [
    "DONE",
    "PLANNING",
    "WORKING",
    "Planned",
    "end_plan",
    "lock_plan",
    "open_plans",
    "plan",
    "set_plan",
    "start_plan",
]

PLANNING: Final = "planning"
WORKING: Final = "working"
DONE: Final = "done"
OPEN_PARTITIONS: Final = ("filling", "waiting")


class Planned(NamedTuple):
    """A job's plan: sessions that ended from `since` on and before `until`."""

    job: str
    since: datetime
    until: datetime
    state: str
    run_id: str | None
    changed_at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether something of it is still to be done."""
        return self.state in {PLANNING, WORKING}


def plan(connection: Connection, job: str) -> Planned | None:
    """Give the job's plan, None where it never had a backfill."""
    row = connection.execute(select(PLAN).where(PLAN.c.job == job)).first()
    return None if row is None else Planned(*row)


def open_plans(connection: Connection) -> list[Planned]:
    """Give the plans of which something is still to be done, by job."""
    wanted = select(PLAN).where(PLAN.c.state.in_((PLANNING, WORKING))).order_by(PLAN.c.job)
    return [Planned(*row) for row in connection.execute(wanted)]


def lock_plan(connection: Connection, job: str) -> None:
    """Let no other process change what belongs to the job's plan until the transaction ends."""
    connection.execute(select(PLAN.c.job).where(PLAN.c.job == job).with_for_update())


def start_plan(connection: Connection, row: Planned) -> None:
    """Begin the plan, or go on with it under another range; partitions that are done stay for the record.

    What a killed planning left half filled is planned anew, and of another range also what waits and what a dead
    worker had in hand. A pause holds the plan it was asked of, and no later one.
    """
    known = plan(connection, row.job)
    is_open = known is not None and known.is_open
    same = known is not None and is_open and (known.since, known.until) == (row.since, row.until)
    _drop(connection, row.job, _in_state(*(("filling",) if same else OPEN_PARTITIONS)))
    if not same:
        _drop(connection, row.job, abandoned(connection, row.job, row.changed_at))
    if not is_open:
        _drop(connection, row.job, _in_state("done"))
    asked = control(connection, row.job, BACKFILL).state
    if asked == CANCELLED or (asked == PAUSED and not is_open):
        set_control(connection, row.job, BACKFILL, now=row.changed_at, state=RUNNING)
    insert = dialect.insert(connection, PLAN).values(**row._asdict())
    changed = {name: insert.excluded[name] for name in Planned._fields if name != "job"}
    connection.execute(insert.on_conflict_do_update(index_elements=[PLAN.c.job], set_=changed))


def set_plan(connection: Connection, job: str, state: str, now: datetime) -> None:
    """Note how far the plan is; one that has ended stays as it ended, whoever comes too late."""
    mine = update(PLAN).where(PLAN.c.job == job, PLAN.c.state.in_((PLANNING, WORKING)))
    connection.execute(mine.values(state=state, changed_at=now))


def end_plan(connection: Connection, job: str, state: str, now: datetime) -> None:
    """Close the plan; what waits is let go, and what a worker has in hand stays his until he lets it go."""
    _drop(connection, job, _in_state(*OPEN_PARTITIONS))
    set_plan(connection, job, state, now)


def _in_state(*states: str) -> ColumnElement[bool]:
    return PARTITION.c.state.in_(states)


def _drop(connection: Connection, job: str, which: ColumnElement[bool]) -> None:
    these = (PARTITION.c.job == job, which)
    connection.execute(delete(ITEM).where(ITEM.c.partition_id.in_(select(PARTITION.c.id).where(*these))))
    connection.execute(delete(PARTITION).where(*these))
