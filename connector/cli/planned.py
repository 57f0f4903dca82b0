"""Tell what the schedules of a project will do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from connector import clock
from connector.cli.screen import columns
from connector.settings import Settings

__all__ = ["Planned", "schedules", "schedules_table"]

STATES = {"running": "", "paused": "[yellow]paused[/]", "cancelled": "[red]cancelled[/]"}


@dataclass(frozen=True, slots=True)
class Planned:
    """What a job's schedule will do: its next slot, None where it is held or never due again."""

    job: str
    cron: str
    timezone: str
    state: str
    next_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        names = ("job", "cron", "timezone", "state", "next_at")
        return {name: getattr(self, name) for name in names}


def schedules(settings: Settings, controls: Sequence[Any]) -> list[Planned]:
    """Give the schedules of the project's jobs, by job, with what people asked of them."""
    from connector.job.definition.scheduler import next_slot  # noqa: PLC0415 - only here the scheduler is needed
    from connector.job.schedule.timetable import Timetable  # noqa: PLC0415

    states = {one.job: one.state for one in controls if one.scope == "schedule"}
    now = clock.SystemClock().now()
    planned = []
    for one in Timetable(settings.home).jobs():
        state = states.get(one.job, "running")
        due = next_slot(one.schedule.cron, one.schedule.timezone, now) if state == "running" else None
        planned.append(Planned(one.job, one.schedule.cron, one.schedule.timezone, state, due))
    return planned


def schedules_table(planned: Sequence[Planned]) -> Table:
    """Give a table of them; `connector serve` is what keeps them."""
    table = columns("Schedules, kept by `connector serve`", "job", "cron", "next run", "time zone", "")
    for one in planned:
        due = f"{one.next_at.astimezone(ZoneInfo(one.timezone)):%a %Y-%m-%d %H:%M}" if one.next_at else "none"
        table.add_row(one.job, one.cron, due, one.timezone, STATES[one.state])
    return table
