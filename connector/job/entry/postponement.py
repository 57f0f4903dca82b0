"""Decide when an entry that could not be delivered is tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from connector import ledger
from connector.delivery import rest
from connector.job.entry.late import NO_AUDIO
from connector.ledger import Ledger, StepRow
from connector.reason import Code, Outcome, Verdict

__all__ = ["POSTPONED", "Postponed", "postpone"]

POSTPONED: Final = frozenset({Code.TRY_AGAIN, Code.OUTCOME_UNKNOWN})
"""What is held for one of these rests between its tries; what waits for something else is looked at by every run."""

_CLOSING: Final = frozenset(outcome.value for outcome in Outcome)


class Postponed(NamedTuple):
    """How often runs in a row have failed to deliver the entry, and when it is tried again; None: by the next run."""

    tries: int
    retry_at: datetime | None

    @property
    def told(self) -> str | None:
        """Give the moment as a step tells it."""
        return f"{self.retry_at:%Y-%m-%dT%H:%M:%SZ}" if self.retry_at else None


async def postpone(book: Ledger, entry_id: str, verdict: Verdict, now: datetime) -> Postponed:
    """Give the next moment of an entry that failed just now; how often it failed before stands in its steps."""
    before = _tries(await book.read(ledger.steps, entry_id))
    if verdict.wait_seconds == 0.0:
        return Postponed(before, None)
    wait = rest(before + 1, verdict.wait_seconds)
    return Postponed(before + 1, now + wait if wait else None)


def _tries(steps: Sequence[StepRow]) -> int:
    """Give the tries that the last outcome told; another outcome in between begins anew."""
    last = next((step for step in reversed(steps) if step.name in _CLOSING), None)
    if last is None or last.facts.get("reason", last.facts.get(NO_AUDIO)) not in POSTPONED:
        return 0
    return int(last.facts.get("tries", 0))
