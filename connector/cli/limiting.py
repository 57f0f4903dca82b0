"""Tell what the limits of jobs and intakes allow at this moment, and how much of each is used up."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.table import Table

from connector.cli.screen import columns
from connector.errors import ConfigurationError
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.intake import Intake
    from connector.job.definition.model import Job, Limits

__all__ = ["Allowance", "allowances", "allowances_table"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of one job or intake that bind at all, and what was created under its token so far."""

    job: str
    is_of_backfill: bool
    """Whether they are those of its backfill, for which a person changed them."""
    limits: "Limits"
    this_hour: int
    this_day: int
    opens_at: datetime | None
    """When its hours open again; None where they are open, or where it names none."""

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        named = ("requests_per_second", "per_hour", "per_day", "hours", "timezone")
        facts = {name: getattr(self.limits, name) for name in named}
        spent = {"created_this_hour": self.this_hour, "created_this_day": self.this_day}
        return {"job": self.job, "backfill": self.is_of_backfill, **facts, **spent, "opens_at": self.opens_at}


def allowances(
    settings: Settings, ask: Callable[..., Any], now: datetime, changes: Mapping[str, Mapping[str, Any]]
) -> list[Allowance]:
    """Give those of the project's jobs and intakes that have such limits, by name; `ask` asks the ledger.

    `changes` are what a person changed for the unfinished backfills, by job: those follow their job.
    """
    from connector.job.backfill.limits import changed  # noqa: PLC0415 - `connector --help` must not pay for it
    from connector.job.execution.budget import target_key  # noqa: PLC0415
    from connector.ledger.budget import spent  # noqa: PLC0415

    found = []
    for name, definition in _definitions(settings):
        given = [(False, definition.limits)]
        if changes.get(name):
            given.append((True, changed(definition.limits, changes[name])))
        for is_of_backfill, limits in given:
            if limits.requests_per_second or limits.per_hour or limits.per_day or limits.hours:
                local = now.astimezone(ZoneInfo(limits.timezone))
                used = ask(settings, spent, target_key(definition.target), local)
                created = (used.get("hour", 0), used.get("day", 0))
                found.append(Allowance(name, is_of_backfill, limits, *created, _opens_at(limits, now)))
    return found


def _opens_at(limits: "Limits", now: datetime) -> datetime | None:
    from connector.job.execution.opening import open_hours  # noqa: PLC0415

    hours = open_hours(limits)
    closed_seconds = hours.seconds_until_open(now) if hours is not None else 0.0
    return (now + timedelta(seconds=closed_seconds)).astimezone(UTC) if closed_seconds else None


def _definitions(settings: Settings) -> Sequence[tuple[str, "Job | Intake"]]:
    """Give jobs and intakes as their files say; one that is wrong is left out, `connector check` tells why."""
    from connector import document  # noqa: PLC0415
    from connector.job.definition import variables  # noqa: PLC0415
    from connector.job.definition.intake import Intake  # noqa: PLC0415
    from connector.job.definition.model import Job  # noqa: PLC0415
    from connector.job.definition.place import (  # noqa: PLC0415
        find,
        intakes,
        is_intake,
    )
    from connector.job.definition.place import names as jobs  # noqa: PLC0415
    from connector.settings import environment  # noqa: PLC0415

    found: list[tuple[str, Job | Intake]] = []
    for name in sorted([*jobs(settings.home), *intakes(settings.home)]):
        path = find(settings.home, name)
        with suppress(ConfigurationError):
            written = document.read(path)
            value, problems = variables.fill(written, environment(settings.home))
            if problems:
                continue
            if is_intake(path):
                found.append((name, document.validate(written, Intake, value)))
            else:
                found.append((name, document.validate(written, Job, value)))
    return found


def allowances_table(found: Sequence[Allowance]) -> Table:
    """Give a table of them for people."""
    table = columns("\nLimits", "job", "requests a second", "created this hour", "created today", "hours", "")
    for one in found:
        limits = one.limits
        rate = f"at most {limits.requests_per_second:g}" if limits.requests_per_second else ""
        hours = f"{limits.hours} {limits.timezone}" if limits.hours else ""
        table.add_row(
            f"{one.job} (backfill)" if one.is_of_backfill else one.job,
            rate,
            _used(one.this_hour, limits.per_hour),
            _used(one.this_day, limits.per_day),
            hours,
            _state(one),
        )
    return table


def _used(count: int, limit: int | None) -> str:
    if limit is None:
        return ""
    told = f"{count:,} of {limit:,}"
    return f"[yellow]{told}[/]" if count >= limit else told


def _state(one: Allowance) -> str:
    if not one.limits.hours:
        return ""
    if one.opens_at is None:
        return "[green]open[/]"
    opens = one.opens_at.astimezone(ZoneInfo(one.limits.timezone))
    return f"[yellow]closed until {opens:%a %H:%M}[/]: a run holds what is new, a backfill waits"
