"""State what the inbox keeps of a request that was let in, and what may become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

__all__ = ["DONE", "REFUSED", "WAITING", "Handled", "InboxRow", "InboxState", "Received", "hash_body"]

InboxState = Literal["waiting", "done", "refused"]
WAITING: Final[InboxState] = "waiting"
DONE: Final[InboxState] = "done"
"""Everything that the request told has its entries; what became of each stands there."""
REFUSED: Final[InboxState] = "refused"
"""Nobody could tell what it says; kept for a better reader."""


def hash_body(body: bytes) -> str:
    """Give the digest that tells one body from another, 64 hexadecimal digits."""
    return sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """A request that was let in, to be stored before it is answered."""

    intake: str
    kind: str
    received_at: datetime
    headers: Mapping[str, str]
    """Names in lower case; never a key, a signature or a cookie."""
    body: bytes
    """As it came, whatever it is."""
    body_hash: str
    """What hash_body gives."""
    repeats: str
    """What its sender calls the event; empty where he has no name for it."""
    window: timedelta
    """The same body under the same name is stored once within so much time."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored request; ids ascend in the order of acceptance."""

    id: int
    intake: str
    kind: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
    body_hash: str
    repeats: str
    state: str
    """One of InboxState."""
    code: str | None
    """Why it was refused."""
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a stored request."""

    id: int
    at: datetime
    state: InboxState = DONE
    code: str | None = None
