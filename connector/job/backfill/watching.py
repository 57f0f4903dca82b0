"""See by the ledger how far a backfill is, how fast, and what holds it up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from connector import ledger
from connector.clock import Clock
from connector.job.backfill.pulse import changed
from connector.job.backfill.view import Sight, WorkerSight
from connector.job.definition.loader import Plan
from connector.job.execution.budget import target_key
from connector.job.execution.opening import open_hours
from connector.ledger import Control, Present, StateSum

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

    def look(self, connection: Connection) -> Sight:
        """Give how far it is now; runs inside one reading transaction."""
        job = self._plan.job.job
        found = ledger.sums(connection, job)
        there = ledger.present(connection, target_key(self._plan.job.target), self._clock.now())
        control = ledger.control(connection, job, ledger.BACKFILL)
        counts: Counter[str] = Counter()
        claimed: dict[int, str | None] = {}
        for part in ledger.partitions(connection, job, self._run_id):
            if part.state == "done":
                counts.update(part.counts)
            else:
                claimed[part.id] = part.owner
        # What a worker said last may be of a part that it finished since: that one counts as done already.
        in_hand = [one for one in there if one.kind == "backfill" and claimed.get(one.facts.get("part", 0)) == one.id]
        for one in in_hand:
            counts.update(one.facts["counts"])
        return self._sight(found, counts, in_hand, control, others=any(one.kind == "run" for one in there))

    def _sight(
        self,
        found: Mapping[str, StateSum],
        counts: Counter[str],
        in_hand: list[Present],
        control: Control,
        *,
        others: bool,
    ) -> Sight:
        items = sum(one.items for one in found.values()) - self._done_before
        done = (found["done"].items if "done" in found else 0) - self._done_before
        worked = done + sum(min(one.facts["worked"], one.facts["items"]) for one in in_hand)
        total, rates = self._measure(worked, in_hand)
        workers = tuple(
            WorkerSight(facts["number"], facts["day"], facts["items"], facts["worked"], rates[facts["number"]])
            for facts in sorted((one.facts for one in in_hand), key=lambda facts: facts["number"])
        )
        left = (items - worked) / total if total > STANDSTILL else None
        sight = Sight(items, worked, dict(counts), total, left, workers=workers)
        return replace(sight, note=self._note(control, others=others, total=total))

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

    def _note(self, control: Control, *, others: bool, total: float) -> str:
        job = self._plan.job
        limits = changed(job.limits, control.facts)
        hours = open_hours(limits)
        if control.state == ledger.PAUSED:
            return f"paused; go on with: connector resume {job.job}"
        if hours is not None and (seconds := hours.seconds_until_open(self._clock.now())):
            return f"waits for the hours {limits.hours}: {seconds / 3600:.1f} h"
        if others:
            return f"makes room for another run of the target: {limits.backfill_share:.0%} of the rate"
        if total < STANDSTILL and (limits.per_hour or limits.per_day):
            return "waits: the number of creations per hour or day may be used up"
        return ""
