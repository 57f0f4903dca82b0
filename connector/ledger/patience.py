"""Wait for a database server that went away, and do again what it did not finish."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from sqlalchemy import Connection, select

from connector.errors import LedgerAwayError
from connector.ledger.model import Change
from connector.ledger.tables import STEP
from connector.logs import logger

__all__ = ["AWAY_SECONDS", "persist", "was_written"]

T = TypeVar("T")

AWAY_SECONDS: Final = 60.0
"""A server that is started again, or whose standby takes over, is back within this time."""
FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 2.0


def persist(attempt: Callable[[bool], T], *, away_seconds: float = AWAY_SECONDS) -> T:
    """Give what the attempt gives, made again while the server is away; it is told whether this is a repetition.

    Blocks its thread meanwhile. Raises the last LedgerAwayError where the server stays away longer than that.
    """
    end, wait_seconds, repeated = time.monotonic() + away_seconds, FIRST_WAIT_SECONDS, False
    while True:
        try:
            return attempt(repeated)
        except LedgerAwayError as error:
            if time.monotonic() + wait_seconds > end:
                raise
            logger().warning("ledger.awaited", error=error.message)
        time.sleep(wait_seconds)
        wait_seconds, repeated = min(2 * wait_seconds, LONGEST_WAIT_SECONDS), True


def was_written(connection: Connection, changes: Sequence[Change]) -> bool:
    """Tell whether these changes were committed before the server went away and could not say so any more.

    They are written whole or not at all, so one of their steps tells for all; changes without any may be written twice.
    """
    step = next((step for change in changes for step in change.steps), None)
    if step is None:
        return False
    same = (STEP.c.entry_id == step.entry_id, STEP.c.name == step.name, STEP.c.at == step.at)
    facts = connection.execute(select(STEP.c.run_id, STEP.c.facts).where(*same)).all()
    return any(row.run_id == step.run_id and row.facts == dict(step.facts) for row in facts)
