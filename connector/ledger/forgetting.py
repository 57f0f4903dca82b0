"""Erase a customer: what is left of an entry keeps it from being sent again, and tells nothing of a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, case, delete, func, literal, or_, select, update

from connector.ledger import dialect
from connector.ledger.case_tables import CASE_EVENT, TEXT_CASE
from connector.ledger.erasure import Eraser, erase_values
from connector.ledger.message_tables import INBOX
from connector.ledger.model import EntryRow
from connector.ledger.received import DONE, WAITING
from connector.ledger.tables import ENTRY, RUN, STEP

__all__ = ["Traces", "forget", "traces"]

SHORTEST: Final = 5
"""A shorter word would be found inside the bodies of others."""
KEPT: Final = frozenset(
    {"id", "tenant", "source_kind", "channel", "session_id", "leg", "target", "job", "file_id", "first_seen_at"}
)
EMPTY: Final = {"created": False, "audio_state": "none", "audio_tries": 0}


@dataclass(frozen=True, slots=True)
class Traces:
    """What the ledger has of a customer."""

    entries: Sequence[EntryRow]
    messages: Sequence[int]
    """Stored requests that hold the customer's words, by number."""
    cases: Sequence[str]
    runs: Sequence[str]
    """Runs that had to do with the customer: their reports may show it."""


def traces(connection: Connection, hashes: Collection[str], texts: Collection[str]) -> Traces:
    """Give what is known of the customer with these hashes, whose number or address is written in these ways."""
    wanted = select(ENTRY).where(ENTRY.c.customer_hash.in_(hashes)).order_by(ENTRY.c.first_seen_at, ENTRY.c.id)
    entries = [EntryRow(**row) for row in connection.execute(wanted).mappings()]
    ids = [entry.id for entry in entries]
    given = dialect.batch(connection, "ids")
    mine = CASE_EVENT.c.entry_id.in_(select(given.c.value))
    cases = sorted(connection.execute(select(CASE_EVENT.c.case_key).where(mine).distinct(), {"ids": ids}).scalars())
    bodies = [_holds(connection, text) for text in texts if len(text) >= SHORTEST]
    told = select(CASE_EVENT.c.inbox_id).where(CASE_EVENT.c.case_key.in_(cases), CASE_EVENT.c.inbox_id.is_not(None))
    messages = sorted(connection.execute(select(INBOX.c.id).where(or_(INBOX.c.id.in_(told), *bodies))).scalars())
    steps = select(STEP.c.run_id).where(STEP.c.entry_id.in_(select(given.c.value)), STEP.c.run_id.is_not(None))
    runs = set(connection.execute(steps.distinct(), {"ids": ids}).scalars())
    runs.update(row.run_id for row in entries if row.run_id)
    return Traces(entries, messages, cases, sorted(runs))


def forget(connection: Connection, found: Traces, texts: Collection[str], now: datetime, eraser: Eraser) -> int:
    """Erase all of it, and the customer's values from what runs noted of fields; gives in how many of those."""
    if dialect.is_sqlite(connection):
        # Else what is erased would stay in the file until other rows take its place.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    ids = [entry.id for entry in found.entries]
    given = dialect.batch(connection, "ids")
    mine = select(given.c.value)
    connection.execute(delete(STEP).where(STEP.c.entry_id.in_(mine)), {"ids": ids})
    connection.execute(update(ENTRY).where(ENTRY.c.id.in_(mine)).values(_emptied(now)), {"ids": ids})
    waits = case((INBOX.c.state == WAITING, DONE), else_=INBOX.c.state)
    blank = {"body": b"", "headers": {}, "state": waits, "handled_at": now}
    connection.execute(update(INBOX).where(INBOX.c.id.in_(found.messages)).values(blank))
    connection.execute(update(CASE_EVENT).where(CASE_EVENT.c.case_key.in_(found.cases)).values(open=False))
    emptied: dict[str, Any] = {"fields": {}, "fields_at": None, "whole": False}
    connection.execute(update(TEXT_CASE).where(TEXT_CASE.c.id.in_(found.cases)).values(emptied))
    connection.execute(update(RUN).where(RUN.c.id.in_(found.runs)).values(report=None))
    return erase_values(connection, texts, eraser)


def _holds(connection: Connection, text: str) -> ColumnElement[bool]:
    """Ask for the bodies in which these letters stand."""
    wanted = literal(text.encode(), LargeBinary)
    if dialect.is_sqlite(connection):
        return func.instr(INBOX.c.body, wanted) > 0
    return func.position(wanted.op("IN")(INBOX.c.body)) > 0


def _emptied(now: datetime) -> dict[str, Any]:
    nothing = {column.name: None for column in ENTRY.c if column.name not in KEPT and column.nullable}
    return {**nothing, **EMPTY, "state": "skipped", "code": "forgotten", "changed_at": now}
