"""Read a folder of this machine."""

import asyncio
import errno
import getpass
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from connector.errors import FileChangedError, FileMissingError, SkipError, StorageAwayError
from connector.storage import finishing, local_move, refusal, tree
from connector.storage.cached import Cached, NotCachedError
from connector.storage.model import PIECE_BYTES, FileInfo, ReadAt
from connector.storage.naming import real_name, reject_stray
from connector.storage.swift import NotQuickError, Swift
from connector.storage.together import Together

__all__ = ["LocalStorage"]

T = TypeVar("T")

_Read = Callable[[int, int, int], bytes]
"""Give so many bytes of an open file from that offset: (handle, offset, length) -> content."""

# O_NONBLOCK keeps a named pipe from blocking the thread; it means nothing for a regular file.
_OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EISDIR, errno.ENXIO})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})
_BROKEN_STORAGE = frozenset({errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ETIMEDOUT})


class LocalStorage:
    """A folder of this machine or of a share that is mounted on it; see Storage for the laws it keeps."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.normpath(root.absolute()))
        self._real_root = os.path.realpath(self._root).rstrip("/") + "/"
        self._inside: set[str] = set()
        self._threads = Together()
        self._cached = Cached(PIECE_BYTES)

    @property
    def address(self) -> str:
        """Give the folder's absolute path."""
        return str(self._root)

    async def __aenter__(self) -> Self:
        """Look whether the folder can be read."""
        await asyncio.to_thread(tree.reject_unreachable, self._root)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: no file stays open between two calls."""

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every file below the root in batches."""
        # One thread of its own takes every step of the walk, so that closing it comes after a step under way.
        loop, thread, walk = asyncio.get_running_loop(), ThreadPoolExecutor(1, "listing"), tree.walk(self._root)
        try:
            while batch := await loop.run_in_executor(thread, next, walk, ()):
                yield batch
        finally:
            thread.submit(walk.close)
            thread.shutdown(wait=False)

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version."""
        return await self._threads.do(lambda: self._stat(path))

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each file's content or the error in its place; the whole batch in one thread call."""
        return await asyncio.to_thread(self._read_many, files, limit_bytes)

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file; files that are asked for together share a thread call."""
        at_once = partial(self._examine, file, examiner.at_once) if isinstance(examiner, Swift) else None
        return await self._do(file, at_once, partial(self._examine, file, examiner))

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content in pieces; each piece is read and checked in one step."""
        position = offset
        while piece := await self._next_piece(file, position):
            position += len(piece)
            yield piece
            if position >= file.size_bytes:
                break

    async def _next_piece(self, file: FileInfo, position: int) -> bytes:
        read = partial(self._piece, file, position)
        return await self._do(file, read, read)

    def introduction(self) -> Sequence[tuple[str, str]]:
        """Give the user of this machine."""
        try:
            return [("read as", f"the user {getpass.getuser()} of this machine")]
        except (KeyError, OSError):
            return [("read as", f"the user {os.geteuid()} of this machine")]

    def intend(self, action: str) -> None:
        """Know `move:FOLDER` alone: files of a folder bear no tags."""
        finishing.require_known(action, {"move"}, "files of a folder have no tags")

    async def rehearse(self, action: str) -> None:
        """Try the move with an empty file of our own."""
        await asyncio.to_thread(local_move.rehearse, self._real_root, finishing.folder_of(action) or "")

    async def done(self, files: Sequence[FileInfo], action: str) -> Sequence[FileInfo | SkipError]:
        """Rename each file into the folder; all of them in one thread call."""
        return await asyncio.to_thread(self._done, files, finishing.folder_of(action) or "")

    async def _do(self, file: FileInfo, at_once: Callable[[_Read], T] | None, work: Callable[[_Read], T]) -> T:
        """Do it at once where that keeps nobody waiting: to take the work to a thread costs more. Else do it there."""
        if at_once is not None and self._cached.may_hold(file.size_bytes):
            with suppress(NotCachedError, NotQuickError):
                return at_once(self._cached.reader(file.size_bytes))
        return await self._threads.do(partial(work, _read_at))

    def _done(self, files: Sequence[FileInfo], folder: str) -> Sequence[FileInfo | SkipError]:
        results: list[FileInfo | SkipError] = []
        for file in files:
            try:
                reject_stray(file.path)
                self._require_inside(self._place(file.path).rpartition("/")[0], file.path)
                results.append(local_move.move(self._real_root, file, folder))
            except SkipError as error:
                results.append(error)
        return results

    def _stat(self, path: str) -> FileInfo:
        with self._opened(path) as handle:
            found = os.fstat(handle)
        return FileInfo(path, found.st_size, found.st_mtime_ns)

    def _read_many(self, files: Sequence[FileInfo], limit_bytes: int) -> Sequence[bytes | SkipError]:
        results: list[bytes | SkipError] = []
        for file in files:
            try:
                results.append(self._read(file, limit_bytes))
            except SkipError as error:
                results.append(error)
        return results

    def _read(self, file: FileInfo, limit_bytes: int) -> bytes:
        if file.size_bytes > limit_bytes:
            raise refusal.too_large(file, limit_bytes)
        with self._opened(file.path) as handle:
            content = _read_at(handle, 0, file.size_bytes)
            _reject_changed(handle, file)
        if len(content) != file.size_bytes:
            raise FileChangedError(file.path)
        return content

    def _examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T], read: _Read) -> T:
        with self._opened(file.path) as handle:
            _reject_changed(handle, file)
            try:
                return examiner(partial(read, handle), file.size_bytes)
            finally:
                # The path is looked at again, not the open file: another file may have taken its place.
                _reject_other(os.stat(self._place(file.path)), file)  # noqa: PTH116 - on the hot path

    def _piece(self, file: FileInfo, offset: int, read: _Read) -> bytes:
        with self._opened(file.path) as handle:
            piece = read(handle, offset, min(PIECE_BYTES, max(file.size_bytes - offset, 0)))
            _reject_changed(handle, file)
        if not piece and offset < file.size_bytes:
            raise FileChangedError(file.path)
        return piece

    @contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        try:
            handle = self._open(path)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise FileMissingError(path)
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            if error.errno in _MISSING:
                tree.reject_unreachable(self._root)
                raise FileMissingError(path) from error
            raise _translated(path, error) from error

    def _place(self, path: str) -> str:
        return self._real_root + real_name(path)

    def _open(self, path: str) -> int:
        """Open the file for reading; a folder that was once found inside the root is not looked up again."""
        reject_stray(path)
        place = self._place(path)
        folder = place.rpartition("/")[0]
        if folder not in self._inside:
            self._require_inside(folder, path)
            self._inside.add(folder)
        try:
            return os.open(place, _OPEN_FLAGS)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            target = os.path.realpath(place)
            self._require_inside(target, path)
            return os.open(target, _OPEN_FLAGS)

    def _require_inside(self, place: str, path: str) -> None:
        if not f"{os.path.realpath(place)}/".startswith(self._real_root):
            raise FileMissingError(path)


def _read_at(handle: int, offset: int, length: int) -> bytes:
    """Read so many bytes; some network file systems give fewer at once though there are more."""
    content = os.pread(handle, length, offset)
    while 0 < len(content) < length and (more := os.pread(handle, length - len(content), offset + len(content))):
        content += more
    return content


def _reject_changed(handle: int, file: FileInfo) -> None:
    _reject_other(os.fstat(handle), file)


def _reject_other(found: os.stat_result, file: FileInfo) -> None:
    if (found.st_size, found.st_mtime_ns) != (file.size_bytes, file.modified_ns):
        raise FileChangedError(file.path)


def _translated(path: str, error: OSError) -> SkipError | StorageAwayError:
    if error.errno in _BROKEN_STORAGE:
        hint = "look after the disk or the network share, then run again"
        return StorageAwayError(f"{path} cannot be read: {error.strerror}", hint=hint)
    hint = "let the user who runs the connector read it" if error.errno in _FORBIDDEN else ""
    return refusal.unreadable(path, error.strerror or "it cannot be opened", hint)
