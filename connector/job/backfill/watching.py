"""See by the ledger how far a backfill is, how fast, and what holds it up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from connector import ledger
from connector.clock import Clock
from connector.job.backfill.holdup import what_holds
from connector.job.backfill.in_hand import in_hand, worked_on
from connector.job.backfill.view import Sight, WorkerSight
from connector.job.definition.loader import Plan
from connector.job.execution.budget import target_key
from connector.ledger import Present, StateSum

__all__ = ["Watching"]

SMOOTHING = 0.2
"""Weight of the newest measurement of a rate."""
STANDSTILL = 0.01
BEGINNING_SECONDS = 30.0
"""For so long the rate is that of all the time since the beginning."""


class Watching:
    """Look again and again, and know from look to look how fast it goes."""

    def __init__(self, plan: Plan, run_id: str, clock: Clock, *, done_before: int) -> None:
        self._plan, self._run_id, self._clock = plan, run_id, clock
        self._done_before = done_before
        """Sessions of parts that earlier runs of the plan finished."""
        self._rates: dict[int, float] = {}
        self._worked: dict[int, int] = {}
        self._began_at = self._looked_at = clock.monotonic()
        self._began_with: int | None = None
        self._seen = Sight(0, 0)

    def look(self, connection: Connection) -> Sight:
        """Give how far it is now; runs inside one reading transaction."""
        job = self._plan.job.job
        found = ledger.sums(connection, job)
        there = ledger.present(connection, target_key(self._plan.job.target), self._clock.now())
        control = ledger.control(connection, job, ledger.BACKFILL)
        parts = ledger.partitions(connection, job, self._run_id)
        workers = in_hand(parts, there)
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(part.counts if part.state == "done" else {})
        for one in workers:
            counts.update(one.facts["counts"])
        seen = self._sight(found, counts, workers, is_cancelled=control.state == ledger.CANCELLED)
        # Where all is done nothing is held up, whatever was asked too late.
        is_left = seen.worked < seen.items
        self._seen = replace(
            seen, note=what_holds(connection, self._plan, self._clock, control, there) if is_left else ""
        )
        return self._seen

    def _sight(
        self, found: Mapping[str, StateSum], counts: Counter[str], workers: list[Present], *, is_cancelled: bool
    ) -> Sight:
        items = sum(one.items for one in found.values()) - self._done_before
        done = (found["done"].items if "done" in found else 0) - self._done_before
        # A part that was let go, or whose worker is dead, is nobody's for a while, and a cancelled plan has lost what
        # waited: what is done of them stays done, and nobody shall see it vanish.
        now, seen = done + worked_on(workers), self._seen
        worked = max(now, seen.worked)
        items = max(items, seen.items) if is_cancelled else items
        total, rates = self._measure(worked, workers)
        sights = tuple(
            WorkerSight(facts["number"], facts["day"], facts["items"], facts["worked"], rates[facts["number"]])
            for facts in sorted((one.facts for one in workers), key=lambda facts: facts["number"])
        )
        left = (items - worked) / total if total > STANDSTILL and not is_cancelled else None
        return Sight(items, worked, dict(counts) if now >= seen.worked else seen.counts, total, left, workers=sights)

    def _measure(self, worked: int, in_hand: list[Present]) -> tuple[float, dict[int, float]]:
        now = self._clock.monotonic()
        seconds, self._looked_at = max(now - self._looked_at, 1e-3), now
        amounts = {0: worked, **{one.facts["number"]: one.facts["worked"] for one in in_hand}}
        for number, amount in amounts.items():
            # A worker that begins another part begins to count anew.
            more = max(0, amount - self._worked.get(number, amount))
            known = self._rates.get(number, more / seconds)
            self._rates[number] = known + SMOOTHING * (more / seconds - known)
        self._worked = amounts
        return self._whole(worked, now), self._rates

    def _whole(self, worked: int, now: float) -> float:
        """Give the rate of all: in the beginning what there was in all, since single looks see it in jumps."""
        if self._began_with is None:
            self._began_at, self._began_with = now, worked
        seconds = now - self._began_at
        if 0 < seconds < BEGINNING_SECONDS:
            return (worked - self._began_with) / seconds
        return self._rates[0]
