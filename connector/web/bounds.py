"""Say how much one process takes on at once, so that no flood fills its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.errors import TryAgainError

__all__ = ["Bounds", "Burden", "Parcel"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is taken on at once and how long is waited; what comes on top is told to come again."""

    head_seconds: float = 10.0
    """A request whose head takes longer to arrive is given up."""
    body_seconds: float = 10.0
    """A body that takes longer to arrive is given up. Zendesk gives a whole request 12 seconds."""
    store_seconds: float = 6.0
    """A body that takes longer to be stored is answered with trouble; it may be stored all the same."""
    most_waiting: int = 2_000
    """Requests that wait for their commit."""
    most_bytes: int = 32 << 20
    """Of bodies that are read or wait for their commit."""
    most_connections: int = 1_000
    retry_after_seconds: int = 5


class Burden:
    """What the process has taken on at this moment."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._waiting = 0
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Tell whether nothing more may begin."""
        return self._waiting >= self._bounds.most_waiting or self._bytes >= self._bounds.most_bytes

    @property
    def waiting_count(self) -> int:
        """Tell how many requests wait for their commit."""
        return self._waiting

    @contextmanager
    def parcel(self) -> Iterator["Parcel"]:
        """Give what one request's body is counted in; it weighs nothing any more when the context ends."""
        parcel = Parcel(self)
        try:
            yield parcel
        finally:
            self._bytes -= parcel.size_bytes

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count a request that waits for its commit; raise TryAgainError where too many do."""
        if self._waiting >= self._bounds.most_waiting:
            raise TryAgainError("too many requests wait to be stored")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    def take(self, size_bytes: int) -> None:
        """Count bytes that are held from now on; raise TryAgainError where they are too many."""
        if self._bytes + size_bytes > self._bounds.most_bytes:
            raise TryAgainError("too many bodies are under way")
        self._bytes += size_bytes


class Parcel:
    """What one request's body adds to the burden."""

    __slots__ = ("_burden", "size_bytes")

    def __init__(self, burden: Burden) -> None:
        self._burden = burden
        self.size_bytes = 0

    def take(self, size_bytes: int) -> None:
        """Count bytes of this body; raise TryAgainError where all bodies together are too large."""
        self._burden.take(size_bytes)
        self.size_bytes += size_bytes
