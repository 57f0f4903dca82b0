"""Take a finished chat with its transcript to Capturi as a case."""

from connector import conversation, delivery, mapping, report
from connector.conversation import Case
from connector.errors import SkipError
from connector.job.entry.absence import without_transcript
from connector.job.entry.agents import everybody, lacks_of_agent, speakers
from connector.job.entry.call import context
from connector.job.entry.customer import chat_customer, customer_hash
from connector.job.entry.lack import best_transcript, transcript_version
from connector.job.entry.opening import open_record
from connector.job.entry.record import Record
from connector.job.entry.sending import rehearse, send
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.reason import Code, Verdict
from connector.session import Transcript

__all__ = ["handle"]

WRITTEN_LIVE = "the case of this chat is written live, by the intake of the agents' browsers"


async def handle(run: Execution, work: Work) -> None:
    """Make the chat's case and bring it to its outcome."""
    record = open_record(run, work, "")
    if run.live_chats:
        await record.close(Verdict.usual(Code.FILTERED, WRITTEN_LIVE))
        return
    try:
        await _one(run, work, record)
    except SkipError as error:
        if lacks_of_agent(run.plan.mappings[work.session.channel], error):
            record.hang(run.agents_hash)
        await record.close(Verdict.usual(error.code, str(error)))


async def _one(run: Execution, work: Work, record: Record) -> None:
    session = work.session
    used = run.plan.mappings[session.channel]
    speaker = speakers(run, session)[0]
    draft = mapping.apply(used, session.record, context(run, session, speaker))
    run.statistics_of(used).add(draft, session.record)
    record.tell(**report.mapping_facts(draft, team=speaker.agent.team))
    if speaker.verdict:
        record.tell(**report.agent_facts(speaker.agent.id, speaker.agent.number, speaker.agent.email))
    record.identify(draft.values.get("caseUid"), customer_hash(run.hash_key, chat_customer(session.record)))
    # A mapping of chats needs no rules of consent; one that has them is obeyed.
    refused = conversation.decide(used.consent, draft.consent).verdict if used.consent else None
    if verdict := refused or speaker.verdict:
        if verdict is speaker.verdict:
            record.hang(run.agents_hash)
        await record.close(verdict)
        return
    transcript = best_transcript(work)
    if not isinstance(transcript, Transcript):
        await record.close(_missing(run, work, transcript))
        return
    stand_in = run.plan.job.source.stand_in
    agents = [one.agent for one in everybody(run, session)]
    case = conversation.build_case(draft, session, transcript, stand_in=(stand_in.name, stand_in.email), agents=agents)
    await _deliver(run, record, case, transcript_version(transcript))


async def _deliver(run: Execution, record: Record, case: Case, version: str) -> None:
    target = run.target
    if target is None:
        await rehearse(run, record, creates=True)
        return
    body = case.to_wire()
    done = await send(run, record, lambda: _put(body, target, record))
    if done:
        record.refer(transcript_version=version)
        await record.delivered(messages=len(body["messages"]), notes=case.notes)


async def _put(body: dict[str, object], target: delivery.Capturi, record: Record) -> bool:
    await delivery.deliver_case(body, target, record)
    return True


def _missing(run: Execution, work: Work, error: SkipError | None) -> Verdict:
    if error is not None:
        return Verdict.usual(Code.TRANSCRIPT_AWAITED, str(error))
    return without_transcript(work.session, run.plan, run.now())
