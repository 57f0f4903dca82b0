"""Keep small recordings from inspection to upload, as far as memory allows: to read them twice costs more."""

from collections.abc import AsyncIterator
from weakref import WeakSet

from connector.storage import Storage
from connector.storage.guard import bare
from connector.storage.local import LocalStorage

__all__ = ["Kept", "Shelf", "shelf_for"]

SMALL_BYTES = 256 * 1024
"""A recording up to one piece of a stream is worth keeping."""
MOST_BYTES = 8 * 1024 * 1024
"""All that is kept at once of a folder; what finds no room is read once more when it is sent."""


class Kept:
    """A place for one recording, free again once nobody holds it any more."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.content = b""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the content in one piece."""
        yield self.content


class Shelf:
    """Room for the recordings of a run that are small."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
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

    There is room for all of them unless they lie in a folder of this machine: to fetch one again would take its way
    over the network once more.
    """
    if isinstance(bare(storage), LocalStorage):
        return Shelf()
    return Shelf(max(MOST_BYTES, sessions * SMALL_BYTES))
