"""Tell what happened in the reported runs: each run, the counts per outcome, the reasons behind them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from connector.reason import Outcome
from connector.report.advice import advice, meaning
from connector.report.evidence import Evidence
from connector.report.model import Cell, Column, Kind, Table

__all__ = ["counts", "facts", "reason_table", "run_table"]

RUN_COLUMNS = (
    Column("run_id", "Run"),
    Column("job", "Job"),
    Column("started_at", "Started", Kind.MOMENT),
    Column("seconds", "Took", Kind.SECONDS),
    *(Column(outcome.value, outcome.value.capitalize(), Kind.COUNT) for outcome in Outcome),
    Column("exit_code", "Exit code", Kind.COUNT),
    Column("error", "Stopped by"),
)
REASON_COLUMNS = (
    Column("outcome", "Outcome"),
    Column("reason", "Reason"),
    Column("meaning", "What it means"),
    Column("count", "Entries", Kind.COUNT),
    Column("oldest", "Oldest ended", Kind.MOMENT),
    Column("longest", "Age of the oldest", Kind.SECONDS),
    Column("advice", "What to do"),
)
ORDER = [outcome.value for outcome in (Outcome.REFUSED, Outcome.HELD, Outcome.SKIPPED)]


def facts(evidence: Evidence) -> Mapping[str, Cell]:
    """Give what was reported on; for one run also how it ended."""
    first, last = evidence.runs[0], evidence.runs[-1]
    told: dict[str, Cell] = {
        "job": ", ".join(dict.fromkeys(run.job for run in evidence.runs)),
        "tenant": ", ".join(dict.fromkeys(run.tenant for run in evidence.runs)),
        "runs": len(evidence.runs),
        "started_at": first.started_at,
        "finished_at": last.finished_at,
    }
    if first is last:
        told = {"run_id": first.id, **told, "exit_code": first.exit_code, "error": first.error}
    return told


def counts(evidence: Evidence) -> Mapping[str, int]:
    """Give how many entries were seen, and how many came to each outcome.

    One run's counts are its own. Over several an entry counts once, with what it came to last: a conversation that was
    held for three nights and then delivered is one that was delivered.
    """
    if len(evidence.runs) > 1:
        found = Counter(evidence.entries["outcome"].astype(str))
        return {"seen": sum(found.values()), **{one.value: found[one.value] for one in Outcome}}
    totals = {outcome.value: evidence.runs[0].counts.get(outcome.value, 0) for outcome in Outcome}
    return {"seen": sum(totals.values()), **totals}


def run_table(evidence: Evidence) -> Table:
    """Give one row per run, oldest first."""
    rows = [
        (
            run.id,
            run.job,
            run.started_at,
            (run.finished_at - run.started_at).total_seconds() if run.finished_at else None,
            *(run.counts.get(outcome.value, 0) for outcome in Outcome),
            run.exit_code,
            run.error,
        )
        for run in evidence.runs
    ]
    return Table("runs", "Runs", RUN_COLUMNS, rows)


def reason_table(evidence: Evidence) -> Table:
    """Give one row per reason that kept entries from being delivered, refused ones first."""
    frame = evidence.entries
    kept = frame[frame["outcome"] != Outcome.DELIVERED.value]
    pairs = zip(kept["outcome"].astype(str), kept["reason"].astype(str), strict=True)
    found = Counter(pairs)
    keys = sorted(found, key=lambda key: (ORDER.index(key[0]), -found[key], key[1]))
    oldest = {key: _oldest(kept, *key) for key in keys}
    rows = [(*key, meaning(key[1]), found[key], *oldest[key], advice(key[1])) for key in keys]
    about = "Why entries did not go. Refused ones need a person, held ones wait, skipped ones are left out by policy."
    return Table("reasons", "Reasons", REASON_COLUMNS, rows, about)


def _oldest(kept: pd.DataFrame, outcome: str, reason: str) -> tuple[datetime | None, float | None]:
    """Give when the oldest of these ended, and the seconds from then to its last look; nothing where no end is told."""
    those = kept[(kept["outcome"] == outcome) & (kept["reason"] == reason) & kept["ended_at"].notna()]
    if not len(those):
        return None, None
    ended_at: datetime = those["ended_at"].min().to_pydatetime()
    return ended_at, (those["at"].max().to_pydatetime() - ended_at).total_seconds()
