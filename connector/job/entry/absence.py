"""Say what becomes of a session whose recording or transcript is not there."""

from datetime import datetime

from connector.job.definition.loader import Plan
from connector.reason import Code, Outcome, Verdict
from connector.session import Session

__all__ = ["awaited_until", "without_recording", "without_transcript"]


def awaited_until(session: Session, plan: Plan, first_seen_at: datetime) -> datetime:
    """Give when the wait for a recording is over; it began when the call ended or, where that is unknown, was met."""
    return (session.ends_at or session.created_at or first_seen_at) + plan.job.audio.wait


def without_recording(plan: Plan, until: datetime, now: datetime) -> Verdict | None:
    """Give why a call without a recording does not go, or None where it goes without audio by policy."""
    policy = plan.job.audio
    if now < until:
        detail = f"no recording yet; waited for until {until:%Y-%m-%d %H:%M} UTC"
        return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, detail)
    if policy.missing == "send":
        return None
    outcome = Outcome.HELD if policy.missing == "hold" else Outcome.SKIPPED
    return Verdict(outcome, Code.AUDIO_MISSING, "no recording came in the time the job waits for it")


def without_transcript(session: Session, plan: Plan, now: datetime) -> Verdict:
    """Give why a chat without a transcript does not go; where its end is unknown, nothing is waited for."""
    ended_at = session.ends_at or session.created_at
    until = ended_at + plan.job.audio.wait if ended_at else None
    if until and now < until:
        detail = f"no transcript yet; waited for until {until:%Y-%m-%d %H:%M} UTC"
        return Verdict.usual(Code.TRANSCRIPT_AWAITED, detail)
    return Verdict.usual(Code.TRANSCRIPT_MISSING, "no transcript came in the time the job waits for it")
