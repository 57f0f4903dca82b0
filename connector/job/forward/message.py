"""Take one message through mapping, fields and freshness into its case at Capturi."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from connector import conversation, delivery, ledger, report
from connector.conversation import CaseMessage, Known
from connector.errors import SkipError
from connector.job.entry.customer import customer_hash
from connector.job.entry.record import Record
from connector.job.forward.attempt import Amendment, Attempt
from connector.ledger import EntryRow, case_model
from connector.ledger.case_model import CaseRow
from connector.message.model import Event
from connector.reason import Code, Outcome, Verdict

__all__ = ["GONE", "forward_message", "open_row"]

GONE = Verdict.usual(Code.UNREADABLE, "what was received is kept no longer, or reads otherwise now")
EXTERNAL = "message"


async def forward_message(attempt: Attempt, told: Event | None) -> None:
    """Bring the message to its outcome; what the target has of it already is compared, never sent twice."""
    run, event = attempt.run, attempt.event
    found = await run.book.read(ledger.entries, [event.entry_id or ""])
    known = found.get(event.entry_id or "")
    row = open_row(attempt, EXTERNAL, case_model.session_of(attempt.case.name, event.message, event.inbox_id), known)
    is_there = known is not None and known.state == Outcome.DELIVERED.value
    if is_there and (told is None or told.verdict):
        await attempt.note("repetition.noted", row.id)
        return
    record = Record(run, row, turns=attempt.turn)
    verdict = GONE if told is None else told.verdict or _left_out(known, told)
    try:
        if told is None or verdict is not None:
            await record.close(verdict or GONE)
        elif is_there:
            await _repeat(attempt, row, told)
        else:
            await _send(attempt, record, told, repeated=known is not None and known.state != Outcome.REFUSED.value)
    except SkipError as error:
        if is_there:
            await attempt.note("repetition.noted", row.id, reason=error.code.value, detail=str(error))
        else:
            await record.close(Verdict.usual(error.code, str(error)))


def _left_out(known: EntryRow | None, told: Event) -> Verdict | None:
    """Give why a message stays out that was left out and comes again from somewhere that does not tell its kind."""
    if known is None or (known.state, known.code) != (Outcome.SKIPPED.value, Code.FILTERED.value):
        return None
    return told.doubt


async def _send(attempt: Attempt, record: Record, told: Event, *, repeated: bool) -> None:
    made = _made(attempt, record, told)
    body, after = _together(attempt, made, told)
    record.refer(uid=after.case_uid, version=_fingerprint(made))
    customer = made.message.sender if made.message.direction == "Inbound" else made.message.to[0]
    is_known = customer.email != attempt.run.stand_in.email
    hashed = customer_hash(attempt.run.hash_key, customer.email) if is_known else None
    record.identify(made.message.message_uid, hashed)
    attempt.after = after
    target = attempt.run.target
    if await attempt.send(record, lambda: delivery.deliver_message(body, target, record, repeated=repeated)):
        await record.delivered(case=after.case_uid, notes=(*told.notes, *made.notes))


async def _repeat(attempt: Attempt, row: EntryRow, told: Event) -> None:
    """Send what is new about a message that the target has, and nothing where nothing is.

    That is another text where its sender can change one and this is not the first, come late; else the case's fields
    where they are newer.
    """
    run = attempt.run
    made = _made(attempt, None, told)
    body, after = _together(attempt, made, told)
    amendment = Amendment(attempt, row)
    fingerprint, target = _fingerprint(made), run.target
    is_edited = fingerprint != row.version
    if is_edited and run.kind.edits and not told.is_first:
        if await attempt.send(amendment, lambda: delivery.deliver_message(body, target, amendment)):
            await amendment.went(row._replace(version=fingerprint, changed_at=run.now()), after)
        return
    change = conversation.changed_fields(attempt.case.fields, after.fields)
    if change and attempt.case.sent and after.case_uid is not None:
        case_uid = after.case_uid
        if is_edited:
            amendment.tell("edit.noted")
        if await attempt.send(amendment, lambda: delivery.deliver_change(case_uid, change, target, amendment)):
            await amendment.went(row._replace(changed_at=run.now()), after)
        return
    await attempt.note("edit.noted" if is_edited else "repetition.noted", row.id)


def _made(attempt: Attempt, record: Record | None, told: Event) -> CaseMessage:
    """Give the message as Capturi accepts it; raise SkipError with every broken rule."""
    run = attempt.run
    message = attempt.event.message
    # One of several equal messages bears its number where its sender has no id for it.
    read = told.record if message == told.message else {**told.record, "messageUid": message}
    draft = run.draft(read)
    if record is not None:
        record.tell(**report.mapping_facts(draft))
    return conversation.build_case_message(draft, stand_in=run.stand_in, mailbox=run.mailbox)


def _together(attempt: Attempt, made: CaseMessage, told: Event) -> tuple[dict[str, Any], CaseRow]:
    """Give the body of the call, with the newest fields of the case, and the case as it is then."""
    run, case = attempt.run, attempt.case
    body = made.to_wire()
    message = body.pop("message")
    at = newness(told, attempt.event.accepted_at)
    # What was written before the end and comes after it opens nothing again.
    if case.closed and (run.kind.sessions or case.fields_at is None or at > case.fields_at):
        case = _reopened(case, begins_anew=run.kind.sessions)
    case_uid = body["caseUid"] if case.session == 1 else f"{body['caseUid']}-{case.session}"
    if case.sent and case.case_uid:
        # A mapping that changed moves no case that has begun.
        case_uid = case.case_uid
    known = Known(case.fields, case.fields_at, case.whole)
    if not run.kind.tells_case:
        body = {name: value for name, value in body.items() if name not in made.assumed or name not in case.fields}
    fields = conversation.newest_fields(known, body, at, tells_case=run.kind.tells_case) | {"caseUid": case_uid}
    newest_at = max(at, case.fields_at) if case.fields_at else at
    after = replace(case, case_uid=case_uid, fields=fields, fields_at=newest_at, whole=True, sent=True)
    return {**fields, "message": message}, after


def _reopened(case: CaseRow, *, begins_anew: bool) -> CaseRow:
    """Give a case that ended and goes on: as the next one of its conversation where its sender begins anew."""
    if begins_anew:
        return CaseRow(id=case.id, intake=case.intake, name=case.name, session=case.session + case.sent)
    fields = {name: value for name, value in case.fields.items() if name != "status"}
    return replace(case, fields=fields, closed=False)


def newness(told: Event, accepted_at: datetime) -> datetime:
    """Give how new the case fields of an event are; where its sender does not say, it is when it came."""
    return told.case_updated_at or told.at or accepted_at


def open_row(attempt: Attempt, channel: str, session_id: str, known: EntryRow | None) -> EntryRow:
    """Give the row of an entry: what the ledger knows of its delivery is kept, all else is as of now."""
    run, event = attempt.run, attempt.event
    tenant, source_kind, target = run.desk.place
    now = run.now()
    fresh = EntryRow(
        id=event.entry_id or ledger.entry_id(tenant, source_kind, channel, session_id, leg="", target=target),
        tenant=tenant,
        source_kind=source_kind,
        channel=channel,
        session_id=session_id,
        target=target,
        job=run.desk.intake,
        state="sending",
        started_at=event.accepted_at,
        ended_at=event.accepted_at,
        mapping=run.mapping.name,
        mapping_hash=run.mapping.hash,
        run_id=run.run_id,
        first_seen_at=now,
        changed_at=now,
    )
    if known is None:
        return fresh
    # Nothing of it but what is said here changes: a delivered one keeps its state.
    return known._replace(run_id=run.run_id, mapping=fresh.mapping, mapping_hash=fresh.mapping_hash)


def _fingerprint(made: CaseMessage) -> str:
    """Give what tells one text of a message from another."""
    told = (made.message.text, made.message.attachments or ())
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:32]
