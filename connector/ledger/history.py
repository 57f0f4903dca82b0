"""Look up what became of entries."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select, union

from connector.ledger import dialect
from connector.ledger.model import EntryRow, StepRow
from connector.ledger.tables import ENTRY, STEP

__all__ = [
    "StateCount",
    "counts_by_state",
    "delivered_before",
    "entries",
    "entries_of_session",
    "find",
    "steps",
]


class StateCount(NamedTuple):
    """How many entries of one source and target are in one state for one reason."""

    tenant: str
    source_kind: str
    target: str
    state: str
    code: str | None
    entries: int


def entries(connection: Connection, ids: Sequence[str]) -> dict[str, EntryRow]:
    """Give the entries of these ids that exist, by id."""
    given = dialect.batch(connection, "ids")
    wanted = select(ENTRY).select_from(given.join(ENTRY, ENTRY.c.id == given.c.value))
    return {row.id: row for row in _rows(connection, wanted, ids=list(ids))}


def entries_of_session(  # noqa: PLR0913 - the parts of the key
    connection: Connection, *, tenant: str, source_kind: str, target: str, channel: str, session_id: str
) -> list[EntryRow]:
    """Give the entries of one session for one target, one per leg where it is split."""
    wanted = select(ENTRY).where(
        ENTRY.c.session_id == session_id,
        ENTRY.c.channel == channel,
        ENTRY.c.source_kind == source_kind,
        ENTRY.c.tenant == tenant,
        ENTRY.c.target == target,
    )
    return list(_rows(connection, wanted.order_by(ENTRY.c.leg)))


def find(connection: Connection, name: str) -> list[EntryRow]:
    """Give the entries that bear this external id, session id or uid, over all tenants and targets."""
    same = (
        select(ENTRY.c.id).where(column == name) for column in (ENTRY.c.external_id, ENTRY.c.session_id, ENTRY.c.uid)
    )
    ids = union(*same).subquery()
    wanted = select(ENTRY).where(ENTRY.c.id.in_(select(ids.c.id)))
    return list(_rows(connection, wanted.order_by(ENTRY.c.first_seen_at, ENTRY.c.id)))


def steps(connection: Connection, entry_id: str) -> list[StepRow]:
    """Give what happened to an entry, in the order in which it was written."""
    wanted = select(STEP.c.entry_id, STEP.c.run_id, STEP.c.at, STEP.c.name, STEP.c.facts)
    rows = connection.execute(wanted.where(STEP.c.entry_id == entry_id).order_by(STEP.c.id))
    return [StepRow(*row) for row in rows]


def counts_by_state(
    connection: Connection, *, tenant: str | None = None, target: str | None = None
) -> list[StateCount]:
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


def _rows(connection: Connection, wanted: Select[Any], **parameters: Any) -> Iterator[EntryRow]:
    return (EntryRow(**row) for row in connection.execute(wanted, parameters).mappings())
