"""Leave entries alone between two tries, and count those that are."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from connector.ledger.model import EVER, Window
from connector.ledger.question import NOT_DELIVERED, within
from connector.ledger.tables import ENTRY, FILE

__all__ = ["Resting", "Tries", "count_resting", "is_resting", "next_tries"]


class Resting(NamedTuple):
    """When an entry rests: its next try lies after now, but not after the latest moment that any may be given.

    A later one was written while the clock of the machine stood wrong, and binds nobody.
    """

    now: datetime
    latest: datetime


def is_resting(resting: Resting) -> ColumnElement[bool]:
    """Give the condition that an entry rests; false, and never unknown, for one without a next try."""
    due = ENTRY.c.retry_at
    return and_(ENTRY.c.state == "held", due.is_not(None), due > resting.now, due <= resting.latest)


class Tries(NamedTuple):
    """Entries that rest between two tries for one reason, and when the first of them is due."""

    target: str
    code: str
    entries: int
    first_at: datetime


def next_tries(connection: Connection, resting: Resting) -> list[Tries]:
    """Give what rests, by target and reason."""
    columns = (ENTRY.c.target, ENTRY.c.code, func.count(), func.min(ENTRY.c.retry_at))
    wanted = select(*columns).where(NOT_DELIVERED, is_resting(resting)).group_by(ENTRY.c.target, ENTRY.c.code)
    return [Tries(*row) for row in connection.execute(wanted.order_by(ENTRY.c.target, ENTRY.c.code))]


def count_resting(  # noqa: PLR0913 - whose entries, and when
    connection: Connection, tenant: str, source_kind: str, target: str, *, resting: Resting, window: Window = EVER
) -> dict[str, int]:
    """Count by reason the entries of a source that rest and that no waiting file brings before a run all the same."""
    of_source = (ENTRY.c.tenant == tenant, ENTRY.c.target == target, ENTRY.c.source_kind == source_kind)
    wanted = (
        select(ENTRY.c.code, func.count())
        .join(FILE, FILE.c.id == ENTRY.c.file_id)
        .where(*of_source, is_resting(resting), ~FILE.c.pending, *within(window))
        .group_by(ENTRY.c.code)
    )
    return {code: int(count) for code, count in connection.execute(wanted)}
