"""Count by what the ledger holds what became of entries, whoever wrote it: those of one run, those of a range."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from connector.ledger.correction import NEVER_NS
from connector.ledger.model import Window
from connector.ledger.question import within
from connector.ledger.shared import Source
from connector.ledger.tables import ENTRY, FILE, PUT_AWAY

__all__ = ["Standing", "Tally", "standing", "tally"]


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


class Standing(NamedTuple):
    """Entries of a range in one state for one reason, by who was the last to write them."""

    state: str
    code: str | None
    by_run: bool
    """Whether the run that was asked for was the last to write them."""
    listed: bool
    """Whether the run found the file they came from in its storage: not moved away and not gone."""
    entries: int
    example: str
    """The number of one of them."""


def standing(  # noqa: PLR0913 - whose entries, which of them, and what they are told apart by
    connection: Connection,
    place_ids: Sequence[int],
    source: Source,
    *,
    window: Window,
    run_id: str,
    away: str | None,
    began_at: datetime,
) -> list[Standing]:
    """Count the source's entries that ended within the window and came from files of these places.

    `away` is the folder that files are moved to after their success; None where they stay. What was moved since the run
    began counts as listed.
    """
    gone = FILE.c.modified_ns == NEVER_NS
    if away is not None:
        just_now = exists(select(PUT_AWAY.c.file_id).where(PUT_AWAY.c.file_id == FILE.c.id, PUT_AWAY.c.at >= began_at))
        gone = or_(gone, and_(FILE.c.path.startswith(f"{away}/", autoescape=True), ~just_now))
    mine = case((ENTRY.c.run_id == run_id, 1), else_=0)
    listed = case((gone, 0), else_=1)
    wanted = (
        select(ENTRY.c.state, ENTRY.c.code, mine, listed, func.count(), func.min(ENTRY.c.id))
        .join(FILE, FILE.c.id == ENTRY.c.file_id)
        .where(*(ENTRY.c[name] == value for name, value in source._asdict().items()))
        .where(FILE.c.place_id.in_(place_ids), *within(window))
        .group_by(ENTRY.c.state, ENTRY.c.code, mine, listed)
    )
    found = [
        Standing(state, code, bool(by_run), bool(is_listed), entries, example)
        for state, code, by_run, is_listed, entries, example in connection.execute(wanted)
    ]
    return sorted(found, key=lambda one: (one.state, one.code or "", one.by_run, one.listed))
