"""State what a report is made of: tables of values, the same in every format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

__all__ = ["Cell", "Column", "Counts", "Kind", "Report", "Table"]

Counts = tuple[tuple[str, int], ...]
Cell = str | int | float | bool | datetime | Counts | tuple[str, ...] | None


class Kind(StrEnum):
    """What the cells of a column are, so that each format can show them its own way."""

    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    """From 0 to 1."""
    SECONDS = "seconds"
    MOMENT = "moment"
    COUNTS = "counts"
    """Words with how often each, the most frequent first."""
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files, its heading for people."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    wording: Callable[[str], str] | None = None
    """How a page says the codes that stand in files; None: as they are."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: every format writes these rows, so that every format has the same numbers."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    about: str = ""
    """A sentence or two on how to read it."""

    def records(self) -> list[dict[str, Cell]]:
        """Give the rows by the columns' names."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """A mapping report over one run or several."""

    title: str
    facts: Mapping[str, Cell]
    """What was reported on: run, job, times, exit code."""
    counts: Mapping[str, int]
    """Entries seen and per outcome, as the runs counted them."""
    tables: Mapping[str, Table]
    zone: tzinfo
    """In which moments are shown to people and days are told apart; files for programs have UTC."""
    notes: Sequence[str] = field(default_factory=tuple)
    """What a reader has to know to trust the numbers."""
