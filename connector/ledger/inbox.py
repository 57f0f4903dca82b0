"""Keep the requests that were let in until everything they tell has its entries, in the order of acceptance."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Select, Text, bindparam, func, select, text, update

from connector.ledger import bulk, dialect
from connector.ledger.message_tables import INBOX
from connector.ledger.received import WAITING, Handled, InboxRow, InboxState, Received

__all__ = ["accept", "count_inbox", "find_message", "is_stored", "mark_handled", "mark_waiting", "waiting_messages"]

_NAMES: Final = ("intake", "kind", "received_at", "headers", "body", "body_hash", "repeats", "state")
_COLUMNS: Final = tuple(INBOX.c[field.name] for field in fields(InboxRow))
MOST_BYTES: Final = 4 << 20
"""Of bodies that are read at once: a page of the largest ones would not fit into the memory of the service."""
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7391046215)")
"""Held until the commit: what another process accepts gets its number, and is seen, wholly before or after."""


def accept(connection: Connection, messages: Sequence[Received]) -> list[bool]:
    """Store these requests in this order and tell of each whether it was new.

    One whose body came from the same intake under the same name within its window is stored already and is not new.
    """
    if not dialect.is_sqlite(connection):
        connection.execute(_LOCK)
    known = _known(connection, messages)
    new = []
    for message in messages:
        key = (message.intake, message.repeats, message.body_hash)
        before = known.get(key)
        new.append(before is None or before < message.received_at - message.window)
        if new[-1]:
            known[key] = message.received_at
    rows = (message for message, is_new in zip(messages, new, strict=True) if is_new)
    inserting = _inserting(connection.dialect)
    inserting.write(connection, ([_value(row, name) for name in inserting.names] for row in rows))
    return new


def is_stored(connection: Connection, intake: str, repeats: str, body_hash: str) -> bool:
    """Tell whether this body was ever stored from this intake under this name."""
    same = select(INBOX.c.id).where(
        INBOX.c.body_hash == body_hash, INBOX.c.intake == intake, INBOX.c.repeats == repeats
    )
    return connection.execute(same.limit(1)).first() is not None


def waiting_messages(
    connection: Connection, intake: str, after: int = 0, limit: int = 500, *, most_bytes: int = MOST_BYTES
) -> list[InboxRow]:
    """Give requests of an intake that wait, in the order of acceptance, those after this id.

    At most `limit`, and fewer where their bodies together are larger than allowed, but at least one where one waits.
    """
    waits = (INBOX.c.intake == intake, INBOX.c.state == WAITING, INBOX.c.id > after)
    sizes = select(INBOX.c.id, func.length(INBOX.c.body)).where(*waits).order_by(INBOX.c.id).limit(limit)
    last, size_bytes = after, 0
    for id_, body_bytes in connection.execute(sizes):
        size_bytes += body_bytes
        if size_bytes > most_bytes and last != after:
            break
        last = id_
    wanted = select(*_COLUMNS).where(*waits, INBOX.c.id <= last).order_by(INBOX.c.id)
    return [InboxRow(*row) for row in connection.execute(wanted)] if last != after else []


def find_message(connection: Connection, id_: int) -> InboxRow | None:
    """Give the stored request of this id."""
    row = connection.execute(select(*_COLUMNS).where(INBOX.c.id == id_)).first()
    return None if row is None else InboxRow(*row)


def mark_handled(connection: Connection, handled: Sequence[Handled]) -> None:
    """Write down what became of these requests: they no longer wait."""
    rows = [{"at": one.at, "to": one.state, "why": one.code, "which": one.id} for one in handled]
    marked = update(INBOX).where(INBOX.c.id == bindparam("which"))
    marked = marked.values(state=bindparam("to"), code=bindparam("why"), handled_at=bindparam("at"))
    connection.execute(marked, rows)


def mark_waiting(connection: Connection, intake: str, ids: Sequence[int]) -> int:
    """Have these requests of an intake read and forwarded again; gives how many did not wait before."""
    changed = update(INBOX).where(INBOX.c.id.in_(ids), INBOX.c.intake == intake, INBOX.c.state != WAITING)
    return connection.execute(changed.values(state=WAITING, code=None, handled_at=None)).rowcount


def count_inbox(connection: Connection, intake: str) -> dict[InboxState, int]:
    """Count the requests of an intake by what became of them."""
    wanted = select(INBOX.c.state, func.count()).where(INBOX.c.intake == intake).group_by(INBOX.c.state)
    return {row[0]: row[1] for row in connection.execute(wanted)}


def _known(connection: Connection, messages: Sequence[Received]) -> dict[tuple[str, str, str], datetime]:
    """Give when bodies like these came last, by intake, name and body."""
    earliest = min(message.received_at - message.window for message in messages)
    hashes = [message.body_hash for message in messages]
    found = connection.execute(_asking(connection.dialect), {"hashes": hashes, "earliest": earliest})
    return {(row[0], row[1], row[2]): row[3] for row in found}


@lru_cache(maxsize=4)
def _asking(database: Dialect) -> Select[Any]:
    given = dialect.batch(database, "hashes", Text)
    of = (INBOX.c.intake, INBOX.c.repeats, INBOX.c.body_hash)
    moment = INBOX.c.received_at
    wanted = select(*of, func.max(moment, type_=moment.type)).where(INBOX.c.body_hash.in_(select(given.c.value)))
    return wanted.where(moment >= bindparam("earliest", type_=moment.type)).group_by(*of)


def _value(message: Received, name: str) -> Any:
    return WAITING if name == "state" else getattr(message, name)


@lru_cache(maxsize=4)
def _inserting(database: Dialect) -> bulk.Bulk:
    return bulk.prepare(database, dialect.insert(database, INBOX), INBOX, _NAMES)
