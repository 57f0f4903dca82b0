"""Read every intake and every scheduled job of a project folder, and tell the mistakes of all of them at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from connector import document
from connector.errors import ConfigurationError, Problem
from connector.job.definition import loader
from connector.job.definition.loader import IntakePlan, Plan
from connector.settings import Settings

__all__ = ["Roster", "read_roster"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Roster:
    """What a service has to do."""

    intakes: tuple[IntakePlan, ...]
    jobs: tuple[Plan, ...]
    """Those with a schedule; the others are run by hand."""


def read_roster(settings: Settings) -> Roster:
    """Give what there is to serve; raise ConfigurationError with every mistake, or where there is nothing.

    A job without a schedule is not looked at: a mistake in it must not keep messages out.
    """
    problems: list[Problem] = []
    intakes = [_load(loader.load_intake, name, settings, problems) for name in loader.intakes(settings.home)]
    names = [name for name in loader.names(settings.home) if _is_scheduled(name, settings, problems)]
    jobs = [_load(loader.load, name, settings, problems) for name in names]
    if not (intakes or jobs or problems):
        hint = "write a file with `intake:`, or give a job a `schedule:`; `connector init DIR` makes a project folder"
        message = "there is neither an intake nor a job with a schedule here"
        problems.append(Problem(message, settings.home / "jobs", hint=hint))
    if problems:
        raise ConfigurationError(problems)
    return Roster(tuple(one for one in intakes if one), tuple(one for one in jobs if one))


def _is_scheduled(name: str, settings: Settings, problems: list[Problem]) -> bool:
    try:
        value = document.read(settings.home / "jobs" / f"{name}.yaml").value
    except ConfigurationError as error:
        problems.extend(error.problems)
        return False
    return isinstance(value, dict) and value.get("schedule") is not None


def _load(load: Callable[[str, Settings], T], name: str, settings: Settings, problems: list[Problem]) -> T | None:
    try:
        return load(name, settings)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return None
