"""Keep the list of an archive's files on disk, so that memory is the same for ten files and for ten million."""

import sqlite3
import threading
from collections.abc import Iterable

from connector.storage.archive.member import Member
from connector.storage.model import FileInfo

__all__ = ["Index"]

_TABLE = """
CREATE TABLE member (
    path TEXT PRIMARY KEY, size_bytes INTEGER, modified_ns INTEGER, etag TEXT,
    start INTEGER, packed_bytes INTEGER, method INTEGER, checksum INTEGER, is_locked INTEGER
) WITHOUT ROWID
"""
_ADD = "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FIND = "SELECT * FROM member WHERE path = ?"
_PAGE = "SELECT path, size_bytes, modified_ns, etag FROM member WHERE path > ? ORDER BY path LIMIT ?"
_CACHE_KIB = 4096


class Index:
    """Files by their path, from any thread; where a path comes twice in an archive, the later file counts."""

    def __init__(self) -> None:
        # The empty name is a database of SQLite's own in the folder for temporary files, gone when it is closed.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(_TABLE)

    def add(self, members: Iterable[Member]) -> None:
        """Add all of them, or none where one of them raises."""
        with self._lock:
            self._database.execute("BEGIN")
            self._database.executemany(_ADD, map(_row, members))
            self._database.execute("COMMIT")

    def find(self, path: str) -> Member | None:
        """Give the file of that path."""
        with self._lock:
            row = self._database.execute(_FIND, (path,)).fetchone()
        if row is None:
            return None
        path, size_bytes, modified_ns, etag, start, packed_bytes, method, checksum, is_locked = row
        file = FileInfo(path, size_bytes, modified_ns, etag)
        return Member(file, start, packed_bytes, method, checksum, bool(is_locked))

    def page(self, after: str, most: int) -> list[FileInfo]:
        """Give the next files by path, at most so many; "" begins."""
        with self._lock:
            return [FileInfo(*row) for row in self._database.execute(_PAGE, (after, most))]

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._database.close()


def _row(member: Member) -> tuple[object, ...]:
    file = member.file
    return (
        *(file.path, file.size_bytes, file.modified_ns, file.etag),
        *(member.start, member.packed_bytes, member.method, member.checksum, member.is_locked),
    )
