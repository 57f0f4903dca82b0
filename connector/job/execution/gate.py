"""Notice when it is the target and not one conversation that is in trouble."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from connector.breaker import target_in_trouble
from connector.delivery import Capturi
from connector.errors import SkipError, StopError, StorageAwayError, TargetUnreachableError, TryAgainError

__all__ = ["Gate"]

FAILURES_IN_A_ROW = 5
MOST_WAITING = 1000


class Gate:
    """Let the first request of a run go alone, and stop the run when the target answers nobody any more.

    A wrong token is found out by one conversation, not by sixteen at once, and before anything is marked: what needs
    no request waits until the target has let one in. A target that is down costs a few entries their patience and
    not all of them.
    """

    def __init__(self, *, is_open: bool = False) -> None:
        self._open = is_open
        self._is_led = False
        self._changed = asyncio.Event()
        self._failures = 0
        self._stopped: StopError | None = None
        self._waiting: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        """Tell whether the target did something for us in this run."""
        return self._open

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Hold everybody but the first until the target has shown that it lets us in."""
        if self._open or not await self._leads():
            yield
            return
        with self._leading():
            yield

    async def wait(self, closing: Callable[[], None], target: Capturi) -> None:
        """Have the closing done once the gate is open, or at the end of a run that sends nothing; dropped on a stop.

        Where very many wait and nothing was sent, the target is asked for its own sake. Raises what stops the run.
        """
        self._waiting.append(closing)
        if len(self._waiting) >= MOST_WAITING and await self._leads():
            with self._leading():
                if self._waiting:
                    await self._ask(target)

    async def _leads(self) -> bool:
        """Return True for whoever goes first, and False for all others once the gate is open; raise what stopped it."""
        while not self._open:
            if self._stopped is not None:
                raise self._stopped
            if not self._is_led:
                self._is_led = True
                return True
            await self._changed.wait()
        return False

    @contextmanager
    def _leading(self) -> Iterator[None]:
        try:
            yield
        except StorageAwayError:
            # It tells nothing of the target: the next one goes first.
            raise
        except StopError as error:
            self._stopped = error
            raise
        finally:
            self._is_led = False
            self._tell()

    def _tell(self) -> None:
        """Let everybody who waits look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _ask(self, target: Capturi) -> None:
        try:
            await target.limits.open()
            await target.verify()
        except SkipError:
            # Outside its hours a job sends nothing at all, so there is nothing to find out.
            self.release()
        except TryAgainError as error:
            raise _stop(error) from error
        else:
            self.succeeded()

    def release(self) -> None:
        """Do what waits."""
        waiting, self._waiting = self._waiting, []
        for closing in waiting:
            closing()

    def succeeded(self) -> None:
        """Note that the target did something for us."""
        if not self._open:
            self._open = True
            self._tell()
        self._failures = 0
        if self._waiting:
            self.release()

    def failed(self, error: TryAgainError) -> None:
        """Note that it did not; raise StopError when that is so for everybody."""
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW or (isinstance(error, TargetUnreachableError) and not self._open):
            self._stopped = _stop(error)
            raise self._stopped from error


def _stop(error: TryAgainError) -> StopError:
    return target_in_trouble(error.message, error.hint)
