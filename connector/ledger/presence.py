"""Keep who is at work on which target, so that a backfill makes room for a nightly run."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, select

from connector.ledger import dialect
from connector.ledger.backfill_tables import PRESENCE
from connector.ledger.owner import is_gone

__all__ = ["ABSENT_AFTER", "Present", "announce", "at_work", "present", "withdraw"]

ABSENT_AFTER: Final = timedelta(seconds=60)
"""Who said nothing for so long counts as gone, where its process cannot be looked for."""


class Present(NamedTuple):
    """A process at work, as it last said."""

    id: str
    """Its owner's name, see make_owner."""
    target_key: str
    job: str
    kind: str
    """`run`; `plan` for who holds a backfill together, `backfill` for a worker of one; `serve` for who keeps schedules.

    A `serve` is at work on no target and for no one job: it names its jobs in its facts.
    """
    facts: Mapping[str, Any]
    seen_at: datetime


def announce(connection: Connection, row: Present) -> None:
    """Say that the process is at work, again and again while it is."""
    insert = dialect.insert(connection, PRESENCE).values(**row._asdict())
    changed = {name: insert.excluded[name] for name in ("target_key", "job", "kind", "facts", "seen_at")}
    connection.execute(insert.on_conflict_do_update(index_elements=[PRESENCE.c.id], set_=changed))


def withdraw(connection: Connection, owner: str) -> None:
    """Say that the process is done, and forget those that ended without a word."""
    ended = [one for one in connection.execute(select(PRESENCE.c.id)).scalars() if one == owner or is_gone(one)]
    connection.execute(delete(PRESENCE).where(PRESENCE.c.id.in_(ended)))


def at_work(connection: Connection, now: datetime) -> list[Present]:
    """Give everybody who is at work now, whatever the target, by job."""
    rows = [Present(*row) for row in connection.execute(select(PRESENCE).order_by(PRESENCE.c.job, PRESENCE.c.id))]
    return [row for row in rows if row.seen_at > now - ABSENT_AFTER and not is_gone(row.id)]


def present(connection: Connection, target_key: str, now: datetime) -> list[Present]:
    """Give who is at work on this target now, by name."""
    wanted = select(PRESENCE).where(PRESENCE.c.target_key == target_key).order_by(PRESENCE.c.id)
    rows = [Present(*row) for row in connection.execute(wanted)]
    return [row for row in rows if row.seen_at > now - ABSENT_AFTER and not is_gone(row.id)]


def jobs_at_work(connection: Connection, now: datetime) -> list[str]:
    """Give the jobs whose backfill goes on now: somebody plans it, or works on it."""
    wanted = select(PRESENCE).where(PRESENCE.c.kind.in_(["plan", "backfill"]))
    rows = [Present(*row) for row in connection.execute(wanted)]
    return sorted({row.job for row in rows if row.seen_at > now - ABSENT_AFTER and not is_gone(row.id)})
