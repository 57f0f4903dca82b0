"""Tell what a delivered entry still lacks of its session."""

import hashlib

from connector.errors import SkipError
from connector.job.gathering.gather import Work
from connector.ledger import EntryRow
from connector.session import Channel, Transcript

__all__ = ["best_transcript", "lacks", "transcript_version"]


def lacks(work: Work, delivered: EntryRow) -> bool:
    """Tell whether something came after the delivery: the recording of a call, or more of a chat's transcript."""
    if work.session.channel is Channel.CALL:
        return bool(work.recordings) and delivered.audio_state == "none"
    found = best_transcript(work)
    return isinstance(found, Transcript) and transcript_version(found) != delivered.transcript_version


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
