"""Keep a storage that does not answer from being asked by everybody, and take it up again where it comes back."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from connector.breaker import Breaker, State
from connector.clock import Clock
from connector.errors import SkipError, StorageAwayError
from connector.storage.model import FileInfo, ReadAt, Storage

__all__ = ["Guard", "bare"]

T = TypeVar("T")

FAILURES_IN_A_ROW = 3
"""Each of them has had the tries of its own kind of storage before."""


class Guard:
    """A storage behind a breaker; see Storage for the laws it keeps.

    Only what tells of the storage as a whole counts: a file that is missing, or may not be read, shows it at work. Who
    asks while it is away waits for it, `patience_seconds` in all; from then on everybody is told StorageAwayError.
    """

    def __init__(self, storage: Storage, clock: Clock, *, patience_seconds: float | None) -> None:
        self.bare = storage
        self._breaker = Breaker(
            clock, patience_seconds=patience_seconds, failures=FAILURES_IN_A_ROW, given_up=self._given_up
        )
        self._hint = ""

    @property
    def state(self) -> State:
        """Name the breaker's state."""
        return self._breaker.state

    @property
    def address(self) -> str:
        """Give the storage's own address."""
        return self.bare.address

    async def __aenter__(self) -> Self:
        """Connect; whoever begins with a storage that is away is told so at once."""
        await self.bare.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of every connection."""
        await self.bare.__aexit__(kind, error, trace)

    def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """List as it is: half a listing cannot be taken up again."""
        return self.bare.list()

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version."""
        return await self._through(lambda: self.bare.stat(path))

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give the content of each file in its place, or the error that kept it from being read."""
        return await self._through(lambda: self.bare.read_many(files, limit_bytes=limit_bytes))

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file."""
        return await self._through(lambda: self.bare.examine(file, examiner))

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content in pieces; who waits for them meanwhile is not kept waiting for the storage."""
        look = await self._breaker.enter() if self._breaker.is_open else None
        pieces = self.bare.stream(file, offset=offset)
        try:
            async for piece in pieces:
                if self._breaker.is_open:
                    # Whoever takes the pieces may be slow: nobody else waits for the last one of them.
                    self._breaker.succeeded()
                yield piece
            self._breaker.succeeded()
        except StorageAwayError as error:
            self._failed(error, look)
            raise
        except SkipError:
            self._breaker.succeeded()
            raise
        finally:
            self._breaker.leave(look)
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    async def _through(self, work: Callable[[], Awaitable[T]]) -> T:
        """Give what the work gives, begun anew as often as the storage went away under it.

        What fails while the storage answers others is not tried for ever: its error is raised.
        """
        alone = 0
        while True:
            look = await self._breaker.enter() if self._breaker.is_open else None
            try:
                found = await work()
            except StorageAwayError as error:
                self._failed(error, look)
                alone += not self._breaker.is_open
                if alone >= FAILURES_IN_A_ROW:
                    raise
            except SkipError:
                self._breaker.succeeded()
                raise
            else:
                self._breaker.succeeded()
                return found
            finally:
                self._breaker.leave(look)

    def _failed(self, error: StorageAwayError, look: int | None) -> None:
        self._hint = error.hint
        self._breaker.failed(error.message, look)

    def _given_up(self, trouble: str) -> StorageAwayError:
        return StorageAwayError(f"the storage {self.address} is in trouble: {trouble}", hint=self._hint)


def bare(storage: Storage) -> Storage:
    """Give the storage without its guard, for what only some kinds of storage offer."""
    return storage.bare if isinstance(storage, Guard) else storage
