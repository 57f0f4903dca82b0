"""Put what senders told into the order of its conversations."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from connector.ledger import dialect
from connector.ledger.case_model import CallFact, CaseRow, Desk, NewEvent, case_key, session_of
from connector.ledger.case_tables import CALL_EVENT, CASE_EVENT, TEXT_CASE
from connector.ledger.change import apply_changes
from connector.ledger.echo import Told, number_of
from connector.ledger.model import Change, entry_id

__all__ = ["CLOSE", "MESSAGE", "call_facts", "close_idle", "enqueue"]

MESSAGE, CLOSE = "message", "close"


def enqueue(
    connection: Connection,
    desk: Desk,
    events: Sequence[NewEvent],
    *,
    facts: Sequence[CallFact] = (),
    changes: Sequence[Change] = (),
) -> int:
    """Give each event its place in its conversation, and write what else the same requests came to; all or nothing.

    A conversation that was silent for too long before a message ends first. Gives how many events wait since.
    """
    cases = _cases(connection, {case_key(desk.place, one.case) for one in events})
    queue = _Queue(connection, desk, cases)
    for event in events:
        queue.take(event)
    queue.write()
    for fact in facts:
        _add_fact(connection, fact, desk.echo or timedelta(0))
    apply_changes(connection, changes)
    return len(queue.rows)


def close_idle(connection: Connection, intake: str, now: datetime, limit: int = 500) -> int:
    """End the conversations that have been silent for too long and have nothing left to send; gives how many."""
    table = TEXT_CASE.c
    wanted = select(TEXT_CASE).where(table.intake == intake, table.closes_at <= now, table.due_at.is_(None))
    rows = [CaseRow(**row) for row in connection.execute(wanted.limit(limit)).mappings()]
    if rows:
        connection.execute(insert(CASE_EVENT), [_closing(intake, row) for row in rows])
        changed = update(TEXT_CASE).where(table.id == bindparam("which"))
        connection.execute(changed.values(due_at=now, closes_at=None), [{"which": row.id} for row in rows])
    return len(rows)


def call_facts(connection: Connection, tenant: str, session_id: str) -> list[CallFact]:
    """Give the facts that were told of a call, oldest first."""
    table = CALL_EVENT.c
    wanted = select(CALL_EVENT).where(table.tenant == tenant, table.session_id == session_id)
    return [CallFact(**row) for row in connection.execute(wanted.order_by(table.at, table.digest)).mappings()]


def _add_fact(connection: Connection, fact: CallFact, window: timedelta) -> None:
    """Add a fact about a call, unless another browser told it a short while ago."""
    table = CALL_EVENT.c
    same = (table.tenant == fact.tenant, table.session_id == fact.session_id, table.digest.startswith(fact.digest))
    told = connection.execute(select(table.at).where(*same)).scalars()
    if all(abs(fact.at - moment) > window for moment in told):
        named = {"digest": f"{fact.digest}@{fact.at.isoformat()}"}
        connection.execute(dialect.insert(connection, CALL_EVENT).on_conflict_do_nothing(), asdict(fact) | named)


def _cases(connection: Connection, keys: Iterable[str]) -> dict[str, CaseRow]:
    given = dialect.batch(connection, "cases")
    wanted = select(TEXT_CASE).where(TEXT_CASE.c.id.in_(select(given.c.value)))
    found = connection.execute(wanted, {"cases": sorted(keys)}).mappings()
    return {row["id"]: CaseRow(**row) for row in found}


class _Queue:
    """The events of one page on their way into the ledger."""

    def __init__(self, connection: Connection, desk: Desk, cases: dict[str, CaseRow]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._connection = connection
        self._desk = desk
        self._cases = cases
        self._told: dict[tuple[str, str], list[Told]] = {}

    def take(self, event: NewEvent) -> None:
        key = case_key(self._desk.place, event.case)
        case = self._cases.get(key) or CaseRow(id=key, intake=self._desk.intake, name=event.case)
        if event.act == MESSAGE and case.closes_at is not None and event.accepted_at > case.closes_at:
            self.rows.append(_closing(self._desk.intake, case))
        self._cases[key] = self._timed(case, event)
        row = asdict(event) | {"intake": self._desk.intake, "case_key": key, "open": True, "tries": 0}
        del row["case"]
        message, number = event.message, 1
        if message is not None and event.act == MESSAGE and self._desk.echo is not None:
            number = self._number(event, key, self._desk.echo)
            message = message if number == 1 else f"{message}-{number}"
        self.rows.append(row | {"message": message, "number": number, "entry_id": self._entry_id(event, message)})

    def _entry_id(self, event: NewEvent, message: str | None) -> str | None:
        if message is None and event.act != MESSAGE:
            return None
        tenant, source_kind, target = self._desk.place
        return entry_id(
            tenant, source_kind, MESSAGE, session_of(event.case, message, event.inbox_id), leg="", target=target
        )

    def _timed(self, case: CaseRow, event: NewEvent) -> CaseRow:
        closes_at = case.closes_at
        if event.act == CLOSE:
            closes_at = None
        elif event.act == MESSAGE and self._desk.idle is not None:
            closes_at = event.accepted_at + self._desk.idle
        return replace(case, due_at=case.due_at or event.accepted_at, closes_at=closes_at)

    def _number(self, event: NewEvent, case: str, window: timedelta) -> int:
        """Give which of several equal messages this is, those of this page counted as well."""
        key = (case, event.message or "")
        if key not in self._told:
            table = CASE_EVENT.c
            same = or_(table.message == event.message, table.message.startswith(f"{event.message}-", autoescape=True))
            wanted = select(table.number, table.teller, table.accepted_at).where(table.case_key == case, same)
            self._told[key] = [Told(*row) for row in self._connection.execute(wanted)]
        number = number_of(self._told[key], event.teller, event.accepted_at, window)
        self._told[key].append(Told(number, event.teller, event.accepted_at))
        return number

    def write(self) -> None:
        if not self.rows:
            return
        connection = self._connection
        making = dialect.insert(connection, TEXT_CASE)
        # What was sent of a conversation is told by its turns, never from here.
        timed = {name: making.excluded[name] for name in ("due_at", "closes_at")}
        making = making.on_conflict_do_update(index_elements=[TEXT_CASE.c.id], set_=timed)
        connection.execute(making, [asdict(self._cases[key]) for key in sorted(self._cases)])
        connection.execute(insert(CASE_EVENT), self.rows)


def _closing(intake: str, case: CaseRow) -> dict[str, Any]:
    """Give the event of a conversation's end that nobody told but the time."""
    return {
        "intake": intake,
        "case_key": case.id,
        "inbox_id": None,
        "position": 0,
        "act": CLOSE,
        "message": None,
        "teller": "",
        "number": 1,
        "entry_id": None,
        "accepted_at": case.closes_at,
        "open": True,
        "tries": 0,
    }
