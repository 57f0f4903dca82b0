"""Write down what of a Zendesk's history cannot be had, and what was sent and is withdrawn there since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from connector import ledger
from connector.job.definition.loader import IntakePlan
from connector.job.forward.model import desk_of
from connector.ledger import Change, EntryRow, StepRow, entry_id
from connector.ledger.case_model import session_of
from connector.ledger.change import apply_changes
from connector.reason import Code, Outcome, Verdict

__all__ = ["COMMENTS", "Gaps"]

COMMENTS: Final = "comments"
MESSAGE: Final = "message"
WITHDRAWN: Final = "message.withdrawn"


class Gaps:
    """What an import knows of gaps: one entry for each ticket whose comments are not to be had."""

    def __init__(self, plan: IntakePlan) -> None:
        self._intake = plan.intake.intake
        self._place = desk_of(plan).place

    def lacks(self, connection: Connection, ticket: str, verdict: Verdict, now: datetime) -> None:
        """Take down a ticket whose comments are not to be had, to be found by `show` and counted by `status`."""
        apply_changes(connection, [self._left_out(ticket, COMMENTS, verdict, now)])

    def has(self, connection: Connection, ticket: str) -> None:
        """Drop the entry of a ticket that could not be read before and now was."""
        ledger.drop_entries(connection, [self._entry(ticket, COMMENTS)])

    def internal(self, connection: Connection, ticket: str, comments: Sequence[str], now: datetime) -> int:
        """Take down which comments are internal notes; give how many of them were sent before they became that.

        Those stay in Capturi, which is noted on them once. The others stay out, even where a trigger tells of them that
        cannot say what they are.
        """
        names = {self._entry(ticket, comment): comment for comment in comments}
        known = ledger.entries(connection, list(names)) if names else {}
        verdict = Verdict.usual(Code.FILTERED, "an internal note; source.notes decides")
        changes = [self._left_out(ticket, one, verdict, now) for name, one in names.items() if name not in known]
        sent = [row.id for row in known.values() if row.state == Outcome.DELIVERED.value]
        told = {"detail": "it is an internal note in Zendesk now; Capturi has no deletion"}
        fresh = [one for one in sent if WITHDRAWN not in {step.name for step in ledger.steps(connection, one)}]
        changes += [Change(None, (StepRow(one, None, now, WITHDRAWN, told),)) for one in fresh]
        apply_changes(connection, changes)
        return len(sent)

    def _left_out(self, ticket: str, name: str, verdict: Verdict, now: datetime) -> Change:
        tenant, source_kind, target = self._place
        entry = EntryRow(
            id=self._entry(ticket, name),
            tenant=tenant,
            source_kind=source_kind,
            channel=MESSAGE,
            session_id=session_of(ticket, name, None),
            target=target,
            job=self._intake,
            state=verdict.outcome.value,
            code=verdict.code.value,
            detail=verdict.detail,
            started_at=now,
            ended_at=now,
            first_seen_at=now,
            changed_at=now,
        )
        step = StepRow(entry.id, None, now, entry.state, {"reason": entry.code, "detail": entry.detail})
        return Change(entry, (step,))

    def _entry(self, ticket: str, comment: str) -> str:
        tenant, source_kind, target = self._place
        return entry_id(tenant, source_kind, MESSAGE, session_of(ticket, comment, None), leg="", target=target)
