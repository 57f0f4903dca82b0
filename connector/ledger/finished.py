"""Say which messages have no name yet, and which files have done their duty."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from connector.ledger.correction import NEVER_NS
from connector.ledger.model import METADATA_FILE, FileRow
from connector.ledger.question import NOT_DELIVERED, WAITS
from connector.ledger.tables import ENTRY, FILE

__all__ = ["delivered_files", "nameless_files"]


def nameless_files(connection: Connection, place: int, role: str, after: int, limit: int) -> Sequence[FileRow]:
    """Give at most so many waiting files of the place, by number, that no session is known of."""
    wanted = (
        select(FILE)
        .where(FILE.c.place_id == place, FILE.c.role == role, FILE.c.session_id.is_(None), WAITS, FILE.c.id > after)
        .order_by(FILE.c.id)
        .limit(limit)
    )
    return [FileRow(*row) for row in connection.execute(wanted)]


def delivered_files(
    connection: Connection, place: int, *, tenant: str, source_kind: str, target: str
) -> Sequence[FileRow]:
    """Give the place's metadata files that do not wait and whose session is delivered with all its legs."""
    of_file = (
        ENTRY.c.session_id == FILE.c.session_id,
        ENTRY.c.channel == FILE.c.channel,
        ENTRY.c.source_kind == source_kind,
        ENTRY.c.tenant == tenant,
        ENTRY.c.target == target,
    )
    wanted = (
        select(FILE)
        .where(FILE.c.place_id == place, FILE.c.role == METADATA_FILE, FILE.c.session_id.is_not(None))
        .where(~FILE.c.pending, FILE.c.modified_ns != NEVER_NS)
        .where(exists(select(ENTRY.c.id).where(*of_file)))
        .where(~exists(select(ENTRY.c.id).where(*of_file, NOT_DELIVERED)))
        .order_by(FILE.c.id)
    )
    return [FileRow(*row) for row in connection.execute(wanted)]
