"""Choose entries to be tried again, and open those again that the target turned out not to have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select, update

from connector.ledger import dialect
from connector.ledger.model import EntryRow
from connector.ledger.tables import ENTRY, STEP

__all__ = ["Wish", "reopen", "replayable"]

STATES: Final = ("held", "refused")
"""What may be tried again: nothing that was delivered but for a late recording, and nothing that a policy left out."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the held and refused entries are meant: those that fulfil all that is said."""

    reason: str | None = None
    since: datetime | None = None
    """Compared with the end of the session; where none is known, with the entry's last change."""
    mapping_hash: str | None = None
    """The mapping's hash that stands on the entry, or its beginning."""
    ids: Sequence[str] | None = None


def replayable(connection: Connection, wish: Wish) -> list[EntryRow]:
    """Give the held and refused entries that are meant, by job and in the order in which they were first seen."""
    lacks_audio = and_(ENTRY.c.state == "delivered", ENTRY.c.channel == "call", ENTRY.c.code.is_not(None))
    wanted = select(ENTRY).where(or_(ENTRY.c.state.in_(STATES), lacks_audio))
    if wish.reason is not None:
        wanted = wanted.where(ENTRY.c.code == wish.reason)
    if wish.since is not None:
        ended = func.coalesce(ENTRY.c.ended_at, ENTRY.c.changed_at, type_=ENTRY.c.ended_at.type)
        wanted = wanted.where(ended >= wish.since)
    if wish.mapping_hash is not None:
        wanted = wanted.where(ENTRY.c.mapping_hash.startswith(wish.mapping_hash, autoescape=True))
    parameters: dict[str, Any] = {}
    if wish.ids is not None:
        given = dialect.batch(connection, "ids")
        wanted = wanted.where(ENTRY.c.id.in_(select(given.c.value)))
        parameters["ids"] = list(wish.ids)
    rows = connection.execute(wanted.order_by(ENTRY.c.job, ENTRY.c.first_seen_at, ENTRY.c.id), parameters)
    return [EntryRow(**row) for row in rows.mappings()]


def reopen(connection: Connection, ids: Sequence[str], *, run_id: str, now: datetime) -> None:
    """Take back that these entries were delivered: the target has nothing of them."""
    given = dialect.batch(connection, "ids")
    undone = {
        "state": "held",
        "code": "try_again",
        "detail": "the target does not have it any more",
        "changed_at": now,
        "uid": None,
        "created": False,
        "created_at": None,
        "transcript_version": None,
        "audio_state": "none",
        "audio_sha256": None,
        "audio_bytes": None,
        "audio_tries": 0,
    }
    delivered = update(ENTRY).where(ENTRY.c.id.in_(select(given.c.value)), ENTRY.c.state == "delivered")
    connection.execute(delivered.values(undone), {"ids": list(ids)})
    steps = [{"entry_id": one, "run_id": run_id, "at": now, "name": "target.missing", "facts": {}} for one in ids]
    if steps:
        connection.execute(STEP.insert(), steps)
