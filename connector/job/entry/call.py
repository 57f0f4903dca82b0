"""Take a finished call through mapping, consent, agent, audio and fields to Capturi."""

from collections.abc import Sequence
from typing import Any

from connector import conversation, delivery, ledger, mapping, report
from connector.conversation import Circumstances, Conversation
from connector.delivery import Parcel
from connector.errors import SkipError, StorageAwayError
from connector.job.entry import lack
from connector.job.entry.agents import Planned, Speaker, lacks_of_agent, speakers, was_split_otherwise
from connector.job.entry.call_events import events_of
from connector.job.entry.customer import customer_hash
from connector.job.entry.lack import is_due, lacks
from connector.job.entry.late import Late
from connector.job.entry.opening import is_counted, leave, open_record
from connector.job.entry.record import Record
from connector.job.entry.recording import Found, find_recording
from connector.job.entry.sending import rehearse, send
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.ledger import EntryRow
from connector.mapping import ConsentSpec
from connector.reason import Code, Outcome, Verdict
from connector.session import Session

__all__ = ["context", "handle"]

NO_CONSENT = ConsentSpec(paths=(), values={})
"""A mapping of calls without rules of consent does not load; should one get here, nothing it maps has consent."""


async def handle(run: Execution, work: Work) -> None:
    """Make the call's conversations, one per speaker, and bring each to its outcome."""
    found = speakers(run, work.session)
    if await was_split_otherwise(run, work, {speaker.leg for speaker in found}):
        return
    delivered = {row.leg: row for row in work.entries if row.state == Outcome.DELIVERED.value}
    is_owed = False
    for speaker in found:
        # The files wait until the last speaker has an outcome: a kill in between must not lose the others. They wait
        # on where a late recording is to be tried again: no entry that is delivered brings them back.
        done = speaker is found[-1] and not is_owed
        row = delivered.get(speaker.leg)
        if row is None:
            await _bring(run, work, speaker, open_record(run, work, speaker.leg, done=done))
        elif not lacks(work, row):
            await leave(run, work, row, done=done)
        else:
            is_owed |= not await _complete(run, work, speaker, row, done=done)


async def _complete(run: Execution, work: Work, speaker: Speaker, row: EntryRow, *, done: bool) -> bool:
    """Add a late recording to what was delivered without; False where that is to be tried again.

    The conversation is there, and stays delivered whatever becomes of its recording. Where nothing is known of a new
    one, and nobody asked for it, what was refused is not tried again.
    """
    steps = await run.book.read(ledger.steps, row.id) if row.code else ()
    if run.options.only is None and not is_due(row, steps, work.recordings, run.now()):
        owed = lack.is_owed(row)
        await leave(run, work, row, done=done and not owed)
    else:
        late = Late(row, lack.digest_of(work.recordings), is_counted(work, row))
        record = open_record(run, work, speaker.leg, done=done, late=late)
        if not await _bring(run, work, speaker, record, is_there=True):
            await leave(run, work, row, done=done)
        owed = record.is_held
    if owed:
        run.rows.left_out.add(work.file.id)
    return not owed


async def _bring(run: Execution, work: Work, speaker: Speaker, record: Record, *, is_there: bool = False) -> bool:
    """Do what _one does, and write down what kept the conversation from it."""
    try:
        return await _one(run, work, speaker, record, is_there=is_there)
    except SkipError as error:
        if lacks_of_agent(run.plan.mappings[work.session.channel], error):
            record.hang(run.agents_hash)
        await record.close(Verdict.usual(error.code, str(error)))
    except StorageAwayError as error:
        # The call has done nothing to be left alone for: the next run tries at once.
        run.away = error
        await record.close(Verdict.usual(Code.TRY_AGAIN, error.message, wait_seconds=0.0))
    return True


async def _one(run: Execution, work: Work, speaker: Speaker, record: Record, *, is_there: bool) -> bool:
    """Bring one conversation to its outcome; False where it is there already and there is nothing to complete it with.

    What was delivered without audio gets a late recording and is nothing else any more, whatever a mapping says now.
    """
    used = run.plan.mappings[work.session.channel]
    events = await events_of(run, work.session, used)
    draft = mapping.apply(used, work.session.record, context(run, work.session, speaker, events))
    run.statistics_of(used).add(draft, work.session.record)
    record.tell(**report.mapping_facts(draft, team=speaker.agent.team))
    if speaker.leg and "externalIdentity" in draft.values:
        draft.values["externalIdentity"] += f"-{speaker.leg}"
    customer = customer_hash(run.hash_key, draft.values.get("customer"))
    record.identify(draft.values.get("externalIdentity"), customer)
    consent = conversation.decide(used.consent or NO_CONSENT, draft.consent)
    if used.consent:
        record.tell(**report.consent_facts(draft.consent, consent.has_consent))
    if speaker.verdict:
        record.tell(**report.agent_facts(speaker.agent.id, speaker.agent.number, speaker.agent.email))
    verdict = consent.verdict or speaker.verdict
    found = await find_recording(run, work) if consent.send_audio and not verdict else verdict
    if is_there and (found is None or _is_without(found)):
        return False
    if isinstance(found, Verdict):
        if found is speaker.verdict:
            record.hang(run.agents_hash)
        await record.close(found)
        return True
    if found is not None:
        record.tell(**report.audio_facts(found.facts))
    circumstances = Circumstances(
        redacted=used.segments.redacted if used.segments else "silenced",
        agent_id=speaker.key if speaker.leg else None,
        # A conversation that was created before its recording came: the form says now how the speakers lie.
        with_audio_form=record.row.created,
    )
    facts = found.facts if found else None
    made = conversation.build(draft, facts, has_consent=consent.has_consent, circumstances=circumstances)
    await _deliver(run, record, made, found)
    return True


def _is_without(found: Found | Verdict) -> bool:
    """Tell whether there is no recording to be had, or none wanted: then nothing is owed to what was delivered."""
    return isinstance(found, Verdict) and (found.outcome is Outcome.SKIPPED or found.code is Code.AUDIO_MISSING)


def context(run: Planned, session: Session, speaker: Speaker, events: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Give what a mapping reads as $tenant, $agent, $file and $events."""
    file = session.file
    folder, _, name = file.path.rpartition("/")
    return {
        "tenant": run.plan.job.tenant,
        "agent": speaker.agent.as_context(),
        "file": {"path": file.path, "name": name, "folder": folder, "modified_at": file.modified_at.isoformat()},
        "crm": {},
        "events": list(events),
    }


async def _deliver(run: Execution, record: Record, made: Conversation, found: Found | None) -> None:
    body, left_out = conversation.to_wire(made, run.plan.job.target.api)
    notes = (*made.notes, *left_out)
    target = run.target
    if target is None:
        size_bytes = found.recording.size_bytes if found else 0
        await rehearse(run, record, creates=not record.row.created, audio_bytes=size_bytes)
        return
    parcel = Parcel(
        external_id=record.row.external_id or made.external_identity,
        body=body,
        api=run.plan.job.target.api,
        recording=found.recording if found else None,
        audio_fields=made.audio_fields,
        known_uid=record.row.uid,
        created=record.row.created,
        doubtful=record.row.audio_state in {"sending", "unknown"},
        look_up=run.portal.has_audio if run.portal else None,
    )
    done = await send(run, record, lambda: delivery.deliver(parcel, target, record))
    if done is not None:
        await record.delivered(done, notes=notes)
