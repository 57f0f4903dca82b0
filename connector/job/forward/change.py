"""Bring new fields of a case, and its end, to Capturi."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector import conversation, delivery, ledger
from connector.conversation import Known
from connector.errors import SkipError
from connector.job.entry.record import Record
from connector.job.forward.attempt import Attempt
from connector.job.forward.message import newness, open_row
from connector.ledger import Change
from connector.ledger.case_model import CaseRow
from connector.mapping.instant import write_instant
from connector.message.model import Event
from connector.reason import Verdict

__all__ = ["forward_change", "forward_end"]

CHANNEL = "case"
CLOSED = "closed"


async def forward_change(attempt: Attempt, told: Event | None) -> None:
    """Change the fields of the case where these are newer; of a case that the target lacks they are only kept."""
    case = attempt.case
    if told is None or told.verdict:
        await attempt.note("change.noted")
        return
    record = await _open(attempt)
    try:
        patch = conversation.build_case_patch(attempt.run.draft(told.record)).to_wire()
    except SkipError as error:
        await record.close(Verdict.usual(error.code, str(error)))
        return
    at = newness(told, attempt.event.accepted_at)
    fields = conversation.later_fields(_known(case), patch, at)
    newest_at = max(at, case.fields_at) if case.fields_at else at
    # A conversation that its sender speaks of anew has not ended, unless only a message begins the next one.
    is_over = case.closed and (attempt.run.kind.sessions or at != newest_at)
    after = replace(case, fields=fields, fields_at=newest_at, closed=is_over)
    await _change(attempt, record, conversation.changed_fields(case.fields, fields), after)


async def forward_end(attempt: Attempt, told: Event | None) -> None:
    """Say that the conversation ended; without a word of its sender, `closed`."""
    case = attempt.case
    if attempt.event.inbox_id is not None and (told is None or told.verdict):
        await attempt.note("end.noted")
        return
    if case.closed:
        await attempt.note("end.noted")
        return
    record = await _open(attempt)
    fields: dict[str, Any] = {"status": CLOSED, "updated": write_instant(attempt.event.accepted_at)}
    if told is not None:
        try:
            fields |= conversation.build_case_patch(attempt.run.draft(told.record)).to_wire()
        except SkipError as error:
            # The end is an end, whatever else could not be read of it.
            record.tell(notes=(str(error),))
    at = max(newness(told, attempt.event.accepted_at) if told else attempt.event.accepted_at, _begun(case, attempt))
    after = replace(case, fields=conversation.later_fields(_known(case), fields, at), fields_at=at, closed=True)
    await _change(attempt, record, conversation.changed_fields(case.fields, after.fields), after)


async def _change(attempt: Attempt, record: Record, change: Mapping[str, Any], after: CaseRow) -> None:
    attempt.after = after
    if not change or not after.sent or after.case_uid is None:
        # What is only to be known is kept for the message that comes next.
        await attempt.run.book.write(Change(turn=attempt.done(after)))
        return
    case_uid, target = after.case_uid, attempt.run.target
    record.refer(uid=case_uid)
    record.identify(case_uid, None)
    if await attempt.send(record, lambda: delivery.deliver_change(case_uid, change, target, record)):
        await record.delivered(case=case_uid)


async def _open(attempt: Attempt) -> Record:
    name = attempt.case.name
    tenant, source_kind, target = attempt.run.desk.place
    id_ = ledger.entry_id(tenant, source_kind, CHANNEL, name, leg="", target=target)
    known = (await attempt.run.book.read(ledger.entries, [id_])).get(id_)
    return Record(attempt.run, open_row(attempt, CHANNEL, name, known), turns=attempt.turn)


def _known(case: CaseRow) -> Known:
    return Known(case.fields, case.fields_at, case.whole)


def _begun(case: CaseRow, attempt: Attempt) -> Any:
    return case.fields_at or attempt.event.accepted_at
