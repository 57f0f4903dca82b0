"""Keep small recordings that came over a network from inspection to upload: they are fetched once."""

from collections.abc import AsyncIterator
from weakref import WeakSet

from connector.storage import Storage
from connector.storage.guard import bare
from connector.storage.local import LocalStorage

__all__ = ["Kept", "Shelf", "shelf_for"]

SMALL_BYTES = 256 * 1024
"""A recording up to one piece of a stream is worth keeping."""


class Kept:
    """A place for one recording, free again once nobody holds it any more."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.content = b""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the content in one piece."""
        yield self.content


class Shelf:
    """Room for the recordings of a run that are small; what finds none is read once more when it is sent."""

    def __init__(self, most_bytes: int = 0) -> None:
        self._most_bytes = most_bytes
        # However a delivery ends: with its last holder the recording is gone from here.
        self._kept: WeakSet[Kept] = WeakSet()

    def place(self, size_bytes: int) -> Kept | None:
        """Give a place for a recording of this size, None where it is too large or there is no room."""
        if size_bytes > SMALL_BYTES:
            return None
        if sum(kept.size_bytes for kept in self._kept) + size_bytes > self._most_bytes:
            return None
        kept = Kept(size_bytes)
        self._kept.add(kept)
        return kept


def shelf_for(storage: Storage, sessions: int) -> Shelf:
    """Give the shelf for the recordings of this storage, of so many sessions at once.

    Nothing is kept of a folder: what was looked at is in the memory of the system, and read once more from there.
    """
    return Shelf(0 if isinstance(bare(storage), LocalStorage) else sessions * SMALL_BYTES)
