"""Wait between the tries of one request, and give up in words that tell what to do."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connector.errors import StorageAwayError, TryAgainError
from connector.logs import logger

__all__ = ["Effort", "Patience"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent, and how often and how patiently one request is tried.

    Whoever never answered at all is given up after `first_tries`: more likely the address is wrong; whoever was given
    up before as well. `idle_seconds` is the longest a connection may bring no further byte. Pauses grow, and are as
    long as the storage asks for in Retry-After, up to `longest_wait_seconds`.
    """

    tries: int = 7
    first_tries: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Effort:
    """The tries of one thing, from the first until it is done or given up."""

    def __init__(self, patience: Patience, tries: Callable[[], int], given_up: Callable[[], None]) -> None:
        """Ask `tries` after each failure how many there may be, and say `given_up` after the last one."""
        self._patience = patience
        self._tries = tries
        self._given_up = given_up
        self._failed = 0

    def progressed(self) -> None:
        """Start counting anew: something came through."""
        self._failed = 0

    async def failed(self, trouble: TryAgainError) -> None:
        """Wait before the next try; raise StorageAwayError with the trouble's words after the last one."""
        self._failed += 1
        patience = self._patience
        if self._failed >= self._tries():
            message = f"{trouble.message}, {self._failed} times in a row"
            self._given_up()
            raise StorageAwayError(message, hint=trouble.hint)
        own_seconds = patience.first_wait_seconds * 2.0 ** (self._failed - 1) * random.uniform(0.5, 1)  # noqa: S311
        wait_seconds = min(max(own_seconds, trouble.wait_seconds or 0), patience.longest_wait_seconds)
        logger().info(
            "request.repeated", tries=self._failed, trouble=trouble.message, wait_seconds=round(wait_seconds, 3)
        )
        await patience.sleep(wait_seconds)
