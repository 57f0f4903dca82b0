"""Tell what was accepted and what became of it, message by message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from connector.ledger.case_tables import CASE_EVENT, TEXT_CASE
from connector.ledger.message_tables import INBOX
from connector.ledger.tables import ENTRY

__all__ = ["MessageRow", "Wanted", "count_messages", "list_messages"]

RECORDED, WAITS = "recorded", "waiting"
FINAL = ("delivered", "skipped", "refused")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accepted messages are asked for."""

    name: str | None = None
    """A message's id, its case's, the external one, or the number in the inbox."""
    intake: str | None = None
    state: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One thing that a request told, with what became of it; a request that tells nothing or is unread has one row."""

    inbox_id: int
    intake: str
    accepted_at: datetime
    act: str | None
    case: str | None
    message: str | None
    state: str
    """One of the states of an entry; `waiting` for its turn; `recorded`: there was nothing to send."""
    code: str | None
    detail: str | None
    due_at: datetime | None
    """When the next try is, of what waits."""
    case_uid: str | None
    entry_id: str | None


_EVENT, _ENTRY, _CASE = CASE_EVENT.c, ENTRY.c, TEXT_CASE.c
_IS_OPEN = and_(_EVENT.open, or_(_ENTRY.state.is_(None), _ENTRY.state.in_(FINAL)))
_STATE: ColumnElement[str] = case(
    (and_(_EVENT.id.is_(None), INBOX.c.state == "waiting"), WAITS),
    (and_(_EVENT.id.is_(None), INBOX.c.state == "refused"), "refused"),
    (_IS_OPEN, WAITS),
    (_ENTRY.state.is_(None), RECORDED),
    else_=_ENTRY.state,
)

_CASE_UID: ColumnElement[str | None] = func.coalesce(_ENTRY.uid, _CASE.case_uid)
"""The case that the message went to: a sender may have begun another under the same id since."""


def list_messages(connection: Connection, wanted: Wanted) -> list[MessageRow]:
    """Give the newest accepted messages that are asked for, the newest first."""
    columns = (
        *(INBOX.c.id, INBOX.c.intake, INBOX.c.received_at, _EVENT.act, _CASE.name, _EVENT.message),
        *(_STATE, func.coalesce(_ENTRY.code, INBOX.c.code), _ENTRY.detail, _CASE.due_at, _CASE_UID),
        _EVENT.entry_id,
    )
    asked = _joined(select(*columns)).where(*_conditions(wanted))
    rows = connection.execute(asked.order_by(INBOX.c.id.desc(), _EVENT.position).limit(wanted.limit))
    return [MessageRow(*row) for row in rows]


def count_messages(connection: Connection) -> list[tuple[str, str, int]]:
    """Count accepted messages by intake and state."""
    # PostgreSQL knows two expressions with parameters for one only where a query names it.
    told = _joined(select(INBOX.c.intake, _STATE.label("told"))).subquery()
    asked = select(told.c.intake, told.c.told, func.count()).group_by(told.c.intake, told.c.told)
    rows = connection.execute(asked.order_by(told.c.intake, told.c.told))
    return [(row[0], row[1], row[2]) for row in rows]


def _joined(asked: Select[Any]) -> Select[Any]:
    events = INBOX.outerjoin(CASE_EVENT, _EVENT.inbox_id == INBOX.c.id)
    return asked.select_from(
        events.outerjoin(TEXT_CASE, _CASE.id == _EVENT.case_key).outerjoin(ENTRY, _ENTRY.id == _EVENT.entry_id)
    )


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.intake is not None:
        found.append(INBOX.c.intake == wanted.intake)
    if wanted.state is not None:
        found.append(_STATE == wanted.state)  # noqa: SIM300 - the column says what comparing means
    if wanted.name is not None:
        named = [one == wanted.name for one in (_EVENT.message, _CASE.name, _CASE.case_uid, _ENTRY.uid)]
        named += [one == wanted.name for one in (_ENTRY.external_id, _ENTRY.session_id, _EVENT.entry_id)]
        if wanted.name.isascii() and wanted.name.isdigit() and len(wanted.name) < 19:  # noqa: PLR2004 - 63 bits
            named.append(INBOX.c.id == int(wanted.name))
        found.append(or_(*named))
    return found
