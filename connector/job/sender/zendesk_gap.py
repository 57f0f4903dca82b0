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
from connector.reason import Outcome, Verdict

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
        tenant, source_kind, target = self._place
        entry = EntryRow(
            id=self._entry(ticket, COMMENTS),
            tenant=tenant,
            source_kind=source_kind,
            channel=MESSAGE,
            session_id=session_of(ticket, COMMENTS, None),
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
        apply_changes(connection, [Change(entry, (step,))])

    def has(self, connection: Connection, ticket: str) -> None:
        """Drop the entry of a ticket that could not be read before and now was."""
        ledger.drop_entries(connection, [self._entry(ticket, COMMENTS)])

    def withdrawn(self, connection: Connection, ticket: str, comments: Sequence[str], now: datetime) -> int:
        """Note on comments that were sent and are internal now that Capturi keeps them; gives how many those are.

        Each is noted once.
        """
        names = [self._entry(ticket, comment) for comment in comments]
        known = ledger.entries(connection, names) if names else {}
        sent = [row.id for row in known.values() if row.state == Outcome.DELIVERED.value]
        told = {"detail": "it is an internal note in Zendesk now; Capturi has no deletion"}
        fresh = [one for one in sent if WITHDRAWN not in {step.name for step in ledger.steps(connection, one)}]
        apply_changes(connection, [Change(None, (StepRow(one, None, now, WITHDRAWN, told),)) for one in fresh])
        return len(sent)

    def _entry(self, ticket: str, comment: str) -> str:
        tenant, source_kind, target = self._place
        return entry_id(tenant, source_kind, MESSAGE, session_of(ticket, comment, None), leg="", target=target)
