"""Let a recording or transcript that came late wake the session it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, func, select, update

from connector.ledger import dialect
from connector.ledger.model import COMPANIONS, EVER, METADATA_FILE, TRANSCRIPT_FILE, Window
from connector.ledger.question import OPEN_STATES, WAITS, within
from connector.ledger.tables import ENTRY, FILE

__all__ = ["Marked", "final_entries", "mark_companions"]


WAKING: Final = frozenset(
    {
        *(("skipped", "audio_missing"), ("skipped", "transcript_missing")),
        *(("refused", "audio_invalid"), ("refused", "audio_too_large")),
    }
)
"""States and reasons that another recording or transcript may change."""


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
    woken = _woken(connection, place_ids, waiting)
    _set_pending(connection, waiting, pending=False)
    _set_pending(connection, woken, pending=True)
    return Marked(tuple(woken), more=len(waiting) == limit)


def final_entries(connection: Connection, file_ids: Sequence[int], window: Window = EVER) -> int:
    """Count the entries of these files that are in a final state and ended within the window.

    That is what record_listing counted as unchanged for files that mark_companions woke afterwards.
    """
    given = dialect.batch(connection, "files", BigInteger)
    entries = select(func.count()).where(ENTRY.c.file_id.in_(select(given.c.value)))
    entries = entries.where(ENTRY.c.state.not_in(OPEN_STATES), *within(window))
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


def _woken(connection: Connection, places: Sequence[int], file_ids: Sequence[int]) -> list[int]:
    """Give the metadata files that do not wait yet and must, now that these companions came."""
    # Question by question: in one, SQLite would choose the order of the tables, and could begin with the largest.
    given = dialect.batch(connection, "files", BigInteger)
    came = select(FILE.c.session_id, FILE.c.channel, FILE.c.role).where(FILE.c.id.in_(select(given.c.value)))
    companions: dict[str, list[Any]] = {}
    for companion in connection.execute(came, {"files": list(file_ids)}):
        companions.setdefault(companion.session_id, []).append(companion)
    sessions = dialect.batch(connection, "sessions")
    calm = select(FILE.c.id, FILE.c.session_id).where(
        FILE.c.place_id.in_(places),
        FILE.c.session_id.in_(select(sessions.c.value)),
        FILE.c.role == METADATA_FILE,
        ~FILE.c.pending,
    )
    metadata = {row.id: row.session_id for row in connection.execute(calm, {"sessions": list(companions)})}
    columns = (ENTRY.c.file_id, ENTRY.c.channel, ENTRY.c.state, ENTRY.c.code, ENTRY.c.audio_state)
    entries = select(*columns).where(ENTRY.c.file_id.in_(select(given.c.value)))
    rows = connection.execute(entries, {"files": list(metadata)})
    return sorted({row.file_id for row in rows if any(_wakes(one, row) for one in companions[metadata[row.file_id]])})


def _wakes(companion: Any, entry: Any) -> bool:
    """Tell whether an entry is to be judged again for the sake of this file."""
    if companion.channel not in {None, entry.channel}:
        return False
    if entry.state == "delivered":
        late_audio = entry.channel == "call" and entry.audio_state != "sent" and companion.role == "recording"
        grown_chat = entry.channel == "chat" and companion.role == TRANSCRIPT_FILE
        return bool(late_audio or grown_chat)
    return entry.state == "held" or (entry.state, entry.code) in WAKING
