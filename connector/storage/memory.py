"""Keep files in memory: a whole storage for tests, which can change what lies in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

from connector.clock import Clock, SystemClock
from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.storage import refusal
from connector.storage.model import BATCH_FILES, PIECE_BYTES, FileInfo, ReadAt

__all__ = ["MemoryStorage"]

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class MemoryStorage:
    """A storage without a disk or a network; see Storage for the laws it keeps."""

    def __init__(self, files: Mapping[str, bytes] | None = None, *, name: str = "", clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or SystemClock()
        self._files: dict[str, tuple[FileInfo, bytes]] = {}
        self._latest_ns = 0
        for path, content in (files or {}).items():
            self.write(path, content)

    @property
    def address(self) -> str:
        """Give `memory:` and the name."""
        return f"memory:{self._name}"

    def write(self, path: str, content: bytes, *, modified_ns: int | None = None) -> FileInfo:
        """Add a file or change it, at the clock's time unless another is given; give its new version.

        Without a given time each version is later than the one before, also where the clock stands still.
        """
        if modified_ns is None:
            modified_ns = max((self._clock.now() - _EPOCH) // _MICROSECOND * 1000, self._latest_ns + 1000)
            self._latest_ns = modified_ns
        info = FileInfo(path, len(content), modified_ns)
        self._files[path] = (info, content)
        return info

    def remove(self, path: str) -> None:
        """Take a file away."""
        del self._files[path]

    async def __aenter__(self) -> Self:
        """Do nothing: memory is always reached."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: there is no connection."""

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every file in batches."""
        infos = [info for info, _ in self._files.values()]
        for start in range(0, len(infos), BATCH_FILES):
            yield infos[start : start + BATCH_FILES]

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version."""
        return self._present(path)[0]

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each file's content or the error in its place."""
        return [self._read(file, limit_bytes) for file in files]

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file."""
        content = self._listed(file)

        def read_at(offset: int, length: int) -> bytes:
            return content[offset : offset + length]

        try:
            return await asyncio.to_thread(examiner, read_at, file.size_bytes)
        finally:
            self._listed(file)

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content in pieces."""
        self._listed(file)
        for start in range(offset, file.size_bytes, PIECE_BYTES):
            yield self._listed(file)[start : start + PIECE_BYTES]

    def _present(self, path: str) -> tuple[FileInfo, bytes]:
        try:
            return self._files[path]
        except KeyError as error:
            raise FileMissingError(path) from error

    def _listed(self, file: FileInfo) -> bytes:
        """Give the content of exactly this version."""
        present, content = self._present(file.path)
        if present != file:
            raise FileChangedError(file.path)
        return content

    def _read(self, file: FileInfo, limit_bytes: int) -> bytes | SkipError:
        if file.size_bytes > limit_bytes:
            return refusal.too_large(file, limit_bytes)
        try:
            return self._listed(file)
        except SkipError as error:
            return error
