"""State what the ledger keeps of text conversations and of what their senders told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

__all__ = ["CallFact", "CaseEventRow", "CaseRow", "Desk", "NewEvent", "Place", "Turn", "case_key", "session_of"]


class Place(NamedTuple):
    """Whose conversations an intake takes, and where they go."""

    tenant: str
    source_kind: str
    target: str


def case_key(place: Place, case: str) -> str:
    """Give the key of a text conversation by its sender's id for it, 32 hexadecimal digits."""
    told = "".join(f"{len(part)}:{part}" for part in (*place, case))
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def session_of(case: str, message: str | None, inbox_id: int | None) -> str:
    """Give the session id of a message's entry; one without an id is known by the request that told it."""
    return f"{case}/{message or f'inbox {inbox_id}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A text conversation for one target, and what the target knows of it."""

    id: str
    intake: str
    name: str
    session: int = 1
    case_uid: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    fields_at: datetime | None = None
    whole: bool = False
    sent: bool = False
    closed: bool = False
    due_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One thing that a request told, before it has its place among the others of its conversation."""

    case: str
    """The id of the conversation at its sender."""
    inbox_id: int | None
    position: int
    act: str
    message: str | None
    accepted_at: datetime
    teller: str = ""


@dataclass(frozen=True, slots=True)
class CaseEventRow:
    """One thing that was told of a conversation; ids ascend in the order of acceptance."""

    id: int
    intake: str
    case_key: str
    inbox_id: int | None
    position: int
    act: str
    message: str | None
    teller: str
    number: int
    entry_id: str | None
    accepted_at: datetime
    open: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a conversation is after one of its events: the event is done, or to be tried again at a time."""

    event_id: int
    case: CaseRow | None = None
    """None leaves the conversation as it is."""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """An intake as the ledger knows it: whose conversations it takes, and how long silences and echoes are."""

    intake: str
    place: Place
    idle: timedelta | None = None
    """A conversation without an end is closed after so much silence; None: never."""
    echo: timedelta | None = None
    """Equal messages from different browsers within so much time are one; None: every message has an id."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """A fact about a call, without personal data; `digest` is the same for one fact that several browsers tell."""

    tenant: str
    session_id: str
    digest: str
    at: datetime
    type: str
    facts: Mapping[str, Any]
