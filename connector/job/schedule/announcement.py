"""Let others know which schedules this process keeps, so that whoever asks for a next slot hears who starts it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from connector import ledger
from connector.errors import LedgerError
from connector.ledger import Ledger

__all__ = ["Announcement"]

FRESH_SECONDS: Final = 10.0
"""Word that is no older need not be repeated: who looks may take a minute's silence for an end."""


class Announcement:
    """What one keeper of schedules says of itself in the ledger; unheard for long it counts as gone."""

    def __init__(self, book: Ledger) -> None:
        self._book = book
        self._owner = ledger.make_owner()
        self._said: list[str] | None = None
        self._said_at = 0.0

    async def say(self, jobs: Iterable[str], now: datetime) -> None:
        """Say that the schedules of these jobs are kept; raise LedgerError where the ledger takes no word."""
        kept, passed = [*jobs], asyncio.get_running_loop().time()
        if kept == self._said and passed - self._said_at < FRESH_SECONDS:
            return
        self._said = None
        await self._book.transact(ledger.announce, ledger.Present(self._owner, "", "", "serve", {"jobs": kept}, now))
        self._said, self._said_at = kept, passed

    async def withdraw(self) -> None:
        """Say that they are kept no more; a ledger that was in trouble is not waited for once again."""
        if self._said is not None:
            with suppress(LedgerError):
                await self._book.transact(ledger.withdraw, self._owner)
