"""State what a session, a leg and a transcript are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from connector.storage.model import FileInfo

__all__ = ["Channel", "FileName", "FileRole", "Leg", "Session", "Transcript", "TranscriptEntry"]


class Channel(StrEnum):
    """How people spoke; ids are unique per channel only."""

    CALL = "call"
    CHAT = "chat"


class FileRole(StrEnum):
    """What a file is for, by its name: a first guess, the content decides."""

    METADATA = "metadata"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    VOICEMAIL = "voicemail"
    MEDIA = "media"
    OTHER = "other"


class FileName(NamedTuple):
    """What a file's name says about it; a tuple, since a listing makes a million of them."""

    role: FileRole
    channel: Channel | None = None
    session_id: str | None = None
    part: int | None = None
    """The number of this part where a recording came in several files."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a session in which one human agent had it."""

    agent_id: str | None
    agent_number: str | None
    agent_name: str | None
    agent_email: str | None
    team: str | None
    started_at: datetime | None
    ended_at: datetime | None
    talk_seconds: float | None
    """Seconds of conversation; 0 where the agent only wrapped up, None where the source does not say."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call or chat exactly as its source told it; all times are aware, in UTC."""

    source_kind: str
    channel: Channel
    id: str
    uuid: str | None
    record: dict[str, Any]
    """The source's own object, without a wrapper around it."""
    status: str
    """The source's word in lower case; "" where there is none."""
    created_at: datetime | None
    started_at: datetime | None
    """When an agent, human or virtual, took the session."""
    ends_at: datetime | None
    updated_at: datetime | None
    legs: tuple[Leg, ...]
    """The human agents' stretches in the order of their start."""
    file: FileInfo
    notes: tuple[str, ...] = ()
    """What had to be mended or left out to read the file; no personal data."""
    digest: str | None = None
    """The hash of the record where it is one row of a file: it tells an unchanged row from a changed one."""


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One text message of a transcript."""

    position: int
    """Counts from 1 among all entries of the transcript, those without text included."""
    at: datetime
    role: str
    """The source's word (end_user, agent, virtual_agent …); "" where the form tells only names."""
    name: str | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was written in a session, in the order of its file."""

    channel: Channel
    session_id: str | None
    form: Literal["json", "txt"]
    timezone: str | None
    """IANA name of the zone that the source shows times in; the entries' times are UTC all the same."""
    entries: tuple[TranscriptEntry, ...]
    file: FileInfo
    notes: tuple[str, ...] = ()
