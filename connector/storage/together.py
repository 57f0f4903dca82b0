"""Take to a thread at once what is asked for in one turn of the event loop: a call costs more than a small read."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from connector.errors import ConnectorError

__all__ = ["Together"]

T = TypeVar("T")

MOST = 8
"""So much is done in one call at the most."""
LONG_SECONDS = 0.02
"""A call that took so long leaves the rest to others: on a slow disk, calls side by side wait less than in a row."""


class _Asked(NamedTuple):
    work: Callable[[], Any]
    done: asyncio.Future[Any]


class Together:
    """Do blocking work in threads, what was asked for in the same turn of the event loop in one call."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    async def do(self, work: Callable[[], T]) -> T:
        """Give what the work gives, or raise what it raises."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._hand_over)
        done: asyncio.Future[T] = loop.create_future()
        self._asked.append(_Asked(work, done))
        return await done

    def _hand_over(self) -> None:
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), MOST):
            _call(asked[start : start + MOST])


def _call(part: Sequence[_Asked]) -> None:
    call = asyncio.get_running_loop().run_in_executor(None, _do, part)
    call.add_done_callback(partial(_tell, part))


def _do(part: Sequence[_Asked]) -> Sequence[Any]:
    """Give what each gives, or the error in its place, of as many as there was time for.

    What happens to one does not disturb the others. What nobody waits for any more is not done: an interrupted run
    ends with what is under way, however slow the disk is.
    """
    ends_at, outcomes = time.monotonic() + LONG_SECONDS, []
    for asked in part:
        outcomes.append(None if asked.done.cancelled() else _outcome(asked.work))
        if time.monotonic() > ends_at:
            break
    return outcomes


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ConnectorError as error:
        return _Failure(error)


class _Failure(NamedTuple):
    error: ConnectorError


def _tell(part: Sequence[_Asked], call: asyncio.Future[Sequence[Any]]) -> None:
    """Hand out what came of the call, and take what is left to calls of their own.

    What no work foresees is raised to all who asked.
    """
    if call.cancelled():
        for asked in part:
            asked.done.cancel()
        return
    unforeseen = call.exception()
    outcomes = call.result() if unforeseen is None else [None] * len(part)
    for asked, outcome in zip(part, outcomes, strict=False):
        _answer(asked.done, outcome.error if isinstance(outcome, _Failure) else unforeseen, outcome)
    for asked in part[len(outcomes) :]:
        if not asked.done.done():
            _call([asked])


def _answer(done: asyncio.Future[Any], error: BaseException | None, outcome: Any) -> None:
    if done.done():
        # Whoever asked was cancelled meanwhile.
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(outcome)
