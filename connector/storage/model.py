"""State what a storage is: the laws that every kind of it keeps."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Protocol, Self, TypeVar, runtime_checkable

from connector.errors import SkipError

__all__ = ["BATCH_FILES", "PIECE_BYTES", "FileInfo", "Finisher", "Introduced", "ReadAt", "Storage"]

T = TypeVar("T")

BATCH_FILES = 10_000
PIECE_BYTES = 256 * 1024

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ReadAt = Callable[[int, int], bytes]
"""Give so many bytes from that offset: (offset, length) -> content, shorter only at the end of the file."""


class FileInfo(NamedTuple):
    """One version of one file, as the storage listed it; a tuple, since a listing makes a million of them."""

    path: str
    """Where the file lies below the storage's root, "/" between folders."""
    size_bytes: int
    modified_ns: int
    """Nanoseconds since 1970 in UTC."""
    etag: str | None = None
    """What the storage calls this version, where it has a word for it."""

    @property
    def modified_at(self) -> datetime:
        """Give the moment of the last change, aware, in UTC."""
        return _EPOCH + timedelta(microseconds=self.modified_ns // 1000)


class Storage(Protocol):
    """A tree of files that can be listed and read.

    A path is relative to the root and never leads out of it: what points elsewhere is missing (FileMissingError).
    """

    @property
    def address(self) -> str:
        """Name the root, always the same way and without secrets."""
        ...

    async def __aenter__(self) -> Self:
        """Connect; raise StorageUnreachableError with the remedy where the root cannot be reached."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of every connection."""
        ...

    def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every file below the root once, in batches of at most BATCH_FILES, in any order.

        Memory stays constant however many files there are, and the event loop stays free. What comes or goes
        meanwhile is listed or not; a part that may not be listed raises StorageUnreachableError, so that an
        incomplete listing is never taken for a complete one.
        """
        ...

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version; raise FileMissingError where there is none."""
        ...

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give the content of each file in its place, or the error that kept it from being read.

        A file that is gone (FileMissingError), is no longer the listed version (FileChangedError), is larger than
        the limit or may not be read (SkipError) does not disturb the others.
        """
        ...

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file's bytes and size.

        It runs in a worker thread, or at once where it is Swift and a small file's bytes are at hand; where some of
        those turn out not to be, it begins again.

        Raises what the examiner raises, FileMissingError, and FileChangedError where the file is not, or no longer,
        the listed version.
        """
        ...

    def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content from the offset on, in pieces of about PIECE_BYTES, in constant memory.

        Raises FileMissingError, and FileChangedError where size or time of change is not the listed one at the
        beginning or no longer at the end; all pieces together are then exactly the listed version.
        """
        ...


@runtime_checkable
class Finisher(Protocol):
    """What a storage offers beside the laws of Storage where it can put files away that are done with."""

    def intend(self, action: str) -> None:
        """Prepare for this action before the storage is entered; raise ConfigurationError where it is unknown here."""
        ...

    async def rehearse(self, action: str) -> None:
        """See whether the action is allowed, and leave everything as it is.

        Raises StorageUnreachableError with the remedy where it is not.
        """
        ...

    async def done(self, files: Sequence[FileInfo], action: str) -> Sequence[FileInfo | SkipError]:
        """Do with each file what the action says: `mark`, `tag` or `move:FOLDER`, with a folder of this storage.

        Gives, in each one's place, the file as it lies here now, or the error that kept it where it is:
        FileMissingError where it is in this storage no more, FileChangedError where it is not the listed version. None
        is ever lost or there twice in the end: a move that was cut short is completed, one that was done is found, and
        a file that lies where another one must go keeps its place. Raises StorageUnreachableError where nothing goes.
        """
        ...


@runtime_checkable
class Introduced(Protocol):
    """What a storage offers beside the laws of Storage where it can tell who we are there."""

    def introduction(self) -> Sequence[tuple[str, str]]:
        """Give names and values for a person, once the storage is entered: the account, the server's key; no secret."""
        ...
