"""Write the ledger in one thread, many tasks' changes in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock, SystemClock
from connector.errors import StopError
from connector.ledger import database, schema
from connector.ledger.change import apply_changes
from connector.ledger.model import Change
from connector.ledger.patience import persist, was_written
from connector.ledger.trouble import translated

__all__ = ["Ledger", "open_ledger"]

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS: Final = 30.0
READERS: Final = 2
POST_SECONDS: Final = 0.01
"""So long what nobody waits for waits for company: fewer commits. It is no longer than such a commit may take."""

_UNFIT: Final = (SQLAlchemyError, ValueError, TypeError, ArithmeticError)
"""What a value raises that no column can hold: half a character, a number beyond 64 bits, a moment without a zone."""


class _Waiting(NamedTuple):
    """A change that is to be written and, where somebody waits for it, the future to tell."""

    change: Change
    done: asyncio.Future[None] | None
    durable: bool


class Ledger:
    """The ledger of this process: every write goes through its one writer thread, in the order of the calls."""

    def __init__(self, place: str, writer: Engine, reader: Engine, *, gather_seconds: float = 0.0) -> None:
        self._place = place
        self._writer = writer
        self._reader = reader
        self._writing = ThreadPoolExecutor(1, "ledger-writer")
        self._reading = ThreadPoolExecutor(READERS, "ledger-reader")
        self._waiting: list[_Waiting] = []
        self._handing_over: asyncio.Handle | None = None
        self._is_urgent = False
        """Somebody waits for what is to be handed over."""
        self._gather_seconds = gather_seconds
        self._next_at = 0.0
        """Before this moment of the loop no further group is handed over."""
        self._under_way = 0
        self._lost: Exception | None = None
        self._guard: Callable[[Connection], None] | None = None
        self._connection: Connection | None = None
        """The writer thread's own, kept from one transaction to the next: to check one out costs as much as a row."""
        self._renew: Callable[[], None] | None = None

    def guard(self, check: Callable[[Connection], None] | None) -> None:
        """Have the check made in every transaction from now on, before anything else; what it raises undoes that."""
        self._guard = check

    def on_return(self, renew: Callable[[], None]) -> None:
        """Have this done when a server that was away is back, before anything is written; what it raises is raised."""
        self._renew = renew

    async def write(self, change: Change, *, durable: bool = False) -> None:
        """Return once the change is committed, whole; durable outlives a power cut, else the end of this process.

        Raises LedgerError where the database cannot be written: then nothing of the change is.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._enqueue(_Waiting(change, done, durable))
        await done

    def post(self, change: Change) -> None:
        """Have the change written without waiting for it; where that fails, the next write or the closing raises it."""
        self._enqueue(_Waiting(change, None, durable=False))

    async def transact(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs
    ) -> T:
        """Give what function(connection, …) gives, alone in a transaction, after all that was written before it."""
        self._submit()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writing, lambda: self._alone(function, *args, **options))

    async def read(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """Give what function(connection, …) gives beside the writer: it sees what is committed, and cannot write."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: self._look(function, *args, **options))

    async def close(self) -> None:
        """Write what still waits and end the threads; raises what a posted change failed with."""
        self._submit()
        for executor, last in ((self._writing, self._hang_up), (self._reading, lambda: None)):
            await asyncio.get_running_loop().run_in_executor(executor, last)
            executor.shutdown(wait=True)
        self._raise_lost()

    def _enqueue(self, waiting: _Waiting) -> None:
        self._raise_lost()
        self._waiting.append(waiting)
        if not self._under_way:
            self._schedule(urgent=waiting.done is not None)

    def _schedule(self, *, urgent: bool) -> None:
        if self._handing_over is not None:
            if self._is_urgent or not urgent:
                return
            self._handing_over.cancel()
        self._is_urgent = urgent
        loop = asyncio.get_running_loop()
        pause = max(self._next_at - loop.time(), 0.0 if urgent else POST_SECONDS)
        # At the end of this turn of the loop at the soonest: what other tasks write in the same turn joins the group.
        self._handing_over = loop.call_later(pause, self._submit) if pause > 0 else loop.call_soon(self._submit)

    def _submit(self) -> None:
        """Hand what waits to the writer as one group; more gathers while that one is written."""
        if self._handing_over is not None:
            self._handing_over.cancel()
            self._handing_over = None
        group, self._waiting = self._waiting, []
        if group:
            self._under_way += 1
            loop = asyncio.get_running_loop()
            self._next_at = loop.time() + self._gather_seconds
            written = loop.run_in_executor(self._writing, self._write, group)
            written.add_done_callback(lambda future: self._written(group, future.result()))

    def _written(self, group: Sequence[_Waiting], errors: Sequence[Exception | None]) -> None:
        self._under_way -= 1
        for waiting, error in zip(group, errors, strict=True):
            if waiting.done is None:
                self._lost = self._lost or error
            elif not waiting.done.done():
                waiting.done.set_result(None) if error is None else waiting.done.set_exception(error)
        if self._waiting:
            self._schedule(urgent=any(waiting.done is not None for waiting in self._waiting))

    def _raise_lost(self) -> None:
        if self._lost is not None:
            raise self._lost

    def _write(self, group: Sequence[_Waiting]) -> Sequence[Exception | None]:
        """Write the group in one transaction; where one change is unfit, each by itself, so that the others are not."""
        error = self._commit(group)
        if error is None or isinstance(error, StopError) or len(group) == 1:
            return [error] * len(group)
        return [self._commit([waiting]) for waiting in group]

    def _commit(self, group: Sequence[_Waiting]) -> Exception | None:
        changes, durable = [waiting.change for waiting in group], any(waiting.durable for waiting in group)

        def attempt(repeated: bool) -> None:  # noqa: FBT001 - the shape that persist() calls
            self._greet(repeated)
            with self._transaction(durable=durable) as connection:
                if not (repeated and was_written(connection, changes)):
                    apply_changes(connection, changes)

        try:
            persist(attempt)
        except (StopError, *_UNFIT) as error:
            return error
        return None

    def _alone(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        def attempt(repeated: bool) -> T:  # noqa: FBT001 - the shape that persist() calls
            self._greet(repeated)
            with self._transaction(durable=False) as connection:
                return function(connection, *args, **options)

        return persist(attempt)

    def _greet(self, repeated: bool) -> None:  # noqa: FBT001 - told by persist()
        """Take again what ended with the sessions of a server that was away."""
        if repeated and self._renew is not None:
            self._renew()

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[Connection]:
        with translated(self._place), ExitStack() as stack:
            # Where anything fails it may be the connection itself: the next transaction gets a new one.
            stack.callback(self._hang_up)
            connection = self._connection = self._connection or self._writer.connect()
            database.choose_durability(connection, durable=durable)
            with connection.begin():
                if self._guard is not None:
                    self._guard(connection)
                yield connection
            stack.pop_all()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _look(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        def attempt(_repeated: bool) -> T:  # noqa: FBT001 - the shape that persist() calls
            with translated(self._place), self._reader.connect() as connection, connection.begin():
                return function(connection, *args, **options)

        return persist(attempt)


@asynccontextmanager
async def open_ledger(
    url: str,
    *,
    clock: Clock | None = None,
    busy_seconds: float = BUSY_SECONDS,
    cache_kibibytes: int = database.CACHE_KIBIBYTES,
    gather_seconds: float = 0.0,
) -> AsyncIterator[Ledger]:
    """Give the ledger at this database address, made or migrated where needed.

    Groups of changes follow each other at least `gather_seconds` apart: fewer commits for more waiting.

    Raises ConfigurationError where a person must mend something, LedgerError where the database fails.
    """
    options: dict[str, Any] = {"busy_seconds": busy_seconds, "cache_kibibytes": cache_kibibytes}
    writer = database.connect(url, writes=True, **options)
    reader = database.connect(url, writes=False, **options)
    try:
        await asyncio.to_thread(schema.prepare, url, writer, reader, clock or SystemClock())
        book = Ledger(database.place_of(url), writer, reader, gather_seconds=gather_seconds)
        try:
            yield book
        finally:
            await book.close()
    finally:
        writer.dispose()
        reader.dispose()
