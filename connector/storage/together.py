"""Take to a thread at once what is asked for in one turn of the event loop: a call costs more than a small read."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from connector.errors import ConnectorError

__all__ = ["Together"]

T = TypeVar("T")

MOST = 8
"""So much is done in one call: on a slow disk, several calls side by side wait less than one after the other."""


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
            part = asked[start : start + MOST]
            call = asyncio.get_running_loop().run_in_executor(None, _do, [one.work for one in part])
            call.add_done_callback(partial(_tell, part))


def _do(works: Sequence[Callable[[], Any]]) -> Sequence[Any]:
    """Give what each gives, or the error in its place: what happens to one does not disturb the others."""
    return [_outcome(work) for work in works]


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ConnectorError as error:
        return _Failure(error)


class _Failure(NamedTuple):
    error: ConnectorError


def _tell(part: Sequence[_Asked], call: asyncio.Future[Sequence[Any]]) -> None:
    """Hand out what came of the call; what no work foresees is raised to all who asked."""
    if call.cancelled():
        for asked in part:
            asked.done.cancel()
        return
    unforeseen = call.exception()
    outcomes = call.result() if unforeseen is None else [None] * len(part)
    for asked, outcome in zip(part, outcomes, strict=True):
        error = outcome.error if isinstance(outcome, _Failure) else unforeseen
        if asked.done.done():
            # Whoever asked was cancelled meanwhile.
            continue
        if error is not None:
            asked.done.set_exception(error)
        else:
            asked.done.set_result(outcome)
