"""Write into the ledger what happens to one entry, before and after it happens."""

from collections.abc import Callable
from typing import Any

from connector.delivery import Delivered
from connector.job.entry.late import NO_AUDIO, Late
from connector.job.entry.postponement import POSTPONED, postpone
from connector.job.entry.settled import stands
from connector.job.execution.course import Course
from connector.ledger import UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL, Change, EntryRow, Progress, StepRow
from connector.ledger.case_model import Turn
from connector.reason import Code, Outcome, Verdict
from connector.report.privacy import Privacy

__all__ = ["PRIVACY", "Record", "name_of"]

PRIVACY = Privacy()
"""What may be said aloud: an id of the source may be somebody's address or number."""

Turns = Callable[[EntryRow], Turn | None]
"""Gives, for an entry that is being closed, how far its text conversation is since."""

AUDIO_STATES = {"unknown": "unknown", "not_done": "none", "held": "none", "refused": "none"}
"""What the outcome of an upload says of the audio; `done` and `existed` close the entry."""


class Record:
    """The record of one entry while it is worked on; delivery writes through it what it is about to do."""

    def __init__(
        self,
        run: Course,
        row: EntryRow,
        files: tuple[int, ...] = (),
        *,
        turns: Turns | None = None,
        late: Late | None = None,
    ) -> None:
        self.run = run
        self.files = files
        self._late = late
        self._settled: EntryRow | None = None
        self._turns = turns
        self._row = row
        self._changes: dict[str, Any] = {}
        self._told: list[StepRow] = []
        self._facts: dict[str, Any] = {}
        self._tried = self._is_held = False
        self._announced: str | None = None
        self._before_audio = (row.audio_state, row.audio_tries)

    @property
    def row(self) -> EntryRow:
        """Give the entry as it stands now."""
        if self._changes:
            # One new row for all changes since the last look: a copy of thirty fields is not free.
            self._row = self._row._replace(**self._changes)
            self._changes.clear()
        return self._row

    @property
    def is_held(self) -> bool:
        """Tell whether what was closed is to be tried again."""
        return self._is_held

    def identify(self, external_id: str | None, customer: str | None) -> None:
        """Take the external id and the customer's hash that the mapping made; what was created keeps its own id."""
        if self._row.created and self._row.external_id:
            external_id = self._row.external_id
        self._changes.update(external_id=external_id, customer_hash=customer)

    def meet_again(self, settled: EntryRow) -> None:
        """Take down that this is what became of the entry, which is met for another's sake now."""
        self._settled = settled

    def refer(self, **facts: Any) -> None:
        """Take down what the target will know the entry by, and which version of it goes."""
        self._changes.update(facts)

    def hang(self, agents_hash: str) -> None:
        """Take down that the entry stops for its agent's sake: other agents have it judged again."""
        self._changes["policy_hash"] = agents_hash

    def tell(self, **facts: Any) -> None:
        """Take facts for the report; they stand on the step that closes the entry."""
        self._facts.update(facts)

    async def intend(self, step: str, *, then: str | None = None) -> None:
        """Write down, durably, that a request is about to be made, and which one follows where that is certain.

        What was announced that way needs no commit of its own: the next run takes it for begun either way.
        """
        now = self.run.now()
        announced, self._announced = self._announced == step, then
        if "audio" in {step, then} and not announced:
            self._before_audio = (self._now("audio_state"), self._now("audio_tries"))
            self._changes.update(audio_state="sending", audio_tries=self._before_audio[1] + 1)
        # What is there stays delivered, whatever becomes of its late recording.
        state = Outcome.DELIVERED.value if self._late else "sending"
        self._changes.update(state=state, code=None, detail=None, changed_at=now)
        change = self._change(self._steps(StepRow(self._row.id, self.run.run_id, now, f"{step}.intended")))
        self._tried = True
        if announced:
            self.run.book.post(change)
        else:
            await self.run.book.write(change, durable=True)

    async def note(self, step: str, **facts: Any) -> None:
        """Take down what came of the request; it is written with the next step of the entry.

        Should that never come, the request counts as unanswered, and the next run repeats it harmlessly.
        """
        outcome = facts.pop("outcome")
        if step == "create" and outcome in {"done", "existed"}:
            self._changes.update(created=True, created_at=self.run.now())
            # The target takes the token: the others need not wait for the end of a long upload.
            self.run.gate.succeeded()
            if facts.get("uid"):
                self._changes["uid"] = facts["uid"]
        elif step == "create" and outcome != "failed" and self._announced:
            # It was announced with the create, and is not going to be tried.
            self._announced = None
            self._changes["audio_state"], self._changes["audio_tries"] = self._before_audio
        elif step == "audio" and outcome in AUDIO_STATES:
            self._changes["audio_state"] = AUDIO_STATES[outcome]
        self._told.append(self._step(f"{step}.{outcome}", **facts))

    async def close(self, verdict: Verdict, **facts: Any) -> None:
        """Write the entry's outcome and that its files need no more work in this run.

        What was decided without the target is written once the target has shown that it takes the token. What was
        settled this way before, and is met only for another's sake, is unchanged.
        """
        if self._settled is not None and stands(self._settled, self.row, verdict):
            await self.unchanged()
            return
        self._is_held = verdict.outcome is Outcome.HELD
        self._changes.update(code=verdict.code.value, detail=verdict.detail)
        if verdict.code in POSTPONED:
            postponed = await postpone(self.run.book, self._row.id, verdict, self.run.now())
            self._changes["retry_at"] = postponed.retry_at
            facts = {"tries": postponed.tries, "retry_at": postponed.told, **facts}
        if self._late is not None:
            change = self._kept(self._late, verdict, facts)
        else:
            self._changes["state"] = verdict.outcome.value
            change = self._finished(verdict.outcome.value, reason=verdict.code.value, detail=verdict.detail, **facts)
        target, gate = self.run.target, self.run.gate
        if self._tried or gate.is_open or target is None or self._turns is not None:
            await self.run.book.write(change)
            self._count_closed(verdict)
        else:
            await gate.wait(lambda: self._close_later(change, verdict), target)

    def _close_later(self, change: Change, verdict: Verdict) -> None:
        self.run.book.post(change)
        self._count_closed(verdict)

    def _count_closed(self, verdict: Verdict) -> None:
        if self._late is None:
            self._count(verdict.outcome, verdict.code)
            return
        self.run.summary.add_without_audio(verdict.code, name=PRIVACY.scrub(name_of(self._row)))
        if self._late.is_counted:
            self._count(Outcome.UNCHANGED)

    def _kept(self, late: Late, verdict: Verdict, facts: dict[str, Any]) -> Change:
        """Give the change by which what was delivered stays so, with what keeps its late recording away."""
        if not self._tried:
            self._told.append(self._step(f"audio.{verdict.outcome}", code=verdict.code, detail=verdict.detail))
        told = {NO_AUDIO: verdict.code.value, "detail": verdict.detail, "recordings": late.recordings}
        closing = self._step(Outcome.DELIVERED.value, **told, **facts, **self._facts)
        self._changes["changed_at"] = self.run.now()
        files = () if verdict.outcome is Outcome.HELD else self.files
        return Change(late.kept(self.row), self._steps(closing), files)

    async def delivered(self, done: Delivered | None = None, **facts: Any) -> None:
        """Write that the conversation, or the case, is there."""
        self._changes.update(state=Outcome.DELIVERED.value, code=None, detail=None)
        uploaded = done is not None and done.audio_uploaded
        if done is not None and (uploaded or done.audio_existed):
            self._changes.update(audio_state="sent", audio_bytes=done.bytes_uploaded, audio_sha256=done.sha256)
        facts = {"uid": self._now("uid"), "audio_sha256": self._now("audio_sha256"), **facts}
        closing = self._finished(Outcome.DELIVERED.value, **facts)
        if self._turns is not None:
            # What follows in its text conversation looks into the ledger first.
            await self.run.book.write(closing)
        else:
            # Nobody waits for the disk: should the line be lost, the next run finds the conversation there already.
            self.run.book.post(closing)
        size_bytes = done.bytes_uploaded if done is not None else 0
        self._count(Outcome.DELIVERED, audio=int(uploaded), size_bytes=size_bytes)

    async def rehearsed(self, audio_bytes: int = 0) -> None:
        """Count what a dry run would have delivered; the ledger it writes to is a copy that is thrown away."""
        self._changes.update(state=Outcome.DELIVERED.value)
        await self.run.book.write(self._finished("rehearsed"))
        self._count(Outcome.DELIVERED, audio=int(audio_bytes > 0), size_bytes=audio_bytes)

    async def unchanged(self, newer: EntryRow | None = None, *, counted: bool = True) -> None:
        """Write that nothing is to be sent; a newer export of what was delivered becomes a step of its entry."""
        steps = (self._step("export.noted", version=newer.version),) if newer else ()
        await self.run.book.write(Change(newer, steps, self.files))
        if counted:
            self._count(Outcome.UNCHANGED)

    def _finished(self, step: str, **facts: Any) -> Change:
        self._changes["changed_at"] = self.run.now()
        closing = self._step(step, **facts, **self._facts)
        return self._change(self._steps(closing), self.files, closes=True)

    def _now(self, name: str) -> Any:
        return self._changes[name] if name in self._changes else getattr(self._row, name)

    def _change(self, steps: tuple[StepRow, ...], files: tuple[int, ...] = (), *, closes: bool = False) -> Change:
        """Give what is to be written: the entry whole at first, from then on only how far it came."""
        turn = self._turns(self.row) if closes and self._turns is not None else None
        if self._tried:
            return Change(None, steps, files, progress=Progress(*map(self._now, Progress._fields)), turn=turn)
        return Change(self.row, steps, files, turn=turn)

    def _steps(self, step: StepRow) -> tuple[StepRow, ...]:
        """Give what was taken down since the last writing, and this step."""
        steps = (*self._told, step)
        self._told.clear()
        return steps

    def _count(self, outcome: Outcome, code: Code | None = None, *, audio: int = 0, size_bytes: int = 0) -> None:
        told = {
            "run": self.run.run_id,
            "entry": self._row.id,
            "external_id": PRIVACY.scrub(self._row.external_id or ""),
        }
        self.run.log.info("entry.closed", **told, outcome=outcome, reason=code, bytes=size_bytes)
        self.run.summary.add(outcome, code, name=name_of(self._row), audio=audio, size_bytes=size_bytes)
        self.run.progress.closed(outcome)

    def _step(self, name: str, **facts: Any) -> StepRow:
        told = {key: value for key, value in facts.items() if value not in (None, "", (), [])}
        return StepRow(self._row.id, self.run.run_id, self.run.now(), name, told)


def name_of(row: EntryRow) -> str:
    """Say which entry is meant as `connector show` takes it; what nobody could read goes by its file."""
    if row.channel in {UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL}:
        return row.session_id
    return f"{row.channel}-{row.session_id}"
