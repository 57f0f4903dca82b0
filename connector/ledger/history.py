"""Look up entries and what happened to them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select, union

from connector.ledger import dialect
from connector.ledger.model import EntryRow, StepRow
from connector.ledger.question import NOT_DELIVERED
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


def find(connection: Connection, *names: str) -> list[EntryRow]:
    """Give the entries that bear one of these names, over all tenants and targets.

    A name is an external id, a session id, channel and session id (call-1418), a uid, or a metadata file's path in its
    storage or with the storage's address before it. Where it is none of these, it may be the external id that a session
    would have had, or a file's name alone, with or without its .json: a file that cannot be read told no id.
    """
    columns = (ENTRY.c.external_id, ENTRY.c.session_id, ENTRY.c.uid)
    named = [select(ENTRY.c.id).where(column.in_(names)) for column in columns]
    for name in names:
        channel, dash, session = name.partition("-")
        if dash:
            named.append(select(ENTRY.c.id).where(ENTRY.c.session_id == session, ENTRY.c.channel == channel))
    paths = _paths(connection, names)
    files = select(FILE.c.id).where(FILE.c.place_id.in_(select(PLACE.c.id)), FILE.c.path.in_(paths))
    ids = union(*named, select(ENTRY.c.id).where(ENTRY.c.file_id.in_(files))).subquery()
    wanted = select(ENTRY).where(ENTRY.c.id.in_(select(ids.c.id))).order_by(ENTRY.c.first_seen_at, ENTRY.c.id)
    return list(_rows(connection, wanted)) or _nameless(connection, names) or _of_file_names(connection, names)


def _nameless(connection: Connection, names: Sequence[str]) -> list[EntryRow]:
    """Give the entries without an external id for which it would most likely be, or was, one of these.

    A session that is left out before it is mapped never gets one, and that of a forgotten one is erased.
    """
    name = ENTRY.c.tenant.concat("-").concat(ENTRY.c.channel).concat("-").concat(ENTRY.c.session_id)
    spelled = or_(name.in_(names), name.concat("-").concat(ENTRY.c.leg).in_(names))
    wanted = select(ENTRY).where(NOT_DELIVERED, ENTRY.c.external_id.is_(None), spelled)
    return list(_rows(connection, wanted.order_by(ENTRY.c.id)))


def _paths(connection: Connection, names: Sequence[str]) -> set[str]:
    """Give the names, and what is left of them behind the address of a storage."""
    before = [f"{address.rstrip('/')}/" for address in connection.execute(select(PLACE.c.address)).scalars()]
    return {*names, *(name.removeprefix(place) for name in names for place in before)}


def _of_file_names(connection: Connection, names: Sequence[str]) -> list[EntryRow]:
    """Give the entries of files of this name, whatever their folder: a look at every path there is."""
    if not names or "/" in names[0]:
        return []
    name = names[0] if "." in names[0] else f"{names[0]}.json"
    files = select(FILE.c.id).where(or_(FILE.c.path == name, FILE.c.path.endswith(f"/{name}", autoescape=True)))
    return list(_rows(connection, select(ENTRY).where(ENTRY.c.file_id.in_(files)).order_by(ENTRY.c.id)))


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
