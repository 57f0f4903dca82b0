"""Let a recording or transcript that came late wake the session it belongs to."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, or_, select, update

from connector.ledger import dialect
from connector.ledger.model import COMPANIONS, EVER, METADATA_FILE, TRANSCRIPT_FILE, Window
from connector.ledger.question import FINAL_STATES, WAITS, within
from connector.ledger.tables import ENTRY, FILE, PLACE

__all__ = ["mark_companions"]

BATCH_FILES: Final = 10_000


def mark_companions(connection: Connection, place: int, window: Window = EVER) -> list[int]:
    """Have sessions judged again whose recording, transcript or voicemail in this place is new or changed.

    Those files then wait no more; the metadata may lie in any place of the same tenant, source and target. A session is
    woken where its entry is held, was skipped or refused for the sake of its audio or transcript, is a call that was
    delivered without audio, or a delivered chat whose transcript came again. Gives the ids of the metadata files that
    did not wait before, each once for every entry that record_listing counts as unchanged in that window.
    """
    counted: list[int] = []
    while waiting := _waiting(connection, place):
        woken = list(connection.execute(_woken(connection, place), {"files": waiting}).scalars())
        _set_pending(connection, waiting, pending=False)
        _set_pending(connection, woken, pending=True)
        given = dialect.batch(connection, "files", BigInteger)
        entries = select(ENTRY.c.file_id).where(ENTRY.c.file_id.in_(select(given.c.value)))
        entries = entries.where(ENTRY.c.state.in_(FINAL_STATES), *within(window))
        counted += connection.execute(entries, {"files": woken}).scalars()
    return counted


def _waiting(connection: Connection, place: int) -> list[int]:
    """Give companions that wait; a transcript that names no session is left to be read first."""
    found: list[int] = []
    for role in COMPANIONS:
        wanted = select(FILE.c.id).where(FILE.c.place_id == place, FILE.c.role == role, WAITS)
        if role == TRANSCRIPT_FILE:
            wanted = wanted.where(FILE.c.session_id.is_not(None))
        found += connection.execute(wanted.limit(BATCH_FILES)).scalars()
    return found


def _set_pending(connection: Connection, file_ids: Sequence[int], *, pending: bool) -> None:
    given = dialect.batch(connection, "files", BigInteger)
    changed = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=pending)
    connection.execute(changed, {"files": list(file_ids)})


def _woken(connection: Connection, place: int) -> Select[Any]:
    """Ask for the metadata files that do not wait yet and must, for the companions in the parameter `files`."""
    given = dialect.batch(connection, "files", BigInteger)
    came, metadata = FILE.alias("came"), FILE.alias("metadata")
    of_same_session = and_(
        metadata.c.place_id.in_(_siblings(connection, place)),
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


def _siblings(connection: Connection, place: int) -> list[int]:
    here = PLACE.alias("here")
    same = and_(
        PLACE.c.tenant == here.c.tenant, PLACE.c.source_kind == here.c.source_kind, PLACE.c.target == here.c.target
    )
    return list(connection.execute(select(PLACE.c.id).join_from(here, PLACE, same).where(here.c.id == place)).scalars())
