"""State what a sender of messages hands over, and what the intake and the forwarding ask of every kind of sender."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from connector.errors import SkipError
from connector.reason import Code, Verdict
from connector.session.field import LONGEST_ID

__all__ = ["Accepted", "Act", "Event", "Request", "Source", "Ticket"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in, before anybody looked at what it says."""

    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    """What let a request in, and what tells a repetition of it from a new one."""

    repeats: str
    """The same for every delivery of one event, as far as the sender lets us know: stored once within the tolerance."""
    headers: Mapping[str, str]
    """What is kept of the headers: never a key, a signature or a cookie."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that was let in and is safely stored; `id` is the order of acceptance."""

    id: int
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes


class Act(StrEnum):
    """What an event asks for."""

    MESSAGE = "message"
    """One message of a case, new or updated."""
    CASE = "case"
    """New fields of a case without a message."""
    CLOSE = "close"
    """The text conversation ended; what is collected may go."""
    RECORD = "record"
    """Nothing to send: written down only (a deletion, a fact about a call, a question of the sender)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a request told; a request tells none, one or several."""

    act: Act
    case: str
    """The id of the text conversation at its sender; what belongs to one case goes in the order of acceptance."""
    message: str | None
    """The id of the message at its sender, unique within its case; the same for an update of it."""
    record: dict[str, Any]
    """What the mapping reads: the sender's own words, repaired where he spoils them."""
    at: datetime | None = None
    """When it was written or happened, UTC."""
    case_updated_at: datetime | None = None
    """How new the case fields in the record are, UTC; older ones never overwrite newer ones."""
    notes: tuple[str, ...] = ()
    """Which repairs were made and why; without personal data."""
    verdict: Verdict | None = None
    """Why it is not to go, where that is known already: an internal note, a bot that is not listed."""
    doubt: Verdict | None = None
    """Why it is not to go where it was left out before: it does not say itself whether it is internal."""
    is_first: bool = False
    """Whether it tells how the message was first written: what is known of the message is that, or newer."""

    def __post_init__(self) -> None:
        """Raise SkipError(UNREADABLE) where an id is too long to be one."""
        if len(self.case) > LONGEST_ID or len(self.message or "") > LONGEST_ID:
            hint = "see which field of the request is read as the id of its conversation or message"
            raise SkipError(Code.UNREADABLE, f"an id has more than {LONGEST_ID} characters", hint=hint)


class Source(Protocol):
    """One configured sender of messages; made from its file in jobs/ by a function of message/kinds.py."""

    kind: str
    reads: str
    """What its mapping says under `reads`, for example `zendesk.comment`."""
    methods: frozenset[str]
    trouble_status: int
    """What makes this sender try again when we are in trouble: 409, 429 or 503, with Retry-After."""

    def admit(self, request: Request, now: datetime) -> Ticket:
        """Give the ticket of a request whose signature, key and time hold; raise NotAdmittedError with its status.

        Looks at raw bytes only and compares in constant time; parses nothing that is not signed.
        """
        ...

    def read(self, accepted: Accepted) -> tuple[Event, ...]:
        """Give what the request tells; raise SkipError(UNREADABLE) where nobody can tell, and nothing else ever."""
        ...

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Give the status and the body that a stored request is answered with."""
        ...
