"""Hold what the forwarding of one intake works with."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from structlog.typing import FilteringBoundLogger

from connector import ledger
from connector.clock import Clock
from connector.delivery import Capturi
from connector.errors import SkipError
from connector.job.definition.loader import IntakePlan
from connector.job.execution.gate import Gate
from connector.job.execution.progress import Progress, Silent
from connector.job.execution.summary import Summary
from connector.job.forward.pace import Pace
from connector.ledger import InboxRow, Ledger, case_model, cases
from connector.ledger.case_model import CaseEventRow, Desk
from connector.logs import logger
from connector.mapping import Draft, Mapping, Statistics
from connector.mapping import apply as apply_mapping
from connector.message.kinds import KINDS, Kind
from connector.message.model import Accepted, Act, Event
from connector.message.options import Mailbox

__all__ = ["Forwarding", "desk_of"]

ECHO = timedelta(seconds=30)
"""Browsers tell of one message within seconds; the forwarding page tells its age where it could not at once."""


def desk_of(plan: IntakePlan) -> Desk:
    """Give the intake as the ledger knows it."""
    intake = plan.intake
    kind = KINDS[intake.source.kind]
    place = case_model.Place(intake.tenant, intake.source.kind, intake.target.name)
    idle = intake.source.idle if "idle" in kind.keys else None
    return Desk(intake.intake, place, idle, ECHO if kind.browsers else None)


@dataclass(slots=True)
class Forwarding:
    """The forwarding of one intake, opened by forward(), handed to every part of the work."""

    plan: IntakePlan
    desk: Desk
    run_id: str
    clock: Clock
    book: Ledger
    target: Capturi
    summary: Summary
    pace: Pace
    live_chats: bool = False
    """Whether the cases of chats are written from here."""
    hash_key: bytes | None = None
    gate: Gate = field(default_factory=Gate)
    log: FilteringBoundLogger = field(default_factory=logger)
    progress: Progress = field(default_factory=Silent)
    statistics: Statistics = field(default_factory=Statistics)

    @property
    def kind(self) -> Kind:
        """Give what is special about this kind of sender."""
        return KINDS[self.plan.intake.source.kind]

    @property
    def mapping(self) -> Mapping:
        """Give the mapping of this intake's messages."""
        return self.plan.mapping

    @property
    def stand_in(self) -> Mailbox:
        """Give what fills a missing name or e-mail."""
        return self.plan.intake.options().stand_in

    @property
    def mailbox(self) -> Mailbox | None:
        """Give who gets or writes a message that names nobody."""
        return self.plan.intake.options().mailbox

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        return self.clock.now()

    def draft(self, record: dict[str, Any]) -> Draft:
        """Give what the mapping makes of a record, counted for the report."""
        context = {"tenant": self.plan.intake.tenant, "agent": {}, "file": {}, "crm": {}, "events": []}
        draft = apply_mapping(self.mapping, record, context)
        self.statistics.add(draft, record)
        return draft

    async def told(self, event: CaseEventRow) -> Event | None:
        """Give what the sender told, read again from the request; None where that is gone or reads otherwise now."""
        row = await self.book.read(ledger.find_message, event.inbox_id) if event.inbox_id is not None else None
        events = self.read(row) if row is not None else ()
        found = events[event.position] if event.position < len(events) else None
        if found is None or found.act is not Act.MESSAGE or not self.kind.remembers:
            return found
        return await self._remembering(found, event)

    async def _remembering(self, found: Event, event: CaseEventRow) -> Event:
        """Give a message with what its conversation was told before: who the visitor is, say."""
        key = self.kind.remembers
        known: dict[str, Any] = {}
        for earlier in await self.book.read(cases.noted_before, event.case_key, event.id):
            told = await self.told(earlier)
            known |= told.record.get(key) or {} if told is not None else {}
        return replace(found, record={**found.record, key: {**known, **(found.record.get(key) or {})}})

    def read(self, row: InboxRow) -> tuple[Event, ...]:
        """Give what a stored request tells, nothing where nobody can tell any more."""
        try:
            return self.plan.source.read(Accepted(row.id, row.received_at, row.headers, row.body))
        except SkipError:
            return ()
