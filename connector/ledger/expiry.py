"""Let go of what is older than it may be kept: steps, statistics of runs, bodies of messages."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, select, update

from connector.ledger.case_tables import CASE_EVENT
from connector.ledger.message_tables import INBOX
from connector.ledger.received import WAITING
from connector.ledger.reporting import first_step
from connector.ledger.tables import MAPPING_STAT, RUN, STEP

__all__ = ["expire_bodies", "expire_statistics", "expire_steps"]


def expire_steps(connection: Connection, before: datetime, limit: int) -> int:
    """Drop at most so many steps that were taken before the moment, the oldest first, and give how many."""
    oldest = connection.execute(select(func.min(STEP.c.id))).scalar()
    if oldest is None:
        return 0
    until = min(first_step(connection, before), oldest + limit)
    return connection.execute(delete(STEP).where(STEP.c.id < until)).rowcount if until > oldest else 0


def expire_statistics(connection: Connection, before: datetime) -> int:
    """Drop what runs that started before the moment noted of fields, and give of how many fields."""
    old = select(RUN.c.id).where(RUN.c.started_at < before)
    return connection.execute(delete(MAPPING_STAT).where(MAPPING_STAT.c.run_id.in_(old))).rowcount


def expire_bodies(connection: Connection, before: datetime, limit: int) -> int:
    """Empty at most so many requests that came before the moment and were dealt with; give how many.

    What tells a repeated request from a new one stays.
    """
    # What they told may wait for its turn for as long as the target is down.
    waits = exists().where(CASE_EVENT.c.inbox_id == INBOX.c.id, CASE_EVENT.c.open)
    old = select(INBOX.c.id).where(
        INBOX.c.received_at < before, INBOX.c.state != WAITING, func.length(INBOX.c.body) > 0, ~waits
    )
    emptied = update(INBOX).where(INBOX.c.id.in_(old.limit(limit))).values(body=b"", headers={})
    return connection.execute(emptied).rowcount
