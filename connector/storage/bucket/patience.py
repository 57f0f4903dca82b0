"""Wait between the tries of one request, and give up in words that tell what to do."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connector.errors import StorageUnreachableError, TryAgainError
from connector.logs import logger

__all__ = ["Effort", "Patience"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a storage may be silent, and how often and how patiently one request is tried.

    `idle_seconds` is the longest a connection may bring no further byte. What the storage asks for in Retry-After is
    waited out up to `longest_wait_seconds`.
    """

    tries: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Effort:
    """The tries of one thing, from the first until it is done or given up."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._failed = 0

    def progressed(self) -> None:
        """Start counting anew: something came through."""
        self._failed = 0

    async def failed(self, trouble: TryAgainError) -> None:
        """Wait before the next try; raise StorageUnreachableError with the trouble's words after the last one."""
        self._failed += 1
        patience = self._patience
        if self._failed >= patience.tries:
            message = f"{trouble.message}, {self._failed} times in a row"
            raise StorageUnreachableError(message, hint=trouble.hint)
        wait_seconds = trouble.wait_seconds
        if wait_seconds is None:
            wait_seconds = patience.first_wait_seconds * 2.0 ** (self._failed - 1) * random.uniform(0.5, 1)  # noqa: S311
        wait_seconds = min(wait_seconds, patience.longest_wait_seconds)
        logger().info(
            "request.repeated", tries=self._failed, trouble=trouble.message, wait_seconds=round(wait_seconds, 3)
        )
        await patience.sleep(wait_seconds)
