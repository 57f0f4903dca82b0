"""Compare what a storage lists with what the ledger knows."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Dialect, Select, and_, bindparam, func, or_, select, type_coerce, update
from sqlalchemy.types import Integer

from connector.ledger import bulk, dialect
from connector.ledger.listed import ListedBatch, ListedFile, Listing, Versioned
from connector.ledger.model import COMPANIONS, EVER, METADATA_FILE, OTHER_FILE, Window
from connector.ledger.question import OPEN_STATES, within
from connector.ledger.tables import ENTRY, FILE, PLACE

__all__ = ["place_id", "record_listing"]

AWAITED: Final = (METADATA_FILE, *COMPANIONS)
NEW_FILE: Final = (
    *("place_id", "path", "size_bytes", "modified_ns", "etag"),
    *("role", "channel", "session_id", "part", "pending", "first_seen_at"),
)


def place_id(  # noqa: PLR0913 - what makes a place
    connection: Connection, tenant: str, source_kind: str, target: str, address: str, *, labels: str = ""
) -> int:
    """Give the number of this storage as this tenant's source sees it for this target, a new one where it is new.

    `labels` names the job where its own words say what a file is: two jobs may call one file different things. What
    was listed before places were told apart goes to the first job that asks.
    """
    place = {"tenant": tenant, "source_kind": source_kind, "target": target, "address": address}
    bare = [PLACE.c[name] == value for name, value in place.items()]
    wanted = select(PLACE.c.id).where(*bare, PLACE.c.labels == labels)
    place["labels"] = labels
    found = connection.execute(wanted).scalar()
    if found is None:
        connection.execute(update(PLACE).where(*bare, PLACE.c.labels == "").values(labels=labels))
        connection.execute(dialect.insert(connection, PLACE).values(**place).on_conflict_do_nothing())
        found = connection.execute(wanted).scalar_one()
    return int(found)


def record_listing(
    connection: Connection, place: int, batch: ListedBatch, window: Window = EVER, *, now: datetime
) -> Listing:
    """Note the files of one batch (at most 10,000, each path once) that are new or changed; the rest is untouched.

    Only new files are asked for their label, and those whose name told nothing before: a setting may have taught since
    what they are, and they count as changed then. Entries count as unchanged only where they ended within the window;
    nothing is left out of the comparison by it.
    """
    # All rows at once: a batch is small, and asking for them one by one takes longer than looking them up.
    known = connection.execute(_known(connection, place, window), {"paths": [file.path for file in batch.files]}).all()
    found = _compare(known, batch)
    if found.named:
        connection.execute(_NAMED, found.named)
    if found.changed:
        connection.execute(_CHANGED, found.changed)
    if found.new:
        rows = (_row(place, batch.label(batch.files[position]), now) for position in sorted(found.new))
        _new_files(connection.dialect).write(connection, rows)
    changes = len(found.changed) + len(found.named)
    return Listing(len(found.new), changes, len(batch.files) - len(found.new) - changes, found.unchanged_entries)


class _Found(NamedTuple):
    """The positions of new files, what to write of changed ones and of those whose name tells something now."""

    new: list[int]
    changed: list[dict[str, Any]]
    named: list[dict[str, Any]]
    unchanged_entries: int


def _compare(known: Sequence[Any], batch: ListedBatch) -> _Found:
    new: list[int] = []
    changed: list[dict[str, Any]] = []
    named: list[dict[str, Any]] = []
    unchanged_entries = 0
    for position, id_, size_bytes, modified_ns, etag, pending, role, entries in known:
        file = batch.files[position]
        if id_ is None:
            new.append(position)
        elif role == OTHER_FILE and (told := batch.label(file)).role != OTHER_FILE:
            named.append({**_version(id_, file), **_told(told)})
        elif size_bytes != file.size_bytes or modified_ns != file.modified_ns or _differ(etag, file.etag):
            changed.append(_version(id_, file))
        elif not pending:
            unchanged_entries += entries
    return _Found(new, changed, named, unchanged_entries)


def _version(id_: int, file: Versioned) -> dict[str, Any]:
    return {"file": id_, "size": file.size_bytes, "modified": file.modified_ns, "tag": file.etag}


def _told(file: ListedFile) -> dict[str, Any]:
    told = {"what": file.role, "on": file.channel, "session": file.session_id, "number": file.part}
    return {**told, "waits": file.role in AWAITED}


def _differ(known: str | None, listed: str | None) -> bool:
    """Compare versions only where both listings tell one: not every way into a storage does."""
    return known != listed and known is not None and listed is not None


def _row(place: int, file: ListedFile, now: datetime) -> tuple[Any, ...]:
    """Give the values of a new file in the order of NEW_FILE."""
    version = (file.size_bytes, file.modified_ns, file.etag)
    label = (file.role, file.channel, file.session_id, file.part)
    return (place, file.path, *version, *label, file.role in AWAITED, now)


@lru_cache(maxsize=4)
def _new_files(database: Dialect) -> bulk.Bulk:
    return bulk.prepare(database, dialect.insert(database, FILE).on_conflict_do_nothing(), FILE, NEW_FILE)


_CHANGED = (
    update(FILE)
    .where(FILE.c.id == bindparam("file"))
    .values(size_bytes=bindparam("size"), modified_ns=bindparam("modified"), etag=bindparam("tag"))
    # Not `in_`, whose list is only written out at execution: it is executed for many files at once.
    .values(pending=or_(*(FILE.c.role == role for role in AWAITED)))
)

_NAMED = (
    update(FILE)
    .where(FILE.c.id == bindparam("file"))
    .values(size_bytes=bindparam("size"), modified_ns=bindparam("modified"), etag=bindparam("tag"))
    .values(role=bindparam("what"), channel=bindparam("on"), session_id=bindparam("session"))
    .values(part=bindparam("number"), pending=bindparam("waits"))
)


def _known(connection: Connection, place: int, window: Window) -> Select[Any]:
    """Ask for what is known of the files whose paths are in the parameter `paths`, and how many entries they led to."""
    paths = dialect.batch(connection, "paths")
    entries = (
        select(func.count())
        .where(ENTRY.c.file_id == FILE.c.id, ENTRY.c.state.not_in(OPEN_STATES), *within(window))
        .scalar_subquery()
    )
    pending = type_coerce(FILE.c.pending, Integer)
    version = (FILE.c.size_bytes, FILE.c.modified_ns, FILE.c.etag)
    columns = (paths.c.position, FILE.c.id, *version, pending, FILE.c.role, entries)
    # An outer join also because SQLite would else walk the table and search the list, not the other way round.
    return select(*columns).select_from(
        paths.outerjoin(FILE, and_(FILE.c.place_id == place, FILE.c.path == paths.c.value))
    )
