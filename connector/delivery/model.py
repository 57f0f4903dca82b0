"""Say what is handed to the target, what came of it, and what delivery asks of whoever keeps the record."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

__all__ = ["Answer", "Api", "Created", "Delivered", "Journal", "Parcel", "Recording", "Step", "Uploaded"]

Api = Literal["v3", "v2", "v1"]


class Step(StrEnum):
    """The steps of a delivery as the journal names them."""

    CREATE = "create"
    AUDIO = "audio"
    CASE = "case"
    MESSAGE = "message"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target answered: status, headers by lower-case name, and of the body at most 64 KiB (GET: 8 MiB)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """The audio of one conversation; `open` begins a new reading from the first byte each time it is called."""

    file_name: str
    size_bytes: int
    content_type: str
    open: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One conversation to deliver; a known uid or `created` says that the target has it already and lacks the audio."""

    external_id: str
    body: Mapping[str, Any]
    api: Api = "v3"
    recording: Recording | None = None
    audio_fields: Mapping[str, str] = field(default_factory=dict)
    known_uid: str | None = None
    created: bool = False
    doubtful: bool = False
    """Whether the audio may be there already: an earlier upload ended without an answer."""
    look_up: Callable[[str], Awaitable[bool | None]] | None = None
    """Tells whether the conversation of this external id has audio, None where that cannot be told; may raise."""


@dataclass(frozen=True, slots=True)
class Created:
    """What a create came to: the uid where the target named one, and whether the conversation was there before."""

    uid: str | None
    existed: bool


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload came to; `already` means the target said that it has the audio, and nothing is known of it."""

    bytes_uploaded: int
    sha256: str | None
    already: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a parcel; `sha256` is that of the audio as it was sent, in hexadecimal."""

    uid: str | None
    existed: bool
    audio_uploaded: bool
    bytes_uploaded: int
    sha256: str | None
    audio_existed: bool = False


class Journal(Protocol):
    """Who keeps the record of one entry; the ledger stands behind it."""

    async def intend(self, step: str, *, then: str | None = None) -> None:
        """Write down that this step begins; durable before it returns, since the request follows.

        `then` names the step that follows at once where this one succeeds: it counts as begun from now on, so that
        one wait for the disk is enough for both.
        """
        ...

    async def note(self, step: str, **facts: Any) -> None:
        """Write down what came of the step, without secrets or personal data.

        `outcome` is `done`; `existed` (the target had it); `failed` (one try, another follows or the end is told
        next); `unknown` (it may have been carried out); `looked_up` (and what was found); `not_done`; or the held or
        refused of a SkipError's code.
        """
        ...
