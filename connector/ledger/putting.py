"""Say which files did their duty, and remember those that were moved or tagged for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update

from connector.ledger import dialect
from connector.ledger.correction import NEVER_NS
from connector.ledger.model import COMPANIONS, METADATA_FILE, EntryRow, FileRow
from connector.ledger.question import NOT_DELIVERED
from connector.ledger.shared import Source
from connector.ledger.tables import ENTRY, FILE, PLACE, PUT_AWAY, ROW_RECORDING

__all__ = [
    "Away",
    "PutFile",
    "finished_files",
    "finished_shared_files",
    "note_put_away",
    "note_row_recordings",
    "put_away_of",
]


class PutFile(NamedTuple):
    """Where a file lies now that was put away, and in which version."""

    file_id: int
    path: str
    size_bytes: int
    modified_ns: int
    etag: str | None


class Away(NamedTuple):
    """A file of a session that was moved or tagged, where it lies since, and when that was."""

    path: str
    role: str
    at: datetime


def put_away_of(connection: Connection, entry: EntryRow) -> list[Away]:
    """Give the files of an entry's session that were put away, by path: its own file and those that belong to it."""
    place = select(FILE.c.place_id).where(FILE.c.id == entry.file_id).scalar_subquery()
    source = select(PLACE.c.tenant, PLACE.c.source_kind, PLACE.c.target).where(PLACE.c.id == place).subquery()
    places = select(PLACE.c.id).join(
        source, and_(*(PLACE.c[name] == source.c[name] for name in ("tenant", "source_kind", "target")))
    )
    same = and_(FILE.c.session_id == entry.session_id, or_(FILE.c.channel.is_(None), FILE.c.channel == entry.channel))
    wanted = (
        select(FILE.c.path, FILE.c.role, PUT_AWAY.c.at)
        .join(PUT_AWAY, PUT_AWAY.c.file_id == FILE.c.id)
        .where(or_(FILE.c.id == entry.file_id, and_(FILE.c.place_id.in_(places), same)))
        .order_by(FILE.c.path)
    )
    return [Away(*row) for row in connection.execute(wanted)]


def finished_files(  # noqa: PLR0913 - whose files, and which of them
    connection: Connection,
    place_ids: Sequence[int],
    source: Source,
    *,
    after: int,
    limit: int,
    roles: Sequence[str] = (METADATA_FILE, *COMPANIONS),
) -> list[FileRow]:
    """Give at most so many files of these roles, by number, that belong to sessions delivered with all their legs.

    None of them waits, nor does any other file of its session; those that were put away at this version are left out.
    """
    of_file = (
        ENTRY.c.session_id == FILE.c.session_id,
        or_(FILE.c.channel.is_(None), ENTRY.c.channel == FILE.c.channel),
        *(ENTRY.c[name] == value for name, value in source._asdict().items()),
    )
    other = FILE.alias("other")
    waits = and_(
        other.c.place_id.in_(place_ids),
        other.c.session_id == FILE.c.session_id,
        or_(other.c.channel.is_(None), FILE.c.channel.is_(None), other.c.channel == FILE.c.channel),
        other.c.pending,
    )
    wanted = (
        select(FILE)
        .where(*_at_rest(place_ids, after), FILE.c.role.in_(roles))
        .where(FILE.c.session_id.is_not(None))
        .where(exists(select(ENTRY.c.id).where(*of_file)))
        .where(~exists(select(ENTRY.c.id).where(*of_file, NOT_DELIVERED)))
        .where(~exists(select(other.c.id).where(waits)))
        .order_by(FILE.c.id)
        .limit(limit)
    )
    return [FileRow(*row) for row in connection.execute(wanted)]


def finished_shared_files(
    connection: Connection, place_ids: Sequence[int], source: Source, *, after: int, limit: int
) -> list[FileRow]:
    """Give at most so many files, by number, that did their duty where one metadata file holds many sessions.

    Such a file did where all entries that came from it are delivered: one that is held, skipped or refused, a row that
    could not be read among them, keeps it. A recording did where all sessions that note_row_recordings named for it
    are delivered. What waits, and what was put away at this version, is left out.
    """
    of_file = ENTRY.c.file_id == FILE.c.id
    is_done = and_(
        FILE.c.role == METADATA_FILE,
        exists(select(ENTRY.c.id).where(of_file)),
        ~exists(select(ENTRY.c.id).where(of_file, NOT_DELIVERED)),
    )
    named = ROW_RECORDING.c.file_id == FILE.c.id
    of_session = (
        ENTRY.c.session_id == ROW_RECORDING.c.session_id,
        *(ENTRY.c[name] == value for name, value in source._asdict().items()),
    )
    undelivered = or_(
        ~exists(select(ENTRY.c.id).where(*of_session)),
        exists(select(ENTRY.c.id).where(*of_session, NOT_DELIVERED)),
    )
    is_sent = and_(
        FILE.c.role.in_(COMPANIONS),
        exists(select(ROW_RECORDING.c.file_id).where(named)),
        ~exists(select(ROW_RECORDING.c.file_id).where(named, undelivered)),
    )
    wanted = select(FILE).where(*_at_rest(place_ids, after), or_(is_done, is_sent)).order_by(FILE.c.id).limit(limit)
    return [FileRow(*row) for row in connection.execute(wanted)]


def note_row_recordings(connection: Connection, pairs: Sequence[tuple[int, str]]) -> None:
    """Note which recording, by its number, belongs to which session by what a row tells; each may belong to several."""
    given = [{"file_id": file, "session_id": session} for file, session in pairs]
    if given:
        connection.execute(dialect.insert(connection, ROW_RECORDING).on_conflict_do_nothing(), given)


def _at_rest(place_ids: Sequence[int], after: int) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that a file is there, waits for nothing, and was not put away at this version."""
    away = (
        PUT_AWAY.c.file_id == FILE.c.id,
        PUT_AWAY.c.size_bytes == FILE.c.size_bytes,
        PUT_AWAY.c.modified_ns == FILE.c.modified_ns,
    )
    place = (FILE.c.place_id.in_(place_ids), FILE.c.id > after, ~FILE.c.pending, FILE.c.modified_ns != NEVER_NS)
    return (*place, ~exists(select(PUT_AWAY.c.file_id).where(*away)))


def note_put_away(connection: Connection, files: Sequence[PutFile], now: datetime) -> None:
    """Note that these files were put away and where they lie now: what was moved is known there, and is not new."""
    insert = dialect.insert(connection, PUT_AWAY)
    values = {name: insert.excluded[name] for name in ("size_bytes", "modified_ns", "at")}
    insert = insert.on_conflict_do_update(index_elements=[PUT_AWAY.c.file_id], set_=values)
    for file in files:
        _make_way(connection, file)
        version = {"size_bytes": file.size_bytes, "modified_ns": file.modified_ns}
        moved = {"path": file.path, "etag": file.etag, **version}
        connection.execute(update(FILE).where(FILE.c.id == file.file_id).values(**moved))
        connection.execute(insert, {"file_id": file.file_id, "at": now, **version})


def _make_way(connection: Connection, file: PutFile) -> None:
    """Let the file take the place of another row of its new path, where that folder was once listed as any other."""
    place = select(FILE.c.place_id).where(FILE.c.id == file.file_id).scalar_subquery()
    taken = select(FILE.c.id).where(FILE.c.place_id == place, FILE.c.path == file.path, FILE.c.id != file.file_id)
    other = connection.execute(taken).scalar()
    if other is not None:
        connection.execute(update(ENTRY).where(ENTRY.c.file_id == other).values(file_id=file.file_id))
        connection.execute(delete(FILE).where(FILE.c.id == other))
