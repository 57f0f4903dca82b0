"""Hold what a file of an intake says about its sender, in the values the parsers work with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

__all__ = ["Mailbox", "Options", "Secret"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared secret that a sender puts into a header, as it is or as the key of a signature over the raw body."""

    header: str
    mode: Literal["plain", "hmac-sha256-hex", "hmac-sha256-base64"]
    value: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Who gets or writes a message where the sender names nobody."""

    name: str
    email: str
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the `source` of an intake file says; what a kind does not know is refused when the file is read."""

    name: str
    """The intake's name."""
    tenant: str
    signing_secret: str | None = None
    api_key: str | None = None
    tolerance: timedelta = timedelta(minutes=5)
    secret: Secret | None = None
    unsigned: bool = False
    bots: tuple[str, ...] = ()
    stand_in: Mailbox = Mailbox("Unknown", "unknown@example.invalid")
    mailbox: Mailbox | None = None
    notes: Literal["drop", "send"] = "drop"
    entities: Literal["auto", "decode", "keep"] = "auto"
    """Whether HTML entities in what people wrote are read; auto: where the sender seems to write them."""
    relays: bool = False
    """Whether the real answerer is asked and its answer given."""
