"""Tell one object that may not be read from a bucket of which nothing may be read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from connector.line import Answer

__all__ = ["Permission"]

MOST_TRIED = 5


class Permission:
    """What is known of the right to read: granted by the first object that was read.

    Without this a missing right on the bucket would refuse every single conversation in it.
    """

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[Answer]],
        first_names: Callable[[int], Awaitable[Sequence[str]]],
    ) -> None:
        self._look_up = look_up
        self._first_names = first_names
        self._granted = False
        self._lock = asyncio.Lock()

    def granted(self) -> None:
        """Take note that an object could be read."""
        self._granted = True

    async def is_lacking(self, name: str) -> bool:
        """Tell whether objects beside this one, which may not be read, may not be read either."""
        async with self._lock:
            if self._granted:
                return False
            others = [one for one in await self._first_names(MOST_TRIED + 1) if one != name][:MOST_TRIED]
            for other in others:
                answer = await self._look_up(other)
                if answer.status == HTTPStatus.OK:
                    self._granted = True
                    return False
            return bool(others)
