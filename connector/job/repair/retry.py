"""Try held and refused entries again, each job's by a run of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.clock import Clock
from connector.errors import ConfigurationError, Problem
from connector.job.definition import loader
from connector.job.execution.progress import Progress
from connector.job.execution.selection import Selection
from connector.job.execution.summary import ExitCode, Options, Summary
from connector.job.run import runner
from connector.ledger import EntryRow
from connector.settings import Settings

__all__ = ["Batch", "batches", "retry", "select", "together"]

WORST = (ExitCode.MEND, ExitCode.STOPPED, ExitCode.REFUSED, ExitCode.DONE)
COUNTS = ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "bytes_uploaded")


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one job, to be tried again; no plan where there is no such job here."""

    job: str
    plan: loader.Plan | None
    entries: Sequence[EntryRow]


def batches(entries: Sequence[EntryRow], settings: Settings) -> list[Batch]:
    """Give the entries by job; raise ConfigurationError where a job that is needed has a mistake."""
    by_job: dict[str, list[EntryRow]] = {}
    for entry in entries:
        by_job.setdefault(entry.job, []).append(entry)
    known = set(loader.names(settings.home))
    return [Batch(job, loader.load(job, settings) if job in known else None, rows) for job, rows in by_job.items()]


def retry(
    batch: Batch, settings: Settings, *, clock: Clock, dry_run: bool = False, progress: Progress | None = None
) -> Summary:
    """Run the batch's job over its entries alone, under the job's lock; they are read and mapped anew."""
    if batch.plan is None:
        hint = "entries of an intake are tried again by `connector messages --retry`"
        raise ConfigurationError([Problem(f"there is no job {batch.job!r} here", settings.home / "jobs", hint=hint)])
    options = Options(dry_run=dry_run, yes=True, only=select(batch.entries))
    return runner.run(batch.plan, settings, options, clock=clock, progress=progress)


def select(entries: Sequence[EntryRow]) -> Selection:
    """Give what a run is restricted to that works on these entries alone."""
    return Selection(
        frozenset(entry.id for entry in entries),
        frozenset((entry.channel, entry.session_id) for entry in entries),
        frozenset(entry.file_id for entry in entries if entry.file_id is not None),
    )


def together(summaries: Sequence[Summary], *, dry_run: bool, error: str | None = None) -> Mapping[str, Any]:
    """Give one object for all runs: the keys of a run, its counts added up, and every run by itself in `runs`."""
    told = [summary.as_dict() for summary in summaries]
    reasons: dict[str, int] = {}
    for one in told:
        for code, count in one["reasons"].items():
            reasons[code] = reasons.get(code, 0) + count
    codes = [ExitCode.MEND] if error else [one["exit_code"] for one in told] or [ExitCode.DONE]
    only = told[0] if len(told) == 1 else {}
    facts = {
        "run_id": only.get("run_id"),
        "job": only.get("job"),
        "dry_run": dry_run,
        "started_at": min((one["started_at"] for one in told), default=None),
        "finished_at": max((one["finished_at"] for one in told), default=None),
        **{name: sum(one[name] for one in told) for name in COUNTS},
        "reasons": dict(sorted(reasons.items())),
        "report": only.get("report"),
        "exit_code": next(code for code in WORST if code in codes),
        "runs": told,
    }
    errors = [str(one["error"]) for one in told if one.get("error")] + ([error] if error else [])
    return {**facts, "error": "; ".join(errors)} if errors else facts
