"""Say what runs came to whose process ended without a word."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from connector.ledger import runlog
from connector.ledger.backfill_tables import PLAN
from connector.ledger.model import RunRow
from connector.ledger.presence import jobs_at_work
from connector.ledger.reporting import Closing, closings
from connector.ledger.tables import RUN, STEP
from connector.reason import Outcome

__all__ = ["KILLED", "close_killed_runs", "unfinished_runs"]

KILLED: Final = "killed: its process ended without a word; the next run completes what was under way"
STOPPED: Final = 1
"""The exit code of a run that had to stop."""


def unfinished_runs(connection: Connection, job: str | None = None, *, now: datetime) -> Sequence[RunRow]:
    """Give the runs, of one job or of all, that did not say how they ended: they go on, or were killed.

    The run of a backfill is none of them while a worker is left of it: what that one does still counts for the run.
    """
    going_on = select(PLAN.c.run_id).where(PLAN.c.job.in_(jobs_at_work(connection, now)), PLAN.c.run_id.is_not(None))
    wanted = select(RUN).where(RUN.c.finished_at.is_(None), RUN.c.dry_run.is_(False), RUN.c.id.not_in(going_on))
    wanted = wanted.order_by(RUN.c.started_at)
    if job is not None:
        wanted = wanted.where(RUN.c.job == job)
    return [RunRow(**row) for row in connection.execute(wanted).mappings()]


def close_killed_runs(connection: Connection, job: str, *, now: datetime, but: str | None = None) -> Sequence[RunRow]:
    """Close the job's runs that did not end, with counts from their entries, and give them as they stand now.

    For who holds the locks of the job and of its backfill: then nobody else can be running it. `but` is the caller's
    own run.
    """
    closed = [_closed(connection, row) for row in unfinished_runs(connection, job, now=now) if row.id != but]
    for row in closed:
        runlog.finish_run(connection, row)
    return closed


def _closed(connection: Connection, row: RunRow) -> RunRow:
    outcomes: dict[str, Closing] = {}

    def collect(found: Sequence[Closing]) -> None:
        outcomes.update((one.entry_id, one) for one in found)

    closings(connection, [row], collect)
    counts = Counter(one.outcome for one in outcomes.values())
    reasons = Counter(str(one.facts["reason"]) for one in outcomes.values() if one.facts.get("reason"))
    audio, size_bytes = _audio(connection, outcomes, row.id)
    told = {outcome.value: counts[outcome.value] for outcome in Outcome}
    return replace(
        row,
        finished_at=max([row.started_at, *(one.at for one in outcomes.values())]),
        counts={"seen": sum(told.values()), **told, "audio_uploaded": audio, "bytes_uploaded": size_bytes},
        reasons=dict(reasons),
        exit_code=STOPPED,
        error=KILLED,
    )


def _audio(connection: Connection, entries: dict[str, Closing], run_id: str) -> tuple[int, int]:
    """Give how many recordings these entries sent in the run, and their bytes."""
    sent, size_bytes, ids = 0, 0, sorted(entries)
    for start in range(0, len(ids), 500):
        wanted = select(STEP.c.facts).where(
            STEP.c.entry_id.in_(ids[start : start + 500]), STEP.c.run_id == run_id, STEP.c.name == "audio.done"
        )
        for (facts,) in connection.execute(wanted):
            sent, size_bytes = sent + 1, size_bytes + int(facts.get("bytes") or 0)
    return sent, size_bytes
