"""Know which jobs of a project folder are scheduled, as their files say now."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector import document
from connector.errors import ConfigurationError
from connector.job.definition import variables
from connector.job.definition.model import Job, Schedule
from connector.logs import logger
from connector.settings import environment

__all__ = ["Scheduled", "Timetable"]

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job with a schedule, and whom to tell when it needs somebody."""

    job: str
    schedule: Schedule
    alerts: tuple[str, ...]


class Timetable:
    """The scheduled jobs of a folder; a changed file is read again, of a wrong one the last right form holds."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stamps: dict[Path, Stamp] = {}
        self._jobs: dict[Path, Scheduled | None] = {}

    def jobs(self) -> list[Scheduled]:
        """Give the jobs that have a schedule now, by name."""
        there = sorted((self._home / "jobs").glob("*.yaml"))
        for path in [*self._stamps]:
            if path not in there:
                del self._stamps[path]
                self._jobs.pop(path, None)
        for path in there:
            self._look(path)
        return [one for path in there if (one := self._jobs.get(path)) is not None]

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
        except FileNotFoundError:
            return
        stamp = (found.st_mtime_ns, found.st_size)
        if self._stamps.get(path) == stamp:
            return
        self._stamps[path] = stamp
        try:
            self._jobs[path] = _read(path, self._home)
        except ConfigurationError as error:
            logger().error("schedule.unfit", job=path.stem, error=str(error))


def _read(path: Path, home: Path) -> Scheduled | None:
    """Give the job of this file; None where it is no job or has no schedule."""
    written = document.read(path)
    value, problems = variables.fill(written, environment(home))
    if not _is_scheduled(value):
        return None
    if problems:
        raise ConfigurationError(problems)
    job = document.validate(written, Job, value)
    if job.schedule is None:
        return None
    return Scheduled(path.stem, job.schedule, tuple(one.get_secret_value() for one in job.alerts))


def _is_scheduled(value: Any) -> bool:
    return isinstance(value, dict) and "job" in value and value.get("schedule") is not None
