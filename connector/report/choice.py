"""Choose the runs that a report is about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connector.errors import ConfigurationError, Problem
from connector.ledger import reporting
from connector.ledger.model import RunRow, Window
from connector.mistake import did_you_mean

__all__ = ["Wish", "choose"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: one run, or all of a period and a job; nothing at all means the newest run."""

    run_id: str | None = None
    job: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def over_period(self) -> bool:
        """Tell whether several runs may be meant."""
        return self.since is not None or self.until is not None


def choose(connection: Connection, wish: Wish) -> list[RunRow]:
    """Give the runs, oldest first, at least one; raise ConfigurationError where there is none."""
    if wish.run_id is not None:
        return [_named(connection, wish.run_id)]
    if wish.over_period:
        found = reporting.runs_between(connection, Window(wish.since, wish.until), wish.job)
    else:
        newest = reporting.newest_run(connection, wish.job)
        found = [newest] if newest else []
    if not found:
        hint = "`connector runs` lists those there are; dry runs leave no trace"
        raise ConfigurationError([Problem("there is no run to report on", hint=hint)])
    return found


def _named(connection: Connection, run_id: str) -> RunRow:
    found = reporting.runs_by_id(connection, [run_id])
    if found:
        return found[0]
    known = [run.id for run in reporting.runs_between(connection)]
    hint = did_you_mean(run_id, known) or "`connector runs` lists those there are"
    raise ConfigurationError([Problem(f"there is no run {run_id!r}", hint=hint)])
