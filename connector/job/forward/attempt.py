"""Keep the record of one event of a conversation while it is worked on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.delivery import rest
from connector.errors import TryAgainError
from connector.job.entry.record import Record
from connector.job.entry.sending import send
from connector.job.forward.model import Forwarding
from connector.ledger import Change, EntryRow, StepRow
from connector.ledger.case_model import CaseEventRow, CaseRow, Turn
from connector.reason import Outcome, Verdict

__all__ = ["Amendment", "Attempt"]

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(slots=True)
class Attempt:
    """One try to do one event; what follows from it for the conversation is written with the entry's outcome."""

    run: Forwarding
    event: CaseEventRow
    case: CaseRow
    after: CaseRow | None = None
    """The conversation as it is once the event went through."""
    asked_seconds: float | None = None
    retry_at: datetime | None = None
    """Set where the event is to be tried again: what follows it in its conversation waits."""

    def turn(self, row: EntryRow) -> Turn:
        """Give how far the conversation is, now that the entry stands like this."""
        if row.state == Outcome.HELD.value:
            return self.later(row.retry_at)
        return self.done(self.after if row.state == Outcome.DELIVERED.value else None)

    def done(self, after: CaseRow | None = None) -> Turn:
        """Give that the event needs no more work."""
        self.after = after
        return Turn(self.event.id, after)

    def later(self, retry_at: datetime | None = None) -> Turn:
        """Give that the event is to be tried again then, or after a rest that grows with the tries, at most an hour."""
        now = self.run.now()
        earliest, latest = now + FIRST_WAIT, now + LONGEST_WAIT
        self.retry_at = max(earliest, min(latest, retry_at or now + rest(self.event.tries + 1, self.asked_seconds)))
        return Turn(self.event.id, retry_at=self.retry_at)

    async def send(self, closing: "Record | Amendment", deliver: Callable[[], Awaitable[None]]) -> bool:
        """Tell whether the delivery went through; where it did not, the record was closed with the reason."""

        async def delivering() -> bool:
            try:
                await deliver()
            except TryAgainError as error:
                self.asked_seconds = error.wait_seconds
                raise
            return True

        return bool(await send(self.run, closing, delivering))

    async def note(self, name: str, entry_id: str | None = None, **facts: Any) -> None:
        """Write down that the event needs nothing but to be known; `unchanged` where it has an entry."""
        run = self.run
        told = {key: value for key, value in facts.items() if value}
        steps = (StepRow(entry_id, run.run_id, run.now(), name, told),) if entry_id else ()
        await run.book.write(Change(None, steps, turn=self.done()))
        if entry_id:
            run.summary.add(Outcome.UNCHANGED)


class Amendment:
    """What is sent about a message that the target has: its entry stays delivered, whatever comes of it."""

    def __init__(self, attempt: Attempt, row: EntryRow) -> None:
        self.row = row
        self._attempt = attempt
        self._told: list[StepRow] = []

    def tell(self, step: str) -> None:
        """Have this taken down with what comes next."""
        self._told.append(self._step(step))

    async def intend(self, step: str, *, then: str | None = None) -> None:  # noqa: ARG002 - one request is all
        """Write down, durably, that a request is about to be made."""
        steps = (*self._told, self._step(f"{step}.intended"))
        self._told.clear()
        await self._attempt.run.book.write(Change(None, steps), durable=True)

    async def note(self, step: str, **facts: Any) -> None:
        """Take down what came of the request."""
        outcome = facts.pop("outcome")
        self._told.append(self._step(f"{step}.{outcome}", **facts))

    async def close(self, verdict: Verdict) -> None:
        """Write down that it did not go through: it is tried again, or left."""
        attempt, told = self._attempt, {"reason": verdict.code.value, "detail": verdict.detail}
        is_held = verdict.outcome is Outcome.HELD
        turn = attempt.later() if is_held else attempt.done()
        name = "amendment.put_off" if is_held else "amendment.refused"
        await attempt.run.book.write(Change(None, (*self._told, self._step(name, **told)), turn=turn))

    async def went(self, row: EntryRow, after: CaseRow) -> None:
        """Write down that it went through."""
        attempt = self._attempt
        change = Change(row, (*self._told, self._step("amended")), turn=attempt.done(after))
        await attempt.run.book.write(change)
        attempt.run.summary.add(Outcome.UNCHANGED)

    def _step(self, name: str, **facts: Any) -> StepRow:
        run = self._attempt.run
        return StepRow(self.row.id, run.run_id, run.now(), name, {key: value for key, value in facts.items() if value})
