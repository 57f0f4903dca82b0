"""Write into the ledger what happens to one entry, before and after it happens."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

from connector.delivery import Delivered
from connector.job.execution import Execution
from connector.job.gather import Work
from connector.ledger import Change, EntryRow, StepRow, entry_id
from connector.reason import Code, Outcome, Verdict
from connector.session import Session

__all__ = ["Record", "customer_hash", "first_row", "leave", "open_record"]

KEPT = (
    "external_id",
    "uid",
    "created",
    "created_at",
    "audio_state",
    "audio_sha256",
    "audio_bytes",
    "audio_tries",
    "transcript_version",
    "customer_hash",
    "first_seen_at",
)
"""What a newly judged session keeps of its entry: how far its delivery came."""


def first_row(run: Execution, session: Session, leg: str = "", *, file_id: int | None = None) -> EntryRow:
    """Give the row of a session that the ledger has not met yet."""
    job, now = run.plan.job, run.now()
    used = run.plan.mappings.get(session.channel)
    return EntryRow(
        id=entry_id(job.tenant, session.source_kind, session.channel, session.id, leg=leg, target=run.target_name),
        tenant=job.tenant,
        source_kind=session.source_kind,
        channel=session.channel,
        session_id=session.id,
        leg=leg,
        target=run.target_name,
        job=job.job,
        state="sending",
        uuid=session.uuid,
        started_at=session.created_at,
        ended_at=session.ends_at or session.created_at,
        version=session.updated_at.isoformat() if session.updated_at else None,
        file_id=file_id,
        mapping=used.name if used else None,
        mapping_hash=used.hash if used else None,
        policy_hash=run.plan.policy_hash,
        run_id=run.run_id,
        first_seen_at=now,
        changed_at=now,
    )

AUDIO_STATES = {"unknown": "unknown", "not_done": "none", "held": "none", "refused": "none"}
"""What the outcome of an upload says of the audio; `done` and `existed` close the entry."""


class Record:
    """The record of one entry while it is worked on; delivery writes through it what it is about to do."""

    def __init__(self, run: Execution, row: EntryRow, files: tuple[int, ...]) -> None:
        self.run = run
        self.row = row
        self.files = files

    def identify(self, external_id: str | None, customer: str | None) -> None:
        """Take the external id and the customer's hash that the mapping made."""
        self.row = replace(self.row, external_id=external_id, customer_hash=customer)

    async def intend(self, step: str) -> None:
        """Write down, durably, that a request is about to be made."""
        row = replace(self.row, state="sending", code=None, detail=None, changed_at=self.run.now())
        if step == "audio":
            row = replace(row, audio_state="sending", audio_tries=row.audio_tries + 1)
        self.row = row
        await self.run.book.write(Change(self.row, (self._step(f"{step}.intended"),)), durable=True)

    async def note(self, step: str, **facts: Any) -> None:
        """Write down what came of the request; the next durable write takes it along."""
        if step == "create" and facts.get("outcome") in {"done", "existed"}:
            self.row = replace(self.row, created=True, created_at=self.run.now(), uid=facts.get("uid") or self.row.uid)
        elif step == "audio" and facts.get("outcome") in AUDIO_STATES:
            self.row = replace(self.row, audio_state=AUDIO_STATES[facts["outcome"]])
        self.run.book.post(Change(self.row, (self._step(f"{step}.{facts.pop('outcome')}", **facts),)))

    async def close(self, verdict: Verdict, **facts: Any) -> None:
        """Write the entry's outcome and that its files need no more work in this run."""
        self.row = replace(
            self.row,
            state=verdict.outcome.value,
            code=verdict.code.value,
            detail=verdict.detail,
            changed_at=self.run.now(),
        )
        step = self._step(verdict.outcome.value, reason=verdict.code.value, detail=verdict.detail, **facts)
        await self._finish(step)
        self._count(verdict.outcome, verdict.code)

    async def delivered(self, done: Delivered | None = None, **facts: Any) -> None:
        """Write that the conversation, or the case, is there."""
        row = replace(self.row, state=Outcome.DELIVERED.value, code=None, detail=None, changed_at=self.run.now())
        uploaded = done is not None and done.audio_uploaded
        if done is not None and (uploaded or done.audio_existed):
            row = replace(row, audio_state="sent", audio_bytes=done.bytes_uploaded, audio_sha256=done.sha256)
        self.row = row
        await self._finish(self._step(Outcome.DELIVERED.value, uid=row.uid, audio_sha256=row.audio_sha256, **facts))
        size_bytes = done.bytes_uploaded if done is not None else 0
        self._count(Outcome.DELIVERED, audio=int(uploaded), size_bytes=size_bytes)

    async def rehearsed(self, audio_bytes: int = 0) -> None:
        """Count what a dry run would have delivered; the ledger it writes to is a copy that is thrown away."""
        self.row = replace(self.row, state=Outcome.DELIVERED.value, changed_at=self.run.now())
        await self._finish(self._step("rehearsed"))
        self._count(Outcome.DELIVERED, audio=int(audio_bytes > 0), size_bytes=audio_bytes)

    async def unchanged(self, newer: EntryRow | None = None, *, counted: bool = True) -> None:
        """Write that nothing is to be sent; a newer export of what was delivered becomes a step of its entry."""
        steps = (self._step("export.noted", version=newer.version),) if newer else ()
        await self.run.book.write(Change(newer, steps, self.files))
        if counted:
            self._count(Outcome.UNCHANGED)

    async def _finish(self, step: StepRow) -> None:
        await self.run.book.write(Change(self.row, (step,), self.files))

    def _count(self, outcome: Outcome, code: Code | None = None, *, audio: int = 0, size_bytes: int = 0) -> None:
        self.run.summary.add(outcome, code, audio=audio, size_bytes=size_bytes)
        self.run.progress.closed(outcome)

    def _step(self, name: str, **facts: Any) -> StepRow:
        told = {key: value for key, value in facts.items() if value not in (None, "", (), [])}
        return StepRow(self.row.id, self.run.run_id, self.run.now(), name, told)


def open_record(run: Execution, work: Work, leg: str) -> Record:
    """Give the record of one leg: what the ledger knows of its delivery is kept, all else is as the session tells."""
    fresh = first_row(run, work.session, leg, file_id=work.file.id)
    known = next((row for row in work.entries if row.leg == leg), None)
    if known is None:
        return Record(run, fresh, work.settled_files)
    return Record(run, replace(fresh, **{name: getattr(known, name) for name in KEPT}), work.settled_files)


async def leave(run: Execution, work: Work, row: EntryRow) -> None:
    """Write that a delivered entry stays as it is; a newer export of it becomes a step, since Capturi has no update."""
    version = work.session.updated_at.isoformat() if work.session.updated_at else None
    newer = replace(row, version=version, file_id=work.file.id) if version != row.version else None
    await Record(run, row, work.settled_files).unchanged(newer, counted=row.file_id in work.settled_files)


def customer_hash(key: bytes | None, customer: object) -> str | None:
    """Give the keyed hash by which `forget` finds a customer's entries; None where there is no key or no customer."""
    if key is None or not customer:
        return None
    return hmac.new(key, str(customer).casefold().encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
