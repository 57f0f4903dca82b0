"""Tell whether the service can accept, by writing to the ledger, and not more often than is good for it."""

import asyncio
from typing import Final

from connector import ledger
from connector.clock import Clock
from connector.errors import LedgerError
from connector.ledger import Ledger
from connector.web.reception import Reception

__all__ = ["Health"]

GOOD_SECONDS: Final = 1.0
"""One look is good for so long, however often it is asked for."""
LONGEST_LOOK_SECONDS: Final = 3.0


class Health:
    """What `/healthz` answers from."""

    def __init__(self, reception: Reception, book: Ledger, clock: Clock) -> None:
        self._reception = reception
        self._book = book
        self._clock = clock
        self._looking: asyncio.Task[bool] | None = None
        self._looked_at = 0.0

    async def is_good(self) -> bool:
        """Tell whether a request that came now would be let in and stored."""
        if not self._reception.is_open:
            return False
        now = self._clock.monotonic()
        if self._looking is None or (self._looking.done() and now - self._looked_at > GOOD_SECONDS):
            self._looked_at = now
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> bool:
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                await self._book.transact(ledger.prove_writable)
        except (LedgerError, TimeoutError):
            return False
        return True
