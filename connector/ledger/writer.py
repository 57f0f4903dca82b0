"""Write the ledger in one thread, many tasks' changes in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from connector.clock import Clock, SystemClock
from connector.errors import LedgerError
from connector.ledger import database, schema
from connector.ledger.change import apply_changes
from connector.ledger.model import Change
from connector.ledger.trouble import translated

__all__ = ["Ledger", "open_ledger"]

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 30.0
READERS = 2


class _Waiting(NamedTuple):
    """A change that is to be written and, where somebody waits for it, the future to tell."""

    change: Change
    done: asyncio.Future[None] | None
    durable: bool


class Ledger:
    """The ledger of this process: every write goes through its one writer thread, in the order of the calls."""

    def __init__(self, place: str, writer: Engine, reader: Engine) -> None:
        self._place = place
        self._writer = writer
        self._reader = reader
        self._writing = ThreadPoolExecutor(1, "ledger-writer")
        self._reading = ThreadPoolExecutor(READERS, "ledger-reader")
        self._waiting: list[_Waiting] = []
        self._flushing = False
        self._lost: BaseException | None = None

    async def write(self, change: Change, *, durable: bool = False) -> None:
        """Return once the change is committed, whole; durable outlives a power cut, else the end of this process.

        Raises LedgerError where the database cannot be written: then nothing of the change is.
        """
        self._raise_lost()
        done = asyncio.get_running_loop().create_future()
        self._enqueue(_Waiting(change, done, durable))
        await done

    def post(self, change: Change) -> None:
        """Have the change written without waiting for it; where that fails, the next write or the closing raises it."""
        self._raise_lost()
        self._enqueue(_Waiting(change, None, durable=False))

    async def transact(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs
    ) -> T:
        """Give function(connection, …) run alone in a transaction of the writer, after all that was written before."""
        self._flush()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writing, lambda: self._alone(function, *args, **options))

    async def read(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """Give function(connection, …) run beside the writer on what is committed; it cannot write."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: self._look(function, *args, **options))

    async def close(self) -> None:
        """Write what still waits and let go of the database; raises what a posted change failed with."""
        await self.transact(lambda _connection: None)
        for executor in (self._writing, self._reading):
            executor.shutdown(wait=True)
        self._writer.dispose()
        self._reader.dispose()
        self._raise_lost()

    def _enqueue(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        if not self._flushing:
            self._flushing = True
            # At the end of this turn of the loop: what other tasks write in the same turn goes into the same group.
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        group, self._waiting = self._waiting, []
        if not group:
            self._flushing = False
            return
        self._flushing = True
        self._submit(group)

    def _submit(self, group: Sequence[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        written = loop.run_in_executor(self._writing, self._write, group)
        written.add_done_callback(lambda future: self._written(group, future.exception()))

    def _written(self, group: Sequence[_Waiting], error: BaseException | None) -> None:
        if error is not None and len(group) > 1 and not isinstance(error, LedgerError):
            for waiting in group:  # one change was wrong in itself: the others are none the worse for it
                self._submit([waiting])
            return
        for waiting in group:
            self._tell(waiting, error)
        self._flush()

    def _tell(self, waiting: _Waiting, error: BaseException | None) -> None:
        if waiting.done is None:
            self._lost = self._lost or error
        elif not waiting.done.done():
            waiting.done.set_result(None) if error is None else waiting.done.set_exception(error)

    def _raise_lost(self) -> None:
        if self._lost is not None:
            raise self._lost

    def _write(self, group: Sequence[_Waiting]) -> None:
        durable = any(waiting.durable for waiting in group)
        with translated(self._place), self._writer.connect() as connection:
            database.choose_durability(connection, durable=durable)
            with connection.begin():
                apply_changes(connection, [waiting.change for waiting in group])

    def _alone(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        with translated(self._place), self._writer.connect() as connection:
            database.choose_durability(connection, durable=False)
            with connection.begin():
                return function(connection, *args, **options)

    def _look(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        with translated(self._place), self._reader.connect() as connection, connection.begin():
            return function(connection, *args, **options)


@asynccontextmanager
async def open_ledger(
    url: str, *, clock: Clock | None = None, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[Ledger]:
    """Give the ledger at this database address, made or migrated where needed.

    Raises ConfigurationError where a person must mend something, LedgerError where the database fails.
    """
    writer = database.connect(url, busy_seconds=busy_seconds, writes=True)
    reader = database.connect(url, busy_seconds=busy_seconds, writes=False)
    await asyncio.to_thread(schema.prepare, url, writer, reader, clock or SystemClock())
    book = Ledger(database.place_of(url), writer, reader)
    try:
        yield book
    finally:
        await book.close()
