"""Let go, day by day, of what the ledger may no longer keep."""

from datetime import datetime, timedelta
from typing import Final

from connector import ledger
from connector.clock import Clock
from connector.ledger import Ledger
from connector.logs import logger
from connector.settings import Settings

__all__ = ["expire", "keep_retention"]

DAY_SECONDS: Final = 86_400.0
AT_ONCE: Final = 5_000
"""So few in one transaction that nobody who writes beside it waits for long."""


async def keep_retention(book: Ledger, settings: Settings, *, clock: Clock) -> None:
    """Let go of what is too old at once, and then every day; never returns."""
    while True:
        await expire(book, settings, clock.now())
        await clock.sleep(DAY_SECONDS)


async def expire(book: Ledger, settings: Settings, now: datetime) -> None:
    """Let go of the steps, statistics and bodies that are older than the settings allow."""
    steps = bodies = fields = 0
    if settings.retention:
        before = now - timedelta(days=settings.retention)
        while gone := await book.transact(ledger.expiry.expire_steps, before, AT_ONCE):
            steps += gone
        fields = await book.transact(ledger.expiry.expire_statistics, before)
    if settings.retention_bodies:
        before = now - timedelta(days=settings.retention_bodies)
        while gone := await book.transact(ledger.expiry.expire_bodies, before, AT_ONCE):
            bodies += gone
    if steps or bodies or fields:
        logger().info("retention.applied", steps=steps, bodies=bodies, fields=fields)
