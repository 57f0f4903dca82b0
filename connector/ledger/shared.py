"""Answer what is asked of files that many sessions share: one row of the file is one session."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, or_, select, update

from connector.ledger import dialect
from connector.ledger.correction import drop_entries
from connector.ledger.model import (
    COMPANIONS,
    METADATA_FILE,
    UNREADABLE_CHANNEL,
    UNREADABLE_ROW_CHANNEL,
    EntryRow,
    FileRow,
)
from connector.ledger.question import WAITS
from connector.ledger.tables import ENTRY, FILE

__all__ = [
    "Source",
    "drop_mended",
    "files",
    "mark_lacking_audio",
    "mark_unread",
    "pending_files",
    "waiting_entries",
]

NO_AUDIO = ("audio_missing", "audio_invalid", "audio_too_large")


class Source(NamedTuple):
    """Whose entries are meant: those of one tenant's source for one target."""

    tenant: str
    source_kind: str
    target: str


def pending_files(
    connection: Connection, place_ids: Sequence[int], after: FileRow | None = None, limit: int = 10_000
) -> list[FileRow]:
    """Give at most `limit` metadata files that wait, the last changed first, from the one after this one on."""
    wanted = select(FILE).where(FILE.c.place_id.in_(place_ids), FILE.c.role == METADATA_FILE, WAITS)
    if after is not None:
        same_time = and_(FILE.c.modified_ns == after.modified_ns, FILE.c.id < after.id)
        wanted = wanted.where(or_(FILE.c.modified_ns < after.modified_ns, same_time))
    found = connection.execute(wanted.order_by(FILE.c.modified_ns.desc(), FILE.c.id.desc()).limit(limit))
    return [FileRow(*row) for row in found]


def files(connection: Connection, ids: Sequence[int]) -> dict[int, FileRow]:
    """Give these files, as far as the ledger knows them, by id."""
    given = dialect.batch(connection, "files", BigInteger)
    wanted = select(FILE).select_from(given.outerjoin(FILE, FILE.c.id == given.c.value)).where(FILE.c.id.is_not(None))
    return {row.id: FileRow(*row) for row in connection.execute(wanted, {"files": list(ids)})}


def mark_unread(connection: Connection, source: Source, policy_hash: str) -> int:
    """Have files read again of which something was unreadable under another policy; gives how many."""
    other = select(ENTRY.c.file_id).where(
        *_of(source), ENTRY.c.state == "refused", ENTRY.c.code == "unreadable", ENTRY.c.policy_hash != policy_hash
    )
    waiting = update(FILE).where(FILE.c.id.in_(other), ~FILE.c.pending).values(pending=True)
    return connection.execute(waiting).rowcount


def mark_lacking_audio(
    connection: Connection, place_ids: Sequence[int], source: Source, *, delivered: bool
) -> tuple[int, ...]:
    """Have files read again whose sessions lack a usable recording, where any recording came since the last run.

    Which session a recording is of, only the rows tell. With `delivered` those that went without audio count as well.
    Gives the files that did not wait before.
    """
    came = select(FILE.c.id).where(FILE.c.place_id.in_(place_ids), FILE.c.role.in_(COMPANIONS), WAITS)
    if connection.execute(came.limit(1)).first() is None:
        return ()
    lacks = and_(ENTRY.c.state.in_(["skipped", "refused"]), ENTRY.c.code.in_(NO_AUDIO))
    there = ENTRY.c.state == "delivered"
    without = ENTRY.c.audio_state != "sent" if delivered else ENTRY.c.code.in_(NO_AUDIO)
    lacking = select(ENTRY.c.file_id).where(*_of(source), or_(lacks, and_(there, without)))
    found = connection.execute(select(FILE.c.id).where(FILE.c.id.in_(lacking), ~FILE.c.pending))
    woken = tuple(found.scalars())
    given = dialect.batch(connection, "files", BigInteger)
    marked = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=True)
    connection.execute(marked, {"files": list(woken)})
    return woken


def waiting_entries(connection: Connection, file_ids: Sequence[int], run_id: str) -> list[EntryRow]:
    """Give the entries of sessions of these files that wait and that this run did not judge."""
    given = dialect.batch(connection, "files", BigInteger)
    wanted = select(ENTRY).select_from(given.outerjoin(ENTRY, ENTRY.c.file_id == given.c.value))
    wanted = wanted.where(ENTRY.c.state.in_(["held", "sending"]), ENTRY.c.run_id.is_distinct_from(run_id))
    wanted = wanted.where(ENTRY.c.channel.not_in([UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL]))
    found = connection.execute(wanted, {"files": list(file_ids)})
    return [EntryRow(**row) for row in found.mappings()]


def drop_mended(connection: Connection, file_ids: Sequence[int], still_broken: Sequence[str]) -> None:
    """Drop what stood for rows of these files that could not be read, but for the entries that still do."""
    given = dialect.batch(connection, "files", BigInteger)
    standing = (
        select(ENTRY.c.id)
        .select_from(given.outerjoin(ENTRY, ENTRY.c.file_id == given.c.value))
        .where(ENTRY.c.channel == UNREADABLE_ROW_CHANNEL)
    )
    found = set(connection.execute(standing, {"files": list(file_ids)}).scalars())
    if mended := found - set(still_broken):
        drop_entries(connection, sorted(mended))


def _of(source: Source) -> tuple[ColumnElement[bool], ...]:
    return (
        ENTRY.c.tenant == source.tenant,
        ENTRY.c.source_kind == source.source_kind,
        ENTRY.c.target == source.target,
    )
