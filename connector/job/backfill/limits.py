"""Say which limits hold for a backfill now: those of its job, what a person changed of them, and its part of them."""

from typing import Any

from pydantic import ValidationError

from connector.job.definition.model import Job, Limits

__all__ = ["changed", "part_of_budget"]


def changed(limits: Limits, facts: Any) -> Limits:
    """Give the limits with what a person changed while the backfill runs; what no limit can be is left out."""
    try:
        return Limits.model_validate({**limits.model_dump(), **facts})
    except ValidationError:
        return limits


def part_of_budget(job: Job, limits: Limits, *, others: bool) -> float:
    """Give the part of per_hour and per_day that the job's backfill may have: the rest is kept for runs."""
    return limits.backfill_share if others or job.schedule else 1.0
