"""Hold one state of an archive open: its list of files and its bytes, also after another file took its place."""

import os
import threading
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from connector.errors import SkipError, StorageUnreachableError
from connector.storage import refusal
from connector.storage.archive import content, tar_members, zip_members
from connector.storage.archive.index import Index
from connector.storage.archive.member import Member, form_of
from connector.storage.model import FileInfo, ReadAt

__all__ = ["Stamp", "State", "stamp"]


class Stamp(NamedTuple):
    """By what a file that was replaced or written anew is told apart."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


def stamp(path: Path) -> Stamp:
    """Give the present stamp of the archive; raise StorageUnreachableError where there is none."""
    try:
        return _stamp(path.stat())
    except OSError as error:
        raise _unreachable(path, error) from error


class State:
    """An archive as it was when it was opened. Its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Read the list of files; raise StorageUnreachableError where there is no archive or it is damaged."""
        self._is_zip, self._is_packed = form_of(path.name) == "zip", form_of(path.name) == "tar.gz"
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise _unreachable(path, error) from error
        self.stamp = _stamp(os.fstat(self._file.fileno()))
        self._index = Index()
        self._lock = threading.Lock()
        self._unpacked: IO[bytes] | None = None
        try:
            self._index.add(self._members())
        except (OSError, StorageUnreachableError) as error:
            self.close()
            if isinstance(error, StorageUnreachableError):
                raise StorageUnreachableError(f"{path}: {error.message}", hint=error.hint) from error
            raise _unreachable(path, error) from error

    def find(self, path: str) -> Member | None:
        """Give the file of that path."""
        return self._index.find(path)

    def page(self, after: str, most: int) -> list[FileInfo]:
        """Give the next files by path, at most so many; "" begins."""
        return self._index.page(after, most)

    def pieces(self, member: Member, offset: int) -> Generator[bytes, None, None]:
        """Give the file's content from the offset on; raise SkipError where it is damaged or locked."""
        handle, start = self._place(member)
        return content.pieces(member, handle, start, offset)

    def random_access(self, member: Member) -> AbstractContextManager[ReadAt]:
        """Give the function that reads any range of the file; raise SkipError where it is damaged or locked."""
        handle, start = self._place(member)
        return content.random_access(member, handle, start)

    def close(self) -> None:
        """Let go of the archive and of what was unpacked."""
        self._index.close()
        self._file.close()
        if self._unpacked is not None:
            self._unpacked.close()

    def _members(self) -> Iterator[Member]:
        if self._is_zip:
            return zip_members.read_members(self._file)
        return tar_members.read_members(self._file, is_packed=self._is_packed, find=self._index.find)

    def _place(self, member: Member) -> tuple[int, int]:
        """Give the open file that holds the member's packed bytes, and where in it they begin."""
        with self._lock:
            if self._is_packed and self._unpacked is None:
                self._unpacked = tar_members.unpack(self._file)
            start = zip_members.data_start(self._file, member) if self._is_zip else member.start
        if start is None:
            raise _no_entry(member)
        return (self._unpacked or self._file).fileno(), start


def _no_entry(member: Member) -> SkipError:
    hint = "fetch the archive again, and see with `unzip -t` whether it is whole"
    return refusal.unreadable(member.file.path, "its entry is damaged in the archive", hint)


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _unreachable(path: Path, error: OSError) -> StorageUnreachableError:
    if isinstance(error, FileNotFoundError):
        return StorageUnreachableError(f"there is no archive {path}", hint="bring it there, or correct the address")
    if isinstance(error, PermissionError):
        return StorageUnreachableError(f"{path} may not be read", hint="let the user who runs the connector read it")
    return StorageUnreachableError(
        f"{path} cannot be read: {error.strerror}", hint="look after the disk, then run again"
    )
