"""Tell what a delivered entry still lacks of its session."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from connector.delivery import LONGEST_REST
from connector.errors import SkipError
from connector.job.entry.late import NO_AUDIO
from connector.job.gathering.gather import Work
from connector.ledger import EntryRow, FileRow, StepRow
from connector.reason import Code, Outcome
from connector.session import Channel, Transcript

__all__ = ["best_transcript", "digest_of", "is_due", "is_owed", "lacks", "transcript_version"]


def lacks(work: Work, delivered: EntryRow) -> bool:
    """Tell whether something came after the delivery: the recording of a call, or more of a chat's transcript."""
    if work.session.channel is Channel.CALL:
        return bool(work.recordings) and delivered.audio_state != "sent"
    found = best_transcript(work)
    return isinstance(found, Transcript) and transcript_version(found) != delivered.transcript_version


def is_owed(delivered: EntryRow) -> bool:
    """Tell whether a late recording is still to be tried: its upload was cut short, or something only held it."""
    if delivered.audio_state in {"sending", "unknown"}:
        return True
    return delivered.code is not None and Code(delivered.code).usual_outcome is Outcome.HELD


def is_due(delivered: EntryRow, steps: Sequence[StepRow], recordings: Sequence[FileRow], now: datetime) -> bool:
    """Tell whether a late recording is to be tried now: not while it rests, nor one that was refused as it is."""
    if delivered.retry_at is not None and now < delivered.retry_at <= now + LONGEST_REST:
        return False
    if delivered.code is None or is_owed(delivered):
        return True
    told = next((step.facts for step in reversed(steps) if NO_AUDIO in step.facts), {})
    return told.get("recordings") != digest_of(recordings)


def digest_of(recordings: Sequence[FileRow]) -> str:
    """Give a short digest of which files these are, in which versions."""
    told = sorted((one.path, one.size_bytes, one.modified_ns) for one in recordings)
    return hashlib.sha256(repr(told).encode(errors="replace")).hexdigest()[:12]


def best_transcript(work: Work) -> Transcript | SkipError | None:
    """Give the transcript to use: JSON replaces plain text, and the one with more to say wins."""
    readable = [found for found in work.transcripts if isinstance(found, Transcript)]
    if readable:
        return max(readable, key=lambda found: (found.form == "json", len(found.entries), found.file.path))
    return next((found for found in work.transcripts if isinstance(found, SkipError)), None)


def transcript_version(transcript: Transcript) -> str:
    """Give a digest of what a transcript says, for knowing later whether it has grown."""
    told = [(entry.position, entry.at.timestamp(), entry.role, entry.name, entry.text) for entry in transcript.entries]
    return hashlib.sha256(repr(told).encode(errors="replace")).hexdigest()[:16]
