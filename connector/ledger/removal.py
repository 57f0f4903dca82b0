"""Take entries out that turned out to be none: stand-ins of unreadable files, intentions that came to nothing."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, delete, select

from connector.ledger import dialect
from connector.ledger.tables import ENTRY, STEP

__all__ = ["UNREADABLE_CHANNEL", "drop_entries", "drop_placeholders", "take_back"]

UNREADABLE_CHANNEL = "file"
"""Channel of the entry that stands for a file nobody could read."""


def drop_placeholders(connection: Connection, file_ids: Sequence[int]) -> None:
    """Forget that these files could not be read: now they can."""
    given = dialect.batch(connection, "files", BigInteger)
    standing = select(ENTRY.c.id).where(
        ENTRY.c.file_id.in_(select(given.c.value)), ENTRY.c.channel == UNREADABLE_CHANNEL
    )
    drop_entries(connection, list(connection.execute(standing, {"files": list(file_ids)}).scalars()))


def drop_entries(connection: Connection, ids: Sequence[str]) -> None:
    """Take these entries and their steps out; a delivered one is never taken out."""
    for id_ in ids:
        gone = connection.execute(delete(ENTRY).where(ENTRY.c.id == id_, ENTRY.c.state != "delivered"))
        if gone.rowcount:
            connection.execute(delete(STEP).where(STEP.c.entry_id == id_))


def take_back(connection: Connection, entry_id: str, run_id: str) -> None:
    """Undo the intention of a request that the target did not let in: an entry that this run made is taken out."""
    new = select(ENTRY.c.id).where(
        ENTRY.c.id == entry_id, ENTRY.c.run_id == run_id, ENTRY.c.state == "sending", ~ENTRY.c.created
    )
    drop_entries(connection, list(connection.execute(new).scalars()))
