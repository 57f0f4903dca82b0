"""Let SIGTERM and SIGINT end a piece of work in order."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Ending", "obeyed"]

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def obeyed(end: Callable[[], object]) -> Iterator[None]:
    """Call this whenever a signal to end comes; afterwards signals do again what they did before."""
    loop = asyncio.get_running_loop()
    before = {one: signal.getsignal(one) for one in SIGNALS}
    for one in SIGNALS:
        loop.add_signal_handler(one, end)
    try:
        yield
    finally:
        for one, handler in before.items():
            # The loop would leave SIGTERM to the system, which ends the process without a word.
            loop.remove_signal_handler(one)
            signal.signal(one, handler)


class Ending:
    """What a signal to end does now: what was named last, which the work at hand does while it is at it."""

    def __init__(self, end: Callable[[], object]) -> None:
        self._ends = [end]

    def now(self) -> None:
        """End the work at hand."""
        self._ends[-1]()

    @contextmanager
    def does(self, end: Callable[[], object]) -> Iterator[None]:
        """Let a signal do this instead."""
        self._ends.append(end)
        try:
            yield
        finally:
            self._ends.pop()
