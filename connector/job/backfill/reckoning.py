"""Reckon what became of a range: what this start of a backfill did, what was there before, and whether it adds up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.ledger import Partition
from connector.ledger.tally import Standing
from connector.reason import Code, Outcome

__all__ = ["Line", "PlanSum", "Reckoning", "reckon", "sum_up", "tell_waiting"]

SENDING = "sending"
"""The state of an entry whose sending was cut short."""
ORDER = (*(outcome.value for outcome in Outcome), SENDING)


@dataclass(frozen=True, slots=True)
class Line:
    """The entries of a range in one state for one reason."""

    state: str
    """An outcome, or `sending` where a start was killed in the midst of it."""
    code: Code | None
    now: int
    """Brought there, or held again, by this start."""
    before: int
    """Brought there by earlier starts and by other runs."""
    example: str = ""
    """The number of one of them in the ledger."""

    @property
    def in_all(self) -> int:
        """Count them all."""
        return self.now + self.before


@dataclass(frozen=True, slots=True)
class PlanSum:
    """How many sessions a plan has, and how far they are."""

    finished_now: int = 0
    finished_before: int = 0
    left: int = 0

    @property
    def sessions(self) -> int:
        """Count them all."""
        return self.finished_now + self.finished_before + self.left


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the ledger says of a range at the end of a start."""

    lines: Sequence[Line] = ()
    seen: int = 0
    """What the start counted as seen."""
    gone: int = 0
    """Entries of earlier starts and runs whose files were moved away or deleted: no listing shows those."""
    plan: PlanSum = field(default_factory=PlanSum)

    @property
    def now(self) -> int:
        """Count what this start brought to an outcome."""
        return sum(line.now for line in self.lines)

    @property
    def before(self) -> int:
        """Count what was there before, and what others did meanwhile."""
        return sum(line.before for line in self.lines)

    @property
    def in_all(self) -> int:
        """Count the entries of the range."""
        return self.now + self.before

    @property
    def unseen(self) -> int:
        """Count what neither this start counted as seen nor is gone: it waits still, or others did it meanwhile."""
        return self.in_all - self.gone - self.seen

    def as_facts(self) -> dict[str, object]:
        """Give it as plain data: entries by state, now and before, and the sessions of the plan."""
        now, before = Counter[str](), Counter[str]()
        for line in self.lines:
            now[line.state] += line.now
            before[line.state] += line.before
        plan = {"sessions": self.plan.sessions, "finished_now": self.plan.finished_now}
        plan |= {"finished_before": self.plan.finished_before, "left": self.plan.left}
        told = {"now": +now, "before": +before, "files_gone": self.gone}
        return {**told, "in_all": self.in_all, "plan": plan}


def reckon(found: Iterable[Standing], rested: Mapping[Code, int], *, seen: int, plan: PlanSum) -> Reckoning:
    """Give the lines in the order of outcomes, with the parts that rest until their next try counted as held now."""
    now, before, examples = Counter[tuple[str, str]](), Counter[tuple[str, str]](), dict[tuple[str, str], str]()
    gone = 0
    for one in found:
        key = (one.state, one.code or "")
        (now if one.by_run else before)[key] += one.entries
        examples.setdefault(key, one.example)
        gone += 0 if one.by_run or one.listed else one.entries
    for code, count in rested.items():
        key = (Outcome.HELD.value, code.value)
        resting = min(count, before[key])
        now[key], before[key] = now[key] + resting, before[key] - resting
    keys = sorted(examples, key=lambda key: (ORDER.index(key[0]), key[1]))
    lines = [Line(key[0], Code(key[1]) if key[1] else None, now[key], before[key], examples[key]) for key in keys]
    return Reckoning(lines, seen, gone, plan)


def sum_up(parts: Iterable[Partition], run_id: str | None) -> PlanSum:
    """Give how far a plan is, as this run sees it."""
    sums = Counter[str]()
    for part in parts:
        done = "now" if part.run_id == run_id else "before"
        sums[done if part.state == "done" else "left"] += part.items
    return PlanSum(sums["now"], sums["before"], sums["left"])


def tell_waiting(count: int, path: str, job: str) -> str:
    """Say which files of a finished part wait still, why, and what becomes of them."""
    files = f"its file {path} waits" if count == 1 else f"{count:,} of its files wait, such as {path},"
    them = "it" if count == 1 else "them"
    return (
        f"{files} to be judged: a newer version came while the part was worked on, or its session no longer ends "
        f"within the range; the next run or backfill of {job} takes {them} up"
    )
