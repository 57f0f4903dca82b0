"""Count what is in the ledger."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from connector.ledger.model import METADATA_FILE, TRANSCRIPT_FILE
from connector.ledger.question import WAITS
from connector.ledger.tables import ENTRY, FILE

__all__ = ["StateCount", "count_pending", "counts_by_state", "delivered_before"]


class StateCount(NamedTuple):
    """How many entries of one source and target are in one state for one reason."""

    tenant: str
    source_kind: str
    target: str
    state: str
    code: str | None
    count: int  # type: ignore[assignment]  # a tuple's own `count` finds values, which nobody does here


def counts_by_state(connection: Connection, tenant: str | None = None, target: str | None = None) -> list[StateCount]:
    """Count entries by source, target, state and reason; without a tenant or target over all of them."""
    columns = (ENTRY.c.tenant, ENTRY.c.source_kind, ENTRY.c.target, ENTRY.c.state, ENTRY.c.code)
    wanted = select(*columns, func.count()).group_by(*columns).order_by(*columns)
    if tenant is not None:
        wanted = wanted.where(ENTRY.c.tenant == tenant)
    if target is not None:
        wanted = wanted.where(ENTRY.c.target == target)
    return [StateCount(*row) for row in connection.execute(wanted)]


def delivered_before(connection: Connection, tenant: str, target: str) -> bool:
    """Tell whether anything of this tenant ever went to this target."""
    wanted = select(ENTRY.c.id).where(ENTRY.c.tenant == tenant, ENTRY.c.target == target, ENTRY.c.state == "delivered")
    return connection.execute(wanted.limit(1)).first() is not None


def count_pending(connection: Connection, place_ids: Sequence[int]) -> int:
    """Count the files that pending_groups would hand out."""
    wanted = select(func.count()).select_from(FILE).where(FILE.c.place_id.in_(place_ids), WAITS)
    nameless = and_(FILE.c.role == TRANSCRIPT_FILE, FILE.c.session_id.is_(None))
    # One question each: for both in one SQLite would leave the index of what waits aside.
    return sum(
        int(connection.execute(wanted.where(which)).scalar_one()) for which in (FILE.c.role == METADATA_FILE, nameless)
    )
