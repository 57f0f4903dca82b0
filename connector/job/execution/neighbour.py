"""Let runs and backfills of one target get along: share its rate, and leave to each other what one has in hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from connector import ledger
from connector.ledger import Present

__all__ = ["MOST_SHARE", "Neighbourhood", "look", "rate_of_run"]

MOST_SHARE = 0.9
"""However large a share a backfill has, a run keeps a tenth of the rate."""


@dataclass(slots=True)
class Neighbourhood:
    """What a run knows of a backfill of its own job, and what it has under way itself.

    A run that began before the plan may hold sessions that are in it: from the moment it sees the plan it begins none
    of those any more, and once what was under way then has ended it says so. The backfill waits for that word.
    """

    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    """The sessions that are being worked on."""
    plan: str | None = None
    """The run of the backfill whose plan was seen last."""
    plans_seen: int = 0
    """How many plans there were, one after the other."""
    _leaving: frozenset[asyncio.Task[None]] = frozenset()

    def begun(self, task: asyncio.Task[None]) -> None:
        """Note one more session under way, until its task has ended."""
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    def sees(self, plan: str | None) -> None:
        """Note the plan of a backfill that works now; None where there is none."""
        if plan != self.plan:
            self.plan, self._leaving = plan, frozenset(self.under_way)
            self.plans_seen += plan is not None

    @property
    def makes_room(self) -> bool:
        """Tell whether something of the plan may be under way still."""
        return not self._leaving.isdisjoint(self.under_way)

    @property
    def made_room_for(self) -> str | None:
        """Give the backfill that may begin; None while something of its plan may be under way here."""
        return None if self.makes_room else self.plan


def look(connection: Connection, job: str, target_key: str, row: Present) -> tuple[str | None, Sequence[Present]]:
    """Say that this run is at work, and give the backfill of its job that works now, and all who share the target."""
    ledger.announce(connection, row)
    there = ledger.present(connection, target_key, row.seen_at)
    planned = ledger.plan(connection, job)
    is_led = any(one.kind == "plan" and one.job == job for one in there)
    working = planned is not None and planned.state == ledger.WORKING and is_led
    return (planned.run_id if planned and working else None), there


def rate_of_run(rate: float, there: Sequence[Present], backfill_share: float) -> float:
    """Give a run's part of its job's rate: runs share evenly what a backfill at work leaves."""
    runs = max(1, sum(one.kind == "run" for one in there))
    beside = any(one.kind == "backfill" for one in there)
    return rate * (1 - min(backfill_share, MOST_SHARE) if beside else 1.0) / runs
