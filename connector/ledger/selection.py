"""Look up entries by what a run has at hand: the sessions of a page, the file that is gone."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, and_, func, select, text

from connector.ledger import dialect
from connector.ledger.model import METADATA_FILE, EntryRow, RunRow
from connector.ledger.tables import ENTRY, FILE, PLACE, RUN

__all__ = ["count_pending", "entries_of_file", "entries_of_sessions", "file_address", "latest_runs"]


def entries_of_sessions(
    connection: Connection, tenant: str, source_kind: str, target: str, *, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[EntryRow]]:
    """Give the entries of these (channel, session id), all legs, in one question."""
    found: dict[tuple[str, str], list[EntryRow]] = {}
    given = dialect.batch(connection, "sessions")
    of_source = and_(ENTRY.c.tenant == tenant, ENTRY.c.source_kind == source_kind, ENTRY.c.target == target)
    same = and_(ENTRY.c.session_id == given.c.value, ENTRY.c.channel.in_({channel for channel, _ in keys}), of_source)
    # An outer join for the same reason as in listing.py: the list leads, the index follows.
    wanted = select(ENTRY).select_from(given.outerjoin(ENTRY, same)).where(ENTRY.c.id.is_not(None))
    sessions = list(dict.fromkeys(session for _, session in keys))
    for row in connection.execute(wanted.order_by(ENTRY.c.leg), {"sessions": sessions}).mappings():
        entry = EntryRow(**row)
        found.setdefault((entry.channel, entry.session_id), []).append(entry)
    return found


def entries_of_file(connection: Connection, file_id: int) -> list[EntryRow]:
    """Give the entries that were judged by this file."""
    wanted = select(ENTRY).where(ENTRY.c.file_id == file_id).order_by(ENTRY.c.id)
    return [EntryRow(**row) for row in connection.execute(wanted).mappings()]


def file_address(connection: Connection, file_id: int) -> str | None:
    """Give where a file lies, its storage's address included."""
    wanted = select(PLACE.c.address, FILE.c.path).join(PLACE, PLACE.c.id == FILE.c.place_id).where(FILE.c.id == file_id)
    row = connection.execute(wanted).first()
    return f"{row.address}/{row.path}" if row is not None else None


def count_pending(connection: Connection, place_ids: Sequence[int]) -> int:
    """Count the metadata files that wait to be judged."""
    given = dialect.batch(connection, "places", BigInteger)
    waiting = and_(FILE.c.place_id == given.c.value, FILE.c.role == METADATA_FILE, text("file.pending"))
    wanted = select(func.count(FILE.c.id)).select_from(given.join(FILE, waiting))
    return int(connection.execute(wanted, {"places": list(place_ids)}).scalar_one())


def latest_runs(connection: Connection) -> list[RunRow]:
    """Give the newest run of each job, by the job's name."""
    newest = select(RUN.c.job, func.max(RUN.c.id).label("id")).group_by(RUN.c.job).subquery()
    wanted = select(RUN).join(newest, newest.c.id == RUN.c.id).order_by(RUN.c.job)
    return [RunRow(**row) for row in connection.execute(wanted).mappings()]
