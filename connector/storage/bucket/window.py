"""Give an examiner random access to an object with few requests."""

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["BLOCK_BYTES", "HEAD_BYTES", "Window"]

HEAD_BYTES = 1024 * 1024
"""So much is fetched at once at the beginning: most recordings whole."""
BLOCK_BYTES = 256 * 1024
"""At usual distances and speeds, a request takes as long as the transport of so many bytes."""
MOST_BLOCKS = 4


class Window:
    """What was fetched of one object: its beginning, and the blocks read last."""

    def __init__(self, head: bytes, size_bytes: int, fetch: Callable[[int, int], bytes]) -> None:
        self._head = head
        self._size = size_bytes
        self._fetch = fetch
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read_at(self, offset: int, length: int) -> bytes:
        """Give so many bytes from that offset; shorter only at the end of the object."""
        end = min(offset + length, self._size)
        if offset >= end:
            return b""
        if end <= len(self._head):
            return self._head[offset:end]
        if end - offset > BLOCK_BYTES:
            return self._fetch(offset, end - offset)
        first, last = offset // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        content = b"".join(self._block(number) for number in range(first, last + 1))
        return content[offset - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def _block(self, number: int) -> bytes:
        start = number * BLOCK_BYTES
        end = min(start + BLOCK_BYTES, self._size)
        if end <= len(self._head):
            return self._head[start:end]
        if number not in self._blocks:
            if len(self._blocks) == MOST_BLOCKS:
                self._blocks.popitem(last=False)
            self._blocks[number] = self._fetch(start, end - start)
        self._blocks.move_to_end(number)
        return self._blocks[number]
