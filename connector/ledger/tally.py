"""Count what became of the entries of one run by what the ledger holds, whoever wrote it."""

from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, select

from connector.ledger.tables import ENTRY

__all__ = ["Tally", "tally"]


class Tally(NamedTuple):
    """Entries of a run in one state for one reason."""

    state: str
    code: str | None
    entries: int
    audio: int
    """Those of them that are delivered with a recording."""
    bytes_uploaded: int


def tally(connection: Connection, run_id: str) -> list[Tally]:
    """Count the entries that this run was the last to write, by state and reason."""
    sent = and_(ENTRY.c.state == "delivered", ENTRY.c.audio_state == "sent", ENTRY.c.audio_sha256.is_not(None))
    columns = (
        ENTRY.c.state,
        ENTRY.c.code,
        func.count(),
        func.sum(case((sent, 1), else_=0)),
        func.sum(case((sent, ENTRY.c.audio_bytes), else_=0)),
    )
    wanted = select(*columns).where(ENTRY.c.run_id == run_id).group_by(ENTRY.c.state, ENTRY.c.code)
    rows = connection.execute(wanted.order_by(ENTRY.c.state, ENTRY.c.code))
    return [Tally(row[0], row[1], row[2], int(row[3] or 0), int(row[4] or 0)) for row in rows]
