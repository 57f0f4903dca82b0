"""Let a recording or transcript that came late wake the session it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, and_, func, or_, select, text, true, update

from connector.ledger import dialect
from connector.ledger.model import COMPANIONS, EVER, METADATA_FILE, TRANSCRIPT_FILE, Window
from connector.ledger.tables import ENTRY, FILE

__all__ = ["Marked", "final_entries", "mark_companions"]

_CALL: Final = "call"
_CHAT: Final = "chat"


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
    call that was delivered without audio, or a chat whose transcript came again. Works on at most `limit` files: call
    it, each time in a transaction of its own, until it says that there are no more.
    """
    waiting = _waiting(connection, place_ids, limit)
    if not waiting:
        return Marked((), more=False)
    ids = {"files": waiting}
    flipped = tuple(connection.execute(_woken(connection, place_ids), ids).scalars())
    given = dialect.batch(connection, "files", BigInteger)
    connection.execute(update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=False), ids)
    given = dialect.batch(connection, "files", BigInteger)
    woken = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=True)
    connection.execute(woken, {"files": list(flipped)})
    return Marked(flipped, more=len(waiting) == limit)


def _waiting(connection: Connection, places: Sequence[int], limit: int) -> list[int]:
    """Give companions that wait; a transcript that names no session is left to be read first."""
    found: list[int] = []
    for place in places:
        for role in COMPANIONS:
            wanted = select(FILE.c.id).where(FILE.c.place_id == place, FILE.c.role == role, text("file.pending"))
            if role == TRANSCRIPT_FILE:
                wanted = wanted.where(FILE.c.session_id.is_not(None))
            found += connection.execute(wanted.limit(limit - len(found))).scalars()
            if len(found) == limit:
                return found
    return found


def _woken(connection: Connection, places: Sequence[int]) -> Any:
    given = dialect.batch(connection, "files", BigInteger)
    came, metadata = FILE.alias("came"), FILE.alias("metadata")
    same_session = and_(
        metadata.c.place_id.in_(places),
        metadata.c.session_id == came.c.session_id,
        metadata.c.role == METADATA_FILE,
    )
    wakes = or_(
        ENTRY.c.state == "held",
        and_(ENTRY.c.state == "skipped", ENTRY.c.code.in_(["audio_missing", "transcript_missing"])),
        and_(ENTRY.c.state == "refused", ENTRY.c.code.in_(["audio_invalid", "audio_too_large"])),
        and_(
            ENTRY.c.state == "delivered",
            or_(
                and_(ENTRY.c.channel == _CALL, ENTRY.c.audio_state == "none", came.c.role == "recording"),
                and_(ENTRY.c.channel == _CHAT, came.c.role == TRANSCRIPT_FILE),
            ),
        ),
    )
    joined = given.outerjoin(came, came.c.id == given.c.value).outerjoin(metadata, same_session)
    return (
        select(metadata.c.id)
        .distinct()
        .select_from(joined.outerjoin(ENTRY, ENTRY.c.file_id == metadata.c.id))
        .where(~metadata.c.pending, or_(came.c.channel.is_(None), came.c.channel == ENTRY.c.channel), wakes)
    )


def final_entries(connection: Connection, file_ids: Sequence[int], window: Window = EVER) -> int:
    """Count the delivered, skipped and refused entries of these files that ended within the window.

    It is what record_listing counted as unchanged for files that mark_companions woke afterwards.
    """
    given = dialect.batch(connection, "files", BigInteger)
    wanted = (
        select(func.count(ENTRY.c.id))
        .select_from(given.outerjoin(ENTRY, ENTRY.c.file_id == given.c.value))
        .where(ENTRY.c.state.in_(["delivered", "skipped", "refused"]))
        .where(ENTRY.c.ended_at >= window.since if window.since is not None else true())
        .where(ENTRY.c.ended_at < window.until if window.until is not None else true())
    )
    return int(connection.execute(wanted, {"files": list(file_ids)}).scalar_one())
