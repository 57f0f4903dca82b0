"""Share what a token may still create this hour and this day between all processes, through the ledger."""

import hashlib
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector import ledger
from connector.clock import Clock
from connector.job.definition.model import Limits, Target
from connector.ledger import Ledger

__all__ = ["LedgerBudget", "target_key"]


def target_key(target: Target) -> str:
    """Give the word under which the ledger counts what was created: a digest, since a budget belongs to a token."""
    told = f"{target.name}\n{target.token.get_secret_value()}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class LedgerBudget:
    """The per_hour and per_day of a job or an intake, as delivery asks for them.

    `share` is the part of them that a backfill may have: the rest is kept for runs. None is for all others.
    """

    def __init__(
        self, book: Ledger, target: Target, limits: Limits, clock: Clock, *, share: float | None = None
    ) -> None:
        self._book = book
        self._limits = limits
        self._key = target_key(target)
        self._clock = clock
        self._share = share

    async def take(self) -> float:
        """Book one creation and give 0; or book none and give the seconds after which to ask again."""
        limits = self._limits
        now = self._clock.now().astimezone(ZoneInfo(limits.timezone))
        bounds: dict[str, Any] = {"per_hour": limits.per_hour, "per_day": limits.per_day}
        if self._share is None:
            granted = await self._book.transact(ledger.spend, self._key, now, **bounds, wanted=1)
        else:
            granted = await self._book.transact(ledger.spend_part, self._key, now, **bounds, share=self._share)
        next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return 0.0 if granted else (next_hour - now).total_seconds()
