"""Notice when it is the target and not one conversation that is in trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connector.errors import StopError, TargetUnreachableError, TryAgainError

__all__ = ["Gate"]

FAILURES_IN_A_ROW = 5


class Gate:
    """Let the first request of a run go alone, and stop the run when the target answers nobody any more.

    A wrong token is found out by one conversation, not by sixteen at once; a target that is down costs a few entries
    their patience and not all of them.
    """

    def __init__(self) -> None:
        self._first = asyncio.Lock()
        self._open = False
        self._failures = 0

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Hold everybody but the first until the target has shown that it lets us in."""
        if self._open:
            yield
            return
        async with self._first:
            yield

    def succeeded(self) -> None:
        """Note that the target did something for us."""
        self._open = True
        self._failures = 0

    def failed(self, error: TryAgainError) -> None:
        """Note that it did not; raise StopError when that is so for everybody."""
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW or (isinstance(error, TargetUnreachableError) and not self._open):
            hint = "nothing is lost: the next run goes on from here"
            raise StopError(f"the target is in trouble: {error.message}", hint=hint) from error
