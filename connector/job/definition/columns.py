"""Tell which names that a job reads of its tables stand in none of their columns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.document import Document, Location
from connector.errors import Problem
from connector.job.definition.model import Job
from connector.mapping import Mapping as Rules
from connector.mapping import Placed
from connector.mapping.records import Shape
from connector.session import Session
from connector.session.rows import format_of

__all__ = ["MOST_FILES", "MOST_ROWS", "OF_ID", "Columns", "doubt_in_row", "placed_paths"]

MOST_FILES = 3
MOST_ROWS = 20
MOST_TOLD = 5
OF_ID = "source.options.id"
LOOSE = ("json", "jsonl")
"""Forms whose rows need not all have the same fields."""


def placed_paths(written: Document, job: Job, mappings: Mapping[str, Rules]) -> tuple[Placed, ...]:
    """Give what a job of kind files and its mappings read of a row, and where a person wrote it."""
    if job.source.reading is None:
        return ()
    of_job = [
        Placed(path, written.problem(at, ""), is_name=at[0] == "source")
        for at, path in _of_job(job)
        if path is not None and not path.strip().startswith("$")
    ]
    return (*of_job, *(one for rules in mappings.values() for one in rules.placed))


def _of_job(job: Job) -> Iterator[tuple[Location, str | None]]:
    options = ("source", "options")
    if job.source.reading is not None:
        said = job.source.reading.options
        yield (*options, "id"), said.id
        yield (*options, "updated_at"), said.updated_at
        yield (*options, "ended_at"), said.ended_at
        yield (*options, "recording", "path"), said.recording.path
        for name, path in said.agent.given().items():
            yield (*options, "agent", name), path
    for number, condition in enumerate(job.filter):
        yield ("filter", number, "path"), condition.path


def doubt_in_row(session: Session, name: str) -> str:
    """Give a doubt where this names no column, and leads to no field, of the session's own row."""
    noun = "field" if format_of(session.file.path) in LOOSE else "column"
    return Shape(dict.fromkeys(session.record, "any"), noun, "in its row").look_up_name(name)


class Columns:
    """The columns of the newest files, or their fields at the top, as far as a few rows of each show them."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}
        self._rows: Counter[str] = Counter()

    def look(self, path: str, record: Mapping[str, Any]) -> None:
        """Look at a row of this file, if few enough of it and of others were looked at."""
        if path not in self._names and len(self._names) >= MOST_FILES:
            return
        if self._rows[path] < MOST_ROWS:
            self._rows[path] += 1
            self._names.setdefault(path, {}).update(dict.fromkeys(record))

    @property
    def names(self) -> Mapping[str, list[str]]:
        """Give, by the path of each file, its columns in their order."""
        return {path: list(names) for path, names in self._names.items()}

    def has(self, path: str, name: str) -> bool:
        """Tell whether the name of a column, or a path, leads somewhere in this file."""
        return not Shape(dict.fromkeys(self._names.get(path, ()), "any")).look_up_name(name)

    def doubts(self, placed: Iterable[Placed]) -> list[Problem]:
        """Give a warning for each path that names no column of any file; that of the id is another matter.

        A file none of whose rows has an id is refused as a whole, and says so itself.
        """
        if not self._names:
            return []
        shape = self._shape()
        found = []
        for one in placed:
            doubt = shape.look_up_name(one.path) if one.is_name else shape.look_up(one.path)[1]
            if doubt and one.place.field != OF_ID:
                found.append(replace(one.place, message=doubt))
        return found

    def told(self, placed: Iterable[Placed], job: str) -> list[str]:
        """Give the first of the warnings as sentences, and where the others are told."""
        found = [str(one) for one in self.doubts(placed)]
        more = [f"{len(found) - MOST_TOLD} more like this: `connector check {job}` tells them"]
        return [*found[:MOST_TOLD], *(more if len(found) > MOST_TOLD else [])]

    def _shape(self) -> Shape:
        first, *others = self._names
        is_loose = any(format_of(path) in LOOSE for path in self._names)
        more = f" and {len(others)} more" if others else ""
        where = f"in the first rows of {first}{more}" if is_loose else f"in {first}{more}"
        names = {name for names in self._names.values() for name in names}
        return Shape(dict.fromkeys(sorted(names), "any"), "field" if is_loose else "column", where)
