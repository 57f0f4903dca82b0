"""Share a few connections among all work, and get new ones where they break in the middle of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from connector.errors import StorageAwayError, StorageUnreachableError, TryAgainError
from connector.storage.sftp.login import Link

__all__ = ["LOST", "Patience", "Pool"]

T = TypeVar("T")

LOST = (ConnectionError, asyncssh.DisconnectError, asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)
"""What work raises when the connection under it is gone."""

BUSY_ENOUGH = 4
FAST_ENOUGH = 100
"""Another connection is worth its login where each has so many pieces of work under way and ends fewer a second."""
MEASURED_SECONDS = 0.5
MOST_BREAKS = 5
"""Connections in a row that may break under one and the same piece of work."""
CROWDED_TRIES = 4
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 15.0
GROW_AGAIN_SECONDS = 60.0
LOOKS_PER_TIMEOUT = 4
STUCK_TIMEOUTS = 4
NOTICEABLE_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence is borne, and how long a lost connection is tried to be had again."""

    timeout_seconds: float
    reconnect_seconds: float


class Pool:
    """At most `size` connections to one server, which log in one after the other."""

    def __init__(self, log_in: Callable[[], Awaitable[Link]], *, size: int, patience: Patience) -> None:
        self._log_in = log_in
        self._size = size
        self._patience = patience
        self._links: list[Link] = []
        self._door = asyncio.Lock()
        self._failure: StorageUnreachableError | None = None
        self._failed_at = 0.0
        self._grow_after = 0.0
        self._chores: set[asyncio.Task[None]] = set()
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Log in once; raise StorageUnreachableError with the remedy where that fails."""
        self._failure = None
        for tries_left in range(CROWDED_TRIES - 1, -1, -1):
            try:
                self._links.append(await self._log_in())
                break
            except TryAgainError as error:
                # Only a server that hangs up on newcomers is asked again; anything else is told at once.
                if error.wait_seconds is None or not tries_left:
                    raise StorageAwayError(error.message, hint=error.hint) from error
                await asyncio.sleep(error.wait_seconds)
        _start(self._chores, self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of every connection."""
        for task in self._chores:
            task.cancel()
        links, self._links = self._links, []
        await asyncio.gather(*self._chores, *self._goodbyes, *(link.close() for link in links), return_exceptions=True)

    async def run(self, work: Callable[[Link], Awaitable[T]], *, on: Link | None = None) -> T:
        """Give what the work makes of a connection, the given one while it lives; begin anew where it breaks.

        Raises StorageUnreachableError where no connection is to be had, or where each one breaks under this work.
        """
        for _ in range(MOST_BREAKS):
            async with self._borrowed(on) as link:
                return await work(link)
        message = f"the server ends every connection, {MOST_BREAKS} in a row"
        raise StorageAwayError(message, hint="its log says why; then run again")

    @property
    def host_key(self) -> asyncssh.SSHKey | None:
        """Give the key by which the server showed who it is, while a connection stands."""
        return self._links[0].connection.get_server_host_key() if self._links else None

    def finish(self, link: Link, farewell: Coroutine[Any, Any, None]) -> None:
        """Let the connection do a last thing, if it still can, without anybody waiting for it."""
        if link.is_lost:
            farewell.close()
        else:
            _start(self._goodbyes, _bounded(farewell, self._patience.timeout_seconds))

    @asynccontextmanager
    async def _borrowed(self, wanted: Link | None) -> AsyncIterator[Link]:
        """Give a connection; swallow the error with which it breaks, so that the work may begin anew."""
        link = wanted if wanted is not None and not wanted.is_lost else await self._take()
        now = asyncio.get_running_loop().time
        if not link.busy:
            link.busy_since = link.answered_at = now()
            link.ended = 0
        link.busy += 1
        try:
            yield link
            link.answered_at = now()
            link.ended += 1
        except LOST:
            self._drop(link)
        finally:
            link.busy -= 1

    async def _take(self) -> Link:
        for link in [one for one in self._links if one.connection.is_closed()]:
            self._drop(link)
        began = asyncio.get_running_loop().time()
        while not self._links:
            async with self._door:
                if not self._links:
                    self._links.append(await self._log_in_again(began))
        link = min(self._links, key=lambda one: one.busy)
        if link.busy >= BUSY_ENOUGH and len(self._links) < self._size and not self._door.locked():
            self._grow_for(link)
        return link

    async def _log_in_again(self, began: float) -> Link:
        """Give a connection after all broke: wait longer each time, and give up after a while, for all work at once.

        What comes after that tries but once: who asks again then has waited by itself.
        """
        if self._failure and began <= self._failed_at:
            raise self._failure
        loop, wait = asyncio.get_running_loop(), FIRST_WAIT_SECONDS
        deadline = loop.time() + (0.0 if self._failure else self._patience.reconnect_seconds)
        while True:
            try:
                link = await self._log_in()
            except StorageUnreachableError as error:
                self._failure, self._failed_at = error, loop.time()
                raise
            except TryAgainError as error:
                if loop.time() + wait > deadline:
                    self._failure = StorageAwayError(error.message, hint=error.hint)
                    self._failed_at = loop.time()
                    raise self._failure from error
            else:
                self._failure = None
                return link
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _grow_for(self, link: Link) -> None:
        """Begin another login where the least busy connection is slow: one that is not leaves nothing to be won."""
        now = asyncio.get_running_loop().time()
        seconds = now - link.busy_since
        if seconds > MEASURED_SECONDS and link.ended < FAST_ENOUGH * seconds and now >= self._grow_after:
            # One that is refused leaves the others at work, and is asked for again after a while.
            self._grow_after = now + GROW_AGAIN_SECONDS
            _start(self._chores, self._add())

    async def _add(self) -> None:
        async with self._door:
            try:
                self._links.append(await self._log_in())
            except (TryAgainError, StorageUnreachableError):
                return
        self._grow_after = 0.0

    async def _watch(self) -> None:
        """Cut a connection whose work gets no answer: in a black hole it would wait for hours."""
        timeout = self._patience.timeout_seconds
        while True:
            await asyncio.sleep(timeout / LOOKS_PER_TIMEOUT)
            now = asyncio.get_running_loop().time()
            for link in [one for one in self._links if one.busy]:
                if link.wire.heard_bytes - link.counted_bytes >= NOTICEABLE_BYTES:
                    link.answered_at, link.counted_bytes = link.wire.heard_at, link.wire.heard_bytes
                silent = now - max(link.wire.heard_at, link.answered_at)
                stuck = now - link.answered_at
                # A slow line is not silent; and what only keeps the connection alive is no answer.
                if silent > timeout or stuck > timeout * STUCK_TIMEOUTS:
                    self._drop(link)

    def _drop(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
            link.is_lost = True
            link.connection.abort()
            _start(self._goodbyes, link.close())


async def _bounded(farewell: Coroutine[Any, Any, None], seconds: float) -> None:
    with suppress(OSError, asyncssh.Error):
        async with asyncio.timeout(seconds):
            await farewell


def _start(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
