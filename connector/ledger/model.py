"""State the values that go into the ledger and come out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple

from connector.ledger.case_model import Turn
from connector.ledger.received import Handled, Received

__all__ = [
    "COMPANIONS",
    "EVER",
    "METADATA_FILE",
    "OTHER_FILE",
    "START",
    "TRANSCRIPT_FILE",
    "UNREADABLE_CHANNEL",
    "UNREADABLE_ROW_CHANNEL",
    "Change",
    "Cursor",
    "EntryRow",
    "FileRow",
    "Group",
    "Progress",
    "RunRow",
    "Spent",
    "StepRow",
    "Window",
    "entry_id",
]

METADATA_FILE: Final = "metadata"
OTHER_FILE: Final = "other"
TRANSCRIPT_FILE: Final = "transcript"
UNREADABLE_CHANNEL: Final = "file"
"""The channel of an entry that stands for a file which nobody could read: whose session it is, is not known."""
UNREADABLE_ROW_CHANNEL: Final = "row"
"""The channel of an entry that stands for one row of a file which could be read but for that row."""
COMPANIONS: Final = ("recording", TRANSCRIPT_FILE, "voicemail")
"""The roles of files that belong to a session; the words are those of session.model.FileRole."""

AudioState = Literal["none", "sending", "sent", "unknown"]
EntryState = Literal["sending", "delivered", "held", "skipped", "refused"]


def entry_id(  # noqa: PLR0913 - the key has six parts
    tenant: str, source_kind: str, channel: str, session_id: str, *, leg: str, target: str
) -> str:
    """Give the key of an entry, 32 hexadecimal digits; whoever knows the six parts need not ask the ledger for it."""
    parts = (tenant, source_kind, channel, session_id, leg, target)
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; `since` belongs to it, `until` does not; None is unbounded."""

    since: datetime | None = None
    until: datetime | None = None


EVER = Window()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as the ledger knows it; role, channel and session_id are the body's where that was read."""

    id: int
    place_id: int
    path: str
    size_bytes: int
    modified_ns: int
    etag: str | None
    role: str
    channel: str | None
    session_id: str | None
    part: int | None
    pending: bool
    first_seen_at: datetime


class Cursor(NamedTuple):
    """A place in the order in which pending_groups hands out files."""

    phase: int = 0
    session_id: str = ""
    file_id: int = 0


START: Final = Cursor()


@dataclass(frozen=True, slots=True)
class Group:
    """Files to be judged together: they name one session, or the one file names none."""

    role: str
    """`metadata`, or `transcript` for a transcript whose name does not say which session it is of."""
    session_id: str | None
    files: tuple[FileRow, ...]
    """Every known file of that session, pending or not, whatever its role; ordered by id."""


class EntryRow(NamedTuple):
    """One conversation or message for one target; a tuple, since each one is made anew for everything that happens."""

    id: str
    tenant: str
    source_kind: str
    channel: str
    session_id: str
    target: str
    job: str
    state: str
    """One of EntryState."""
    first_seen_at: datetime
    """Kept from the first time the entry was written."""
    changed_at: datetime
    leg: str = ""
    """Empty where a session is not split."""
    external_id: str | None = None
    code: str | None = None
    detail: str | None = None
    uuid: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    """The end, or where the source tells none the creation: what `since` and `until` are compared with."""
    version: str | None = None
    """The session's updated_at as the source told it, or the hash of its row."""
    file_id: int | None = None
    mapping: str | None = None
    mapping_hash: str | None = None
    policy_hash: str | None = None
    uid: str | None = None
    created: bool = False
    created_at: datetime | None = None
    audio_state: str = "none"
    """One of AudioState."""
    audio_sha256: str | None = None
    audio_bytes: int | None = None
    audio_tries: int = 0
    transcript_version: str | None = None
    customer_hash: str | None = None
    run_id: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One thing that happened to an entry; the facts are JSON values without personal data."""

    entry_id: str
    run_id: str | None
    at: datetime
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spent:
    """So many more were created at that moment under the target's token; negative gives back what was not used."""

    target_key: str
    at: datetime
    count: int = 1


class Progress(NamedTuple):
    """How far an entry came that was written whole before; what identifies it stays as it is."""

    id: str
    state: str
    code: str | None
    detail: str | None
    uid: str | None
    created: bool
    created_at: datetime | None
    audio_state: str
    audio_sha256: str | None
    audio_bytes: int | None
    audio_tries: int
    transcript_version: str | None
    changed_at: datetime
    retry_at: datetime | None


class Change(NamedTuple):
    """What one thing that happened changes: written whole, or not at all."""

    entry: EntryRow | None = None
    steps: tuple[StepRow, ...] = ()
    files_done: tuple[int, ...] = ()
    """Ids of files that no longer wait to be judged."""
    budget: Spent | None = None
    received: Received | None = None
    """A request for the inbox; one that is stored there already changes nothing."""
    handled: tuple[Handled, ...] = ()
    """Requests of the inbox that no longer wait."""
    turn: Turn | None = None
    """How far a text conversation is since."""
    progress: Progress | None = None
    """Instead of the entry where that was written before by the same hand: half the work for the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One execution of a job."""

    id: str
    job: str
    tenant: str
    started_at: datetime
    finished_at: datetime | None = None
    dry_run: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    exit_code: int | None = None
    error: str | None = None
    report: str | None = None
    mapping_hash: str | None = None
