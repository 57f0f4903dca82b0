"""State what a vendor's object store must tell, so that one storage can be built on any of them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Protocol

from connector.errors import StorageUnreachableError
from connector.line import PASSING, Answer, Request
from connector.storage.bucket.checksum import Checksum
from connector.storage.bucket.writing import Writing
from connector.storage.model import FileInfo

__all__ = ["Page", "Remedy", "Send", "Service", "Standing", "refusal_of", "standing_of"]


class Standing(Enum):
    """What an answer means for what was asked."""

    GOOD = auto()
    PASSING = auto()
    """May heal by itself."""
    STALE = auto()
    """Other credentials, or the same ones renewed, may do."""
    MISSING = auto()
    CHANGED = auto()
    FORBIDDEN = auto()
    ARCHIVED = auto()
    """It lies where it cannot be read at once."""
    REFUSED = auto()


_BY_STATUS: Mapping[int, Standing] = {
    HTTPStatus.UNAUTHORIZED: Standing.STALE,
    HTTPStatus.FORBIDDEN: Standing.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Standing.MISSING,
    HTTPStatus.PRECONDITION_FAILED: Standing.CHANGED,
    # An object that is shorter than it was listed has no such bytes.
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Standing.CHANGED,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the listing, and where the next one begins."""

    files: Sequence[FileInfo]
    """Their paths are whole object names."""
    marker: str | None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a refusal means, in a sentence without names and secrets, and what to do about it."""

    message: str
    hint: str


Send = Callable[[Request], Coroutine[Any, Any, Answer]]


class Service(Protocol):
    """How to ask one vendor's store for things, and how to read its answers."""

    name: str
    """What people call it."""
    address: str
    """Names bucket and folder, without secrets, always the same way."""
    folder: str
    """What every object's name begins with: empty, or with "/" at its end."""

    @property
    def identity(self) -> str:
        """Say who asks, without any secret; complete once something was asked."""
        ...

    @property
    def writing(self) -> Writing:
        """Give how this store is asked for the few changes that a job may want."""
        ...

    async def authorise(self, request: Request, send: Send) -> Request:
        """Give the request as it may go out; raise StorageUnreachableError where no credentials can be had.

        Whoever hands out credentials is asked with `send`, which adds none.
        """
        ...

    async def renew(self, request: Request, answer: Answer) -> bool:
        """Change what this answer to the request says is stale; give whether there is any point in asking again."""
        ...

    def code_of(self, answer: Answer) -> str:
        """Give the vendor's own word for what went wrong; empty where it gave none."""
        ...

    def judge(self, answer: Answer) -> Standing:
        """Tell what the answer means."""
        ...

    def remedy(self, answer: Answer) -> Remedy | None:
        """Say what this refusal means and what to do; None where nothing special is known about it."""
        ...

    def listing(self, marker: str | None, most: int) -> Request:
        """Ask for at most so many objects below the folder, from the marker of the former page on."""
        ...

    def page(self, body: bytes) -> Page:
        """Read a page of the listing; raise ValueError where it is none."""
        ...

    def lookup(self, name: str) -> Request:
        """Ask for the facts of one object."""
        ...

    def facts(self, path: str, answer: Answer) -> FileInfo:
        """Read the facts of the object that lies at this path; raise ValueError where the answer has none."""
        ...

    def content(self, name: str, etag: str | None, span: tuple[int, int] | None) -> Request:
        """Ask for an object's bytes if it still is the version of this etag: all, or from offset to end (exclusive)."""
        ...

    def etag(self, found: Mapping[str, str]) -> str | None:
        """Give the version whose bytes an answer with these headers brings, where they say so."""
        ...

    def checksum(self, found: Mapping[str, str]) -> Checksum:
        """Give the check of the object of which an answer with these headers brings bytes, where they state one."""
        ...


def standing_of(status: int) -> Standing:
    """Tell what a status means everywhere."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Standing.GOOD
    if status in PASSING:
        return Standing.PASSING
    return _BY_STATUS.get(status, Standing.REFUSED)


def refusal_of(service: Service, answer: Answer) -> StorageUnreachableError:
    """Put a refusal that concerns the whole storage into words."""
    remedy = service.remedy(answer)
    if remedy is not None:
        return StorageUnreachableError(f"{service.address}: {remedy.message}", hint=remedy.hint)
    code = service.code_of(answer)
    told = f"status {answer.status} {code}".rstrip()
    message = f"{service.address}: {service.name} refuses the request with {told}"
    return StorageUnreachableError(message, hint="see the address, the credentials and what they are allowed to do")
