"""Look up entries and what happened to them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, union

from connector.ledger import dialect
from connector.ledger.model import EntryRow, StepRow
from connector.ledger.tables import ENTRY, FILE, PLACE, STEP

__all__ = ["entries", "entries_of_file", "entries_of_session", "entries_of_sessions", "file_address", "find", "steps"]

Key = tuple[str, str]


def entries(connection: Connection, ids: Sequence[str]) -> dict[str, EntryRow]:
    """Give the entries of these ids that exist, by id."""
    given = dialect.batch(connection, "ids")
    wanted = select(ENTRY).where(ENTRY.c.id.in_(select(given.c.value)))
    return {row.id: row for row in _rows(connection, wanted, ids=list(ids))}


def entries_of_sessions(
    connection: Connection, tenant: str, source_kind: str, target: str, *, keys: Sequence[Key]
) -> dict[Key, list[EntryRow]]:
    """Give each (channel, session id) its entries for the target, one per leg and ordered by it, or none."""
    found: dict[Key, list[EntryRow]] = {key: [] for key in keys}
    given = dialect.batch(connection, "sessions")
    # The whole of the unique index but the leg: with less SQLite would rather walk all entries of the target.
    wanted = select(ENTRY).where(
        ENTRY.c.session_id.in_(select(given.c.value)),
        ENTRY.c.channel.in_({channel for channel, _ in found}),
        ENTRY.c.source_kind == source_kind,
        ENTRY.c.tenant == tenant,
        ENTRY.c.target == target,
    )
    wanted = wanted.order_by(ENTRY.c.session_id, ENTRY.c.leg)
    for row in _rows(connection, wanted, sessions=list({session for _, session in found})):
        if (row.channel, row.session_id) in found:
            found[row.channel, row.session_id].append(row)
    return found


def entries_of_session(
    connection: Connection, tenant: str, source_kind: str, target: str, *, key: Key
) -> list[EntryRow]:
    """Give the entries of one (channel, session id) for one target, one per leg where it is split."""
    return entries_of_sessions(connection, tenant, source_kind, target, keys=[key])[key]


def entries_of_file(connection: Connection, file_id: int) -> list[EntryRow]:
    """Give the entries that came of this version of a file."""
    return list(_rows(connection, select(ENTRY).where(ENTRY.c.file_id == file_id).order_by(ENTRY.c.id)))


def find(connection: Connection, name: str) -> list[EntryRow]:
    """Give the entries that bear this external id, session id, uid or file path, over all tenants and targets."""
    named = [
        select(ENTRY.c.id).where(column == name) for column in (ENTRY.c.external_id, ENTRY.c.session_id, ENTRY.c.uid)
    ]
    files = select(FILE.c.id).where(FILE.c.place_id.in_(select(PLACE.c.id)), FILE.c.path == name)
    ids = union(*named, select(ENTRY.c.id).where(ENTRY.c.file_id.in_(files))).subquery()
    wanted = select(ENTRY).where(ENTRY.c.id.in_(select(ids.c.id)))
    return list(_rows(connection, wanted.order_by(ENTRY.c.first_seen_at, ENTRY.c.id)))


def steps(connection: Connection, entry_id: str) -> list[StepRow]:
    """Give what happened to an entry, in the order in which it was written."""
    wanted = select(STEP.c.entry_id, STEP.c.run_id, STEP.c.at, STEP.c.name, STEP.c.facts)
    rows = connection.execute(wanted.where(STEP.c.entry_id == entry_id).order_by(STEP.c.id))
    return [StepRow(*row) for row in rows]


def file_address(connection: Connection, file_id: int) -> str | None:
    """Give a file's whole address, that of its storage included; None where the ledger does not know it."""
    wanted = select(PLACE.c.address, FILE.c.path).join_from(FILE, PLACE, PLACE.c.id == FILE.c.place_id)
    found = connection.execute(wanted.where(FILE.c.id == file_id)).first()
    return f"{found.address.rstrip('/')}/{found.path}" if found else None


def _rows(connection: Connection, wanted: Select[Any], **parameters: Any) -> Iterator[EntryRow]:
    return (EntryRow(**row) for row in connection.execute(wanted, parameters).mappings())
