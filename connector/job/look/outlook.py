"""Tell what would become of a session as far as it can be told without its recording; nothing is written or sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector import conversation, mapping
from connector.clock import Clock
from connector.conversation import Circumstances
from connector.errors import SkipError
from connector.job.definition.loader import Plan
from connector.job.entry.agents import Speaker, speakers
from connector.job.entry.call import NO_CONSENT, context
from connector.job.entry.judge import judge
from connector.mapping import Draft, Mapping
from connector.mapping.wording import say_reason
from connector.reason import Code, Verdict
from connector.session import Channel, Session

__all__ = ["Onlooker", "Outlook", "outlooks"]


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who only looks at what a plan would make of sessions."""

    plan: Plan
    clock: Clock

    def now(self) -> datetime:
        """Give the present moment in UTC."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one conversation of a session would be."""

    leg: str
    """Whose part it is where calls are split by agent, else empty."""
    context: dict[str, Any]
    """What the mapping was given beside the record."""
    draft: Draft
    verdict: Verdict | None
    """The first reason that keeps it from being sent; None where only its recording is left to be seen."""
    segments: tuple[tuple[int, int], ...] | None = None
    """Start and duration, in seconds, of the parts that would be sent; None where the mapping names none."""
    with_audio: bool = True
    """Whether its recording goes with it: what follows from a no to the recording may be a call without it."""


def outlooks(onlooker: Onlooker, session: Session) -> Sequence[Outlook]:
    """Give what the session would become: one conversation, or one per agent; nothing where no mapping is for it."""
    used = onlooker.plan.mappings.get(session.channel)
    if used is None:
        return []
    first = judge(session, onlooker.plan, onlooker.now())
    return [_outlook(onlooker, session, speaker, used, first) for speaker in speakers(onlooker, session)]


def _outlook(onlooker: Onlooker, session: Session, speaker: Speaker, used: Mapping, first: Verdict | None) -> Outlook:
    given = context(onlooker, session, speaker)
    draft = mapping.apply(used, session.record, given)
    if speaker.leg and "externalIdentity" in draft.values:
        draft.values["externalIdentity"] += f"-{speaker.leg}"
    if session.channel is not Channel.CALL:
        return Outlook(speaker.leg, given, draft, first or speaker.verdict or _refused(draft))
    consent = conversation.decide(used.consent or NO_CONSENT, draft.consent)
    circumstances = Circumstances(
        redacted=used.segments.redacted if used.segments else "silenced",
        agent_id=speaker.key if speaker.leg else None,
    )
    fields, segments = _build(draft, circumstances, has_consent=consent.has_consent)
    verdict = first or consent.verdict or speaker.verdict or fields
    return Outlook(speaker.leg, given, draft, verdict, segments, consent.send_audio)


Segments = tuple[tuple[int, int], ...]


def _build(
    draft: Draft, circumstances: Circumstances, *, has_consent: bool | None
) -> tuple[Verdict | None, Segments | None]:
    """Give what is wrong with the fields, and the segments; unknown consent is told elsewhere."""
    try:
        made = conversation.build(draft, None, has_consent=bool(has_consent), circumstances=circumstances)
    except SkipError as error:
        return Verdict.usual(error.code, str(error)), None
    cut = made.segments
    return None, tuple((one.start_seconds, one.duration_seconds) for one in cut) if cut is not None else None


def _refused(draft: Draft) -> Verdict | None:
    if not draft.refusals:
        return None
    told = "; ".join(f"{field}: {say_reason(reason)}" for field, reason in draft.refusals.items())
    return Verdict.usual(Code.FIELD_MISSING, told)
