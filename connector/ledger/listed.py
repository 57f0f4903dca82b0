"""Hold what a storage lists, as the ledger compares it with what it knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

__all__ = ["ListedBatch", "ListedFile", "Listing", "Versioned"]


class Versioned(Protocol):
    """A file as a storage lists it: where it lies, and what tells its versions apart."""

    @property
    def path(self) -> str:
        """Give where the file lies in its storage."""
        ...

    @property
    def size_bytes(self) -> int:
        """Give its size."""
        ...

    @property
    def modified_ns(self) -> int:
        """Give when it was last changed, in nanoseconds since 1970."""
        ...

    @property
    def etag(self) -> str | None:
        """Give what the storage calls this version."""
        ...


class ListedFile(NamedTuple):
    """A file as a storage lists it now, with what its name says; a tuple, since a listing makes a million of them."""

    path: str
    size_bytes: int
    modified_ns: int
    etag: str | None
    role: str
    channel: str | None
    session_id: str | None
    part: int | None


def _as_listed(file: ListedFile) -> ListedFile:
    return file


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """Files that a storage lists at once, and what tells of each what its name says, where they do not themselves."""

    files: Sequence[Versioned]
    label: Callable[[Any], ListedFile] = _as_listed


class Listing(NamedTuple):
    """What comparing a batch of listed files with the ledger told."""

    new: int
    changed: int
    unchanged: int
    unchanged_entries: int
    """Entries in a final state whose file is an unchanged one that nothing makes us judge again."""
