"""Give up what takes too long, with one timer for thousands of waits: one for each would cost as much as the work."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Patience", "Wait"]


class Patience:
    """How long one kind of thing is waited for in this event loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waits: dict[Wait, float] = {}
        """When each one ends, the earliest first: all are equally long."""
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, give_up: Callable[[], object]) -> "Wait":
        """Have this called when the patience ends, unless the wait ends before."""
        loop = asyncio.get_running_loop()
        wait = Wait(self, give_up)
        self._waits[wait] = due = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(due, self._look, loop)
        return wait

    def limit(self) -> "Limit":
        """Give a context that raises TimeoutError where what is in it takes too long."""
        return Limit(self)

    def end(self, wait: "Wait") -> None:
        """Forget a wait."""
        self._waits.pop(wait, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for wait, due in list(self._waits.items()):
            if due > loop.time():
                self._timer = loop.call_at(due, self._look, loop)
                return
            del self._waits[wait]
            wait.give_up()


class Wait:
    """One thing that is waited for."""

    __slots__ = ("_patience", "give_up")

    def __init__(self, patience: Patience, give_up: Callable[[], object]) -> None:
        self._patience = patience
        self.give_up = give_up

    def end(self) -> None:
        """Say that it came, or that nobody waits any more."""
        self._patience.end(self)


class Limit:
    """A context that ends with TimeoutError where it takes too long; the task's own cancellation passes through."""

    __slots__ = ("_cancelling", "_expired", "_patience", "_task", "_wait")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._expired = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a limit needs a task to end")
        self._task = task
        self._cancelling = task.cancelling()
        self._wait = self._patience.begin(self._expire)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._wait.end()
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _expire(self) -> None:
        self._expired = True
        self._task.cancel()
