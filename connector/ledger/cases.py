"""Say which conversations have something to send, and write down how far each of them is."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select, update

from connector.ledger import dialect
from connector.ledger.case_model import CaseEventRow, CaseRow, Turn
from connector.ledger.case_tables import CASE_EVENT, TEXT_CASE
from connector.ledger.tables import ENTRY

__all__ = [
    "count_open",
    "due_cases",
    "next_due",
    "noted_before",
    "open_events",
    "reopen",
    "reopen_remapped",
    "settle",
    "write_turns",
]

CLOSE, RECORD = "close", "record"
TOLD: Final = ("session", "case_uid", "fields", "fields_at", "whole", "sent", "closed")
"""What a turn changes of a conversation."""


def due_cases(connection: Connection, intake: str, now: datetime, *, busy: Sequence[str], limit: int) -> list[CaseRow]:
    """Give at most `limit` conversations whose next event may go now, the longest waiting first, but the busy ones."""
    given = dialect.batch(connection, "busy")
    table = TEXT_CASE.c
    wanted = select(TEXT_CASE).where(
        table.intake == intake, table.due_at <= now, table.id.not_in(select(given.c.value))
    )
    rows = connection.execute(wanted.order_by(table.due_at, table.id).limit(limit), {"busy": list(busy)})
    return [CaseRow(**row) for row in rows.mappings()]


def open_events(connection: Connection, case_key: str, limit: int = 50) -> list[CaseEventRow]:
    """Give at most `limit` events of a conversation that wait, in the order of acceptance."""
    wanted = select(CASE_EVENT).where(CASE_EVENT.c.case_key == case_key, CASE_EVENT.c.open)
    rows = connection.execute(wanted.order_by(CASE_EVENT.c.id).limit(limit)).mappings()
    return [CaseEventRow(**row) for row in rows]


def noted_before(connection: Connection, case_key: str, event_id: int, limit: int = 20) -> list[CaseEventRow]:
    """Give the last events before this one, oldest first, that are only known of, since the conversation's last end."""
    event = CASE_EVENT.c
    earlier = and_(event.case_key == case_key, event.id < event_id)
    end = select(func.coalesce(func.max(event.id), 0)).where(earlier, event.act == CLOSE).scalar_subquery()
    wanted = select(CASE_EVENT).where(earlier, event.id > end, event.act == RECORD, event.inbox_id.is_not(None))
    rows = connection.execute(wanted.order_by(event.id.desc()).limit(limit)).mappings()
    return [CaseEventRow(**row) for row in rows][::-1]


def next_due(connection: Connection, intake: str) -> datetime | None:
    """Give when there is next something to do for any conversation, None where there is nothing."""
    table = TEXT_CASE.c
    due = select(func.min(table.due_at, type_=table.due_at.type)).where(table.intake == intake)
    closes = select(func.min(table.closes_at, type_=table.closes_at.type)).where(table.intake == intake)
    closes = closes.where(table.due_at.is_(None))
    found = [connection.execute(one).scalar_one() for one in (due, closes)]
    return min((moment for moment in found if moment is not None), default=None)


def count_open(connection: Connection) -> dict[str, int]:
    """Count the events that wait, by intake."""
    wanted = select(CASE_EVENT.c.intake, func.count()).where(CASE_EVENT.c.open).group_by(CASE_EVENT.c.intake)
    return {row[0]: row[1] for row in connection.execute(wanted)}


def write_turns(connection: Connection, turns: Sequence[Turn]) -> None:
    """Write how far these conversations are; the last turn of an event counts."""
    for turn in {one.event_id: one for one in turns}.values():
        event = CASE_EVENT.c
        if turn.case is not None:
            told = {name: value for name, value in asdict(turn.case).items() if name in TOLD}
            connection.execute(update(TEXT_CASE).where(TEXT_CASE.c.id == turn.case.id).values(told))
        this = update(CASE_EVENT).where(event.id == turn.event_id)
        tried = this.values(open=False) if turn.retry_at is None else this.values(tries=event.tries + 1)
        key = connection.execute(tried.returning(event.case_key)).scalar_one()
        _schedule(connection, key, turn.retry_at)


def settle(connection: Connection, case_key: str) -> None:
    """Say when the conversation's next event may go, where nobody else does."""
    _schedule(connection, case_key, None)


def reopen(connection: Connection, entry_ids: Sequence[str], now: datetime) -> int:
    """Have the last event of each of these entries done again now; gives how many."""
    given = dialect.batch(connection, "entries")
    event = CASE_EVENT.c
    latest = select(func.max(event.id)).where(event.entry_id.in_(select(given.c.value)), event.inbox_id.is_not(None))
    latest = latest.group_by(event.entry_id)
    again = update(CASE_EVENT).where(event.id.in_(latest)).values(open=True, tries=0).returning(event.case_key)
    keys = connection.execute(again, {"entries": list(entry_ids)}).scalars().all()
    for key in set(keys):
        connection.execute(update(TEXT_CASE).where(TEXT_CASE.c.id == key).values(due_at=now))
    return len(keys)


def reopen_remapped(connection: Connection, intake: str, mapping_hash: str, now: datetime) -> int:
    """Have done again what was refused under another mapping, unreadable ones excepted; gives how many."""
    table = ENTRY.c
    refused = and_(table.state == "refused", or_(table.code.is_(None), table.code != "unreadable"))
    wanted = select(table.id).where(table.job == intake, refused, table.mapping_hash != mapping_hash)
    return reopen(connection, list(connection.execute(wanted).scalars()), now)


def _schedule(connection: Connection, key: str, retry_at: datetime | None) -> None:
    """Say when the conversation's next event may go: then, or as soon as possible where one waits, else never."""
    table = TEXT_CASE.c
    if retry_at is None:
        event = CASE_EVENT.c
        waits = select(func.min(event.accepted_at, type_=event.accepted_at.type))
        retry_at = connection.execute(waits.where(event.case_key == key, event.open)).scalar_one()
    connection.execute(update(TEXT_CASE).where(table.id == key).values(due_at=retry_at))
