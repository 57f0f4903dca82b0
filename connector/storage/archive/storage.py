"""Keep the laws of a storage with an archive of this machine."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.storage import refusal
from connector.storage.archive.member import Member
from connector.storage.archive.state import State, stamp
from connector.storage.model import BATCH_FILES, FileInfo, ReadAt
from connector.storage.naming import reject_stray

__all__ = ["ArchiveStorage"]

T = TypeVar("T")


class ArchiveStorage:
    """A .zip, .tar or .tar.gz that reads as a folder; see Storage for the laws it keeps.

    A .tar.gz is unpacked into the folder for temporary files as soon as one of its files is read.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.normpath(path.absolute()))
        self._lock = threading.Lock()
        self._states: list[State] = []

    @property
    def address(self) -> str:
        """Give the archive's absolute path."""
        return str(self._path)

    async def __aenter__(self) -> Self:
        """Read the list of files."""
        await asyncio.to_thread(self._present)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the archive."""
        states, self._states = self._states, []
        for state in states:
            state.close()

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every file in batches, in the order of their paths."""
        state, after = await asyncio.to_thread(self._present), ""
        while batch := await asyncio.to_thread(state.page, after, BATCH_FILES):
            after = batch[-1].path
            yield batch

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version."""
        return (await asyncio.to_thread(self._find, path)).file

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each file's content or the error in its place; the whole batch in one thread call."""
        return await asyncio.to_thread(lambda: [self._read(file, limit_bytes) for file in files])

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file, in one thread call."""
        return await asyncio.to_thread(self._examine, file, examiner)

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content in pieces, each in one thread call."""
        pieces = self._pieces(file, offset)
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece

    def _present(self) -> State:
        """Give the archive as it is now: opened anew where it was replaced or written anew."""
        with self._lock:
            if not self._states or self._states[-1].stamp != stamp(self._path):
                self._states.append(State(self._path))
            return self._states[-1]

    def _find(self, path: str, state: State | None = None) -> Member:
        reject_stray(path)
        member = (state or self._present()).find(path)
        if member is None:
            raise FileMissingError(path)
        return member

    def _listed(self, file: FileInfo, state: State) -> Member:
        member = self._find(file.path, state)
        if member.file != file:
            raise FileChangedError(file.path)
        return member

    def _require_listed(self, file: FileInfo, state: State) -> None:
        """See after reading that an archive which took the place of the one that was read has the same file."""
        if (present := self._present()) is not state:
            self._listed(file, present)

    def _read(self, file: FileInfo, limit_bytes: int) -> bytes | SkipError:
        if file.size_bytes > limit_bytes:
            return refusal.too_large(file, limit_bytes)
        try:
            return b"".join(self._pieces(file, 0))
        except SkipError as error:
            return error

    def _examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        state = self._present()
        with state.random_access(self._listed(file, state)) as read_at:
            try:
                return examiner(read_at, file.size_bytes)
            finally:
                self._require_listed(file, state)

    def _pieces(self, file: FileInfo, offset: int) -> Iterator[bytes]:
        state = self._present()
        yield from state.pieces(self._listed(file, state), offset)
        self._require_listed(file, state)
