"""Tell where looking through a file is done in no time, so that it needs no thread."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from connector.storage.model import PIECE_BYTES, FileInfo, ReadAt

__all__ = ["NotQuickError", "Swift", "needs_no_thread"]

T = TypeVar("T")

HEAD_BYTES: Final = 4096


class NotQuickError(Exception):
    """To look through this file takes its time."""


@dataclass(frozen=True, slots=True)
class Swift(Generic[T]):
    """An examiner that is done in no time where a file begins as `is_quick` knows from its first 4 KiB."""

    examiner: Callable[[ReadAt, int], T]
    is_quick: Callable[[bytes], bool]

    def __call__(self, read_at: ReadAt, size_bytes: int) -> T:
        """Examine the file, as the examiner does by itself."""
        return self.examiner(read_at, size_bytes)

    def at_once(self, read_at: ReadAt, size_bytes: int) -> T:
        """Examine the file; raise NotQuickError where that takes its time."""
        if not self.is_quick(read_at(0, HEAD_BYTES)):
            raise NotQuickError
        return self.examiner(read_at, size_bytes)


def needs_no_thread(examiner: Callable[[ReadAt, int], T], file: FileInfo, content: bytes) -> bool:
    """Tell whether all of a small file is there and quickly looked through: a way to a thread would cost more."""
    is_whole = len(content) == file.size_bytes <= PIECE_BYTES
    return is_whole and isinstance(examiner, Swift) and examiner.is_quick(content[:HEAD_BYTES])
