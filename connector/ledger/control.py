"""Keep what a person asked of a schedule or a backfill from another terminal: go on, wait, or end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from connector.ledger import dialect
from connector.ledger.backfill_tables import CONTROL

__all__ = ["BACKFILL", "CANCELLED", "PAUSED", "RUNNING", "SCHEDULE", "Control", "control", "controls", "set_control"]

SCHEDULE: Final = "schedule"
BACKFILL: Final = "backfill"
RUNNING: Final = "running"
PAUSED: Final = "paused"
CANCELLED: Final = "cancelled"


class Control(NamedTuple):
    """What holds for a schedule or a backfill; what nobody ever asked anything of is running."""

    job: str
    scope: str
    state: str = RUNNING
    facts: Mapping[str, Any] = {}
    """Limits that a person changed while it runs."""
    changed_at: datetime | None = None


def control(connection: Connection, job: str, scope: str) -> Control:
    """Give what holds for the job's schedule (SCHEDULE) or its backfill (BACKFILL)."""
    wanted = select(CONTROL).where(CONTROL.c.job == job, CONTROL.c.scope == scope)
    row = connection.execute(wanted).first()
    return Control(job, scope) if row is None else Control(*row)


def controls(connection: Connection) -> list[Control]:
    """Give everything that a person asked for and that still holds, by job."""
    return [Control(*row) for row in connection.execute(select(CONTROL).order_by(CONTROL.c.job, CONTROL.c.scope))]


def set_control(  # noqa: PLR0913 - whose, and what is asked
    connection: Connection,
    job: str,
    scope: str,
    *,
    now: datetime,
    state: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Control:
    """Note a new state (None leaves it) and further facts (None takes one back); gives what holds now."""
    known = control(connection, job, scope)
    kept = {name: value for name, value in {**known.facts, **(facts or {})}.items() if value is not None}
    found = Control(job, scope, state or known.state, kept, now)
    insert = dialect.insert(connection, CONTROL).values(**found._asdict())
    changed = {name: insert.excluded[name] for name in ("state", "facts", "changed_at")}
    connection.execute(insert.on_conflict_do_update(index_elements=[CONTROL.c.job, CONTROL.c.scope], set_=changed))
    return found
