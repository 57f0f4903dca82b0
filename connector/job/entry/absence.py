"""Say what becomes of a session whose recording or transcript is not there."""

from datetime import datetime

from connector.job.definition.columns import doubt_in_row
from connector.job.definition.loader import Plan
from connector.job.entry.record import PRIVACY
from connector.mapping.sensitivity import Sensitivity
from connector.reason import Code, Outcome, Verdict
from connector.session import Session
from connector.session.naming import AUDIO_SUFFIXES

__all__ = ["awaited_until", "without_recording", "without_transcript"]


def awaited_until(session: Session, plan: Plan, first_seen_at: datetime) -> datetime:
    """Give when the wait for a recording is over; it began when the call ended or, where that is unknown, was met."""
    return (session.ends_at or session.created_at or first_seen_at) + plan.job.audio.wait


def without_recording(session: Session, plan: Plan, until: datetime, now: datetime) -> Verdict | None:
    """Give why a call without a recording does not go, or None where it goes without audio by policy."""
    policy, sought = plan.job.audio, _sought(session, plan)
    if now < until:
        detail = f"no recording yet{sought}; waited for until {until:%Y-%m-%d %H:%M} UTC"
        return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, detail)
    if policy.missing == "send":
        return None
    outcome = Outcome.HELD if policy.missing == "hold" else Outcome.SKIPPED
    return Verdict(outcome, Code.AUDIO_MISSING, f"no recording came in the time the job waits for it{sought}")


def _sought(session: Session, plan: Plan) -> str:
    """Say what was looked for where a row names its recording, or why it names none."""
    reading = plan.job.source.reading
    if reading is None or reading.options.recording.path is None:
        return ""
    path, name = reading.options.recording.path, reading.recording_name(session)
    if name is not None:
        return f": none bears the name {_shown(name)}"
    return f": {doubt_in_row(session, path) or f'its row has nothing under {path!r}'}"


def _shown(name: str) -> str:
    """Give the name as far as it may be told: several words that name no audio are hardly a file, but anything else."""
    is_file = name.lower().endswith(tuple(f".{suffix}" for suffix in AUDIO_SUFFIXES)) or len(name.split()) == 1
    if not is_file:
        return PRIVACY.show(Sensitivity.WRITTEN, name, 1)
    return repr(PRIVACY.scrub(name))


def without_transcript(session: Session, plan: Plan, now: datetime) -> Verdict:
    """Give why a chat without a transcript does not go; where its end is unknown, nothing is waited for."""
    ended_at = session.ends_at or session.created_at
    until = ended_at + plan.job.audio.wait if ended_at else None
    if until and now < until:
        detail = f"no transcript yet; waited for until {until:%Y-%m-%d %H:%M} UTC"
        return Verdict.usual(Code.TRANSCRIPT_AWAITED, detail)
    return Verdict.usual(Code.TRANSCRIPT_MISSING, "no transcript came in the time the job waits for it")
