"""Read at once what the system has of a file in its memory, without ever waiting for a disk."""

import errno
import os
from collections.abc import Callable
from functools import partial
from typing import Final

__all__ = ["Cached", "NotCachedError"]

MOST_PASSED_OVER: Final = 32
"""Where one file after the other is not in memory so many are not tried: to open them may wait as well."""
_UNKNOWN_HERE: Final = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class NotCachedError(Exception):
    """Not all of it is in memory: whoever wants it has to wait for the disk."""


class Cached:
    """The system's memory of small files; for one thread."""

    def __init__(self, most_bytes: int) -> None:
        self._buffer = memoryview(bytearray(most_bytes))
        # Linux alone offers it, and only for disks of this machine: files of a network share are never at hand.
        self._is_offered = hasattr(os, "RWF_NOWAIT")
        self._passed_over = 0
        self._pass_over_next = 1
        """After the next file that is not in memory, and twice as many after each further one in a row."""

    def may_hold(self, size_bytes: int) -> bool:
        """Tell whether it is worth a try to read a file of this size."""
        if not self._is_offered or size_bytes > len(self._buffer):
            return False
        if self._passed_over:
            self._passed_over -= 1
            return False
        return True

    def reader(self, size_bytes: int) -> Callable[[int, int, int], bytes]:
        """Give what reads an open file of this size: (handle, offset, length) -> content.

        It raises NotCachedError where that needs the disk, and OSError as reading does.
        """
        return partial(self._read, size_bytes)

    def _read(self, size_bytes: int, handle: int, offset: int, length: int) -> bytes:
        wanted = max(0, min(length, size_bytes - offset, len(self._buffer)))
        found = 0
        try:
            while found < wanted and (some := self._some(handle, offset + found, found, wanted)):
                found += some
        except OSError as error:
            if error.errno in _UNKNOWN_HERE:
                self._is_offered = False
            elif error.errno != errno.EAGAIN:
                raise
        if found < wanted:
            # Linux 5.9 and 5.10 say that the file ends where it only is not in memory (man 2 preadv2, BUGS).
            self._passed_over = self._pass_over_next
            self._pass_over_next = min(2 * self._pass_over_next, MOST_PASSED_OVER)
            raise NotCachedError
        self._pass_over_next = 1
        return bytes(self._buffer[:wanted])

    def _some(self, handle: int, offset: int, start: int, end: int) -> int:
        return os.preadv(handle, [self._buffer[start:end]], offset, os.RWF_NOWAIT)
