"""Look agents up in the file that a customer keeps of them."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from connector.enrichment.agent_list import KEYS, NAMES, make_agent, read_list
from connector.enrichment.model import Agent
from connector.errors import ConfigurationError, Problem
from connector.mistake import did_you_mean

__all__ = ["Directory", "read_directory"]

REQUIRED_COLUMNS = NAMES[:5]
YAML_SUFFIXES = frozenset({".yaml", ".yml"})


class Directory:
    """The agents a customer knows, found by id, then number, then e-mail."""

    def __init__(self, agents: Iterable[Agent]) -> None:
        self._rows: dict[tuple[str, str], list[Agent]] = {}
        for agent in agents:
            for key in KEYS:
                if value := getattr(agent, key):
                    self._rows.setdefault((key, value.casefold()), []).append(agent)
        # Which row comes first decides among those of one id, number or e-mail alone: that order counts, no other does.
        told = repr(sorted(self._rows.items()))
        self.digest = hashlib.sha256(told.encode(errors="replace")).hexdigest()[:16]
        """What the file says, for noticing that it says something else."""

    def find(self, told: Agent, day: date) -> Agent | None:
        """Give the agent that the metadata told of, as the file has him that day; None where the file does not.

        What the file says wins; what it leaves blank is filled from what the metadata told.
        """
        for key in KEYS:
            value = getattr(told, key).casefold()
            for row in self._rows.get((key, value), ()) if value else ():
                if row.is_valid(day):
                    return _completed(row, told)
        return None


def _completed(row: Agent, told: Agent) -> Agent:
    return replace(
        row,
        id=row.id or told.id,
        number=row.number or told.number,
        email=row.email or told.email,
        name=row.name or told.name,
        team=row.team or told.team,
    )


def read_directory(path: Path) -> Directory:
    """Read an agents file (CSV with a header, or YAML); raise ConfigurationError with every mistake and its line."""
    if path.suffix.lower() in YAML_SUFFIXES:
        return Directory(read_list(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, dialect=_dialect(stream.read(4096)))
            stream.seek(0)
            problems = _header_problems(path, reader.fieldnames or [])
            if problems:
                raise ConfigurationError(problems)
            return Directory(_rows(path, reader))
    except FileNotFoundError as error:
        raise ConfigurationError([Problem("there is no such agents file", path)]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError([Problem("is not UTF-8 text", path, hint="save it as CSV UTF-8")]) from error
    except (OSError, csv.Error) as error:
        raise ConfigurationError([Problem(f"cannot be read: {error}", path)]) from error


def _dialect(sample: str) -> type[csv.Dialect]:
    # Spreadsheets of half of Europe write CSV with semicolons.
    header = sample.splitlines()[0] if sample else ""
    return _Semicolon if header.count(";") > header.count(",") else csv.excel


class _Semicolon(csv.excel):
    delimiter = ";"


def _header_problems(path: Path, names: Iterable[str | None]) -> list[Problem]:
    found = [str(name or "").strip() for name in names]
    missing = [
        Problem(f"the column {name!r} is missing", path, 1, hint=f"the header is {','.join(NAMES)}")
        for name in REQUIRED_COLUMNS
        if name not in found
    ]
    strange = [
        Problem(f"the column {name!r} is not known", path, 1, hint=did_you_mean(name, NAMES))
        for name in found
        if name not in NAMES
    ]
    return missing + strange


def _rows(path: Path, reader: "csv.DictReader[str]") -> list[Agent]:
    problems: list[Problem] = []
    agents = []
    for row in reader:
        values = {str(name).strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
        if not any(values.values()):
            continue
        agents.append(make_agent(values, path, dict.fromkeys(("", *NAMES), reader.line_num), problems))
    if problems:
        raise ConfigurationError(problems)
    return agents
