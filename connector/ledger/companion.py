"""Let a recording or transcript that came late wake the session it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, func, or_, select, update

from connector.ledger import dialect
from connector.ledger.model import COMPANIONS, EVER, METADATA_FILE, TRANSCRIPT_FILE, Window
from connector.ledger.question import FINAL_STATES, WAITS, within
from connector.ledger.tables import ENTRY, FILE

__all__ = ["Marked", "final_entries", "mark_companions"]


@dataclass(frozen=True, slots=True)
class Marked:
    """What one batch of companions woke."""

    flipped: tuple[int, ...]
    """Ids of metadata files that did not wait before."""
    more: bool
    """Whether companions are left for another batch."""


def mark_companions(connection: Connection, place_ids: Sequence[int], limit: int = 10_000) -> Marked:
    """Have sessions judged again whose recording, transcript or voicemail is new or changed; those then wait no more.

    A session is woken where its entry is held, was skipped or refused for the sake of its audio or transcript, is a
    call that was delivered without audio, or a delivered chat whose transcript came again. Works on at most `limit`
    files: call it, each time in a transaction of its own, until it says that there are no more.
    """
    waiting = _waiting(connection, place_ids, limit)
    if not waiting:
        return Marked((), more=False)
    woken = tuple(connection.execute(_woken(connection, place_ids), {"files": waiting}).scalars())
    _set_pending(connection, waiting, pending=False)
    _set_pending(connection, woken, pending=True)
    return Marked(woken, more=len(waiting) == limit)


def final_entries(connection: Connection, file_ids: Sequence[int], window: Window = EVER) -> int:
    """Count the entries of these files that are in a final state and ended within the window.

    That is what record_listing counted as unchanged for files that mark_companions woke afterwards.
    """
    given = dialect.batch(connection, "files", BigInteger)
    entries = select(func.count()).where(ENTRY.c.file_id.in_(select(given.c.value)))
    entries = entries.where(ENTRY.c.state.in_(FINAL_STATES), *within(window))
    return int(connection.execute(entries, {"files": list(file_ids)}).scalar_one())


def _waiting(connection: Connection, places: Sequence[int], limit: int) -> list[int]:
    """Give companions that wait; a transcript that names no session is left to be read first."""
    found: list[int] = []
    for place, role in product(places, COMPANIONS):
        wanted = select(FILE.c.id).where(FILE.c.place_id == place, FILE.c.role == role, WAITS)
        if role == TRANSCRIPT_FILE:
            wanted = wanted.where(FILE.c.session_id.is_not(None))
        found += connection.execute(wanted.limit(limit - len(found))).scalars()
    return found


def _set_pending(connection: Connection, file_ids: Sequence[int], *, pending: bool) -> None:
    given = dialect.batch(connection, "files", BigInteger)
    changed = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=pending)
    connection.execute(changed, {"files": list(file_ids)})


def _woken(connection: Connection, places: Sequence[int]) -> Select[Any]:
    """Ask for the metadata files that do not wait yet and must, for the companions in the parameter `files`."""
    given = dialect.batch(connection, "files", BigInteger)
    came, metadata = FILE.alias("came"), FILE.alias("metadata")
    of_same_session = and_(
        metadata.c.place_id.in_(places),
        metadata.c.session_id == came.c.session_id,
        metadata.c.role == METADATA_FILE,
        ~metadata.c.pending,
    )
    # Outer joins for the same reason as in listing.py: the list leads, the indexes follow.
    joined = given.outerjoin(came, came.c.id == given.c.value).outerjoin(metadata, of_same_session)
    return (
        select(metadata.c.id)
        .distinct()
        .select_from(joined.outerjoin(ENTRY, ENTRY.c.file_id == metadata.c.id))
        .where(or_(came.c.channel.is_(None), came.c.channel == ENTRY.c.channel), _wakes(came.c.role))
    )


def _wakes(role: ColumnElement[str]) -> ColumnElement[bool]:
    late_audio = and_(ENTRY.c.channel == "call", ENTRY.c.audio_state == "none", role == "recording")
    grown_chat = and_(ENTRY.c.channel == "chat", role == TRANSCRIPT_FILE)
    return or_(
        ENTRY.c.state == "held",
        and_(ENTRY.c.state == "skipped", ENTRY.c.code.in_(["audio_missing", "transcript_missing"])),
        and_(ENTRY.c.state == "refused", ENTRY.c.code.in_(["audio_invalid", "audio_too_large"])),
        and_(ENTRY.c.state == "delivered", or_(late_audio, grown_chat)),
    )
