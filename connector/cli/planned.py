"""Tell what the schedules of a project will do next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.table import Table

from connector import clock
from connector.cli.screen import columns
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.ledger import Present

__all__ = ["Planned", "schedules", "schedules_table", "unkept"]

STATES = {"running": "", "paused": "[yellow]paused[/]", "cancelled": "[red]cancelled[/]"}


@dataclass(frozen=True, slots=True)
class Planned:
    """What a job's schedule will do: its next slot, None where it is held or never due again.

    `kept` tells whether a `connector serve` that shares the ledger, on whatever machine, said lately that it keeps it.
    """

    job: str
    cron: str
    timezone: str
    state: str
    next_at: datetime | None
    kept: bool

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        names = ("job", "cron", "timezone", "state", "next_at")
        return {name: getattr(self, name) for name in names} | {"kept_by_serve": self.kept}


def schedules(settings: Settings, controls: Sequence[Any], working: Sequence["Present"] = ()) -> list[Planned]:
    """Give the schedules of the project's jobs, by job, with what people asked of them and whether anybody keeps them.

    `working` is who is at work now, as the ledger knows.
    """
    from connector.job.definition.scheduler import next_slot  # noqa: PLC0415 - only here the scheduler is needed
    from connector.job.schedule.timetable import Timetable  # noqa: PLC0415

    states = {one.job: one.state for one in controls if one.scope == "schedule"}
    kept = {job for one in working if one.kind == "serve" for job in one.facts["jobs"]}
    now = clock.SystemClock().now()
    planned = []
    for one in Timetable(settings.home).jobs():
        state = states.get(one.job, "running")
        due = next_slot(one.schedule.cron, one.schedule.timezone, now) if state == "running" else None
        planned.append(Planned(one.job, one.schedule.cron, one.schedule.timezone, state, due, one.job in kept))
    return planned


def schedules_table(planned: Sequence[Planned]) -> Table:
    """Give a table of them; `connector serve` is what keeps them."""
    table = columns("Schedules, kept by `connector serve`", "job", "cron", "next run", "time zone", "")
    for one in planned:
        due = f"{one.next_at.astimezone(ZoneInfo(one.timezone)):%a %Y-%m-%d %H:%M}" if one.next_at else "none"
        state = STATES[one.state] or ("" if one.kept else "[yellow]nobody keeps it[/]")
        table.add_row(one.job, one.cron, due, one.timezone, state)
    return table


def unkept(planned: Sequence[Planned], working: Sequence["Present"]) -> str:
    """Say that nothing would start what is due, as far as the ledger knows; nothing where all is kept or held."""
    jobs = [one.job for one in planned if one.next_at and not one.kept]
    if not jobs:
        return ""
    if any(one.kind == "serve" for one in working):
        other = "was it started in another project folder?"
        return f"The `connector serve` that is running does not keep {_listed(jobs)}: {other}"
    return (
        "No `connector serve` is running (none told this ledger of itself in the last minute): "
        f"{_listed(jobs)} will start only where something else calls `connector run`."
    )


def _listed(jobs: Collection[str]) -> str:
    return " and ".join(filter(None, (", ".join([*jobs][:-1]), [*jobs][-1])))
