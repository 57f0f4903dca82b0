"""Read a list of agents from YAML, and make an agent of what one entry of any list says."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from connector import document
from connector.document import Document
from connector.enrichment.model import Agent
from connector.errors import ConfigurationError, Problem
from connector.mistake import did_you_mean

__all__ = ["KEYS", "NAMES", "make_agent", "read_list"]

NAMES = ("number", "id", "email", "name", "team", "valid_from", "valid_to")
"""What a list may say of an agent: the columns of a CSV, the names in a YAML file."""
KEYS = ("id", "number", "email")
"""By these an agent is recognised; one of them must be there."""


def read_list(path: Path) -> list[Agent]:
    """Read a YAML list of objects with the names of NAMES; raise ConfigurationError with every mistake and its line.

    A number is taken as it is written, with its zeros and plus sign.
    """
    written = document.read(path, as_text=True)
    entries = [] if written.value is None else written.value
    if not isinstance(entries, list):
        hint = "write one object for each agent: - {id: 41, email: ada@example.com, name: Ada}"
        raise ConfigurationError([written.problem((), "is no list of agents", hint=hint)])
    problems: list[Problem] = []
    agents = [_agent(written, at, entry, problems) for at, entry in enumerate(entries)]
    if problems:
        raise ConfigurationError(problems)
    return agents


def make_agent(values: Mapping[str, str], path: Path, lines: Mapping[str, int], problems: list[Problem]) -> Agent:
    """Give the agent of these values, blank where nothing is said, and add what is wrong with them to the problems.

    `lines` tells where each value stands, and under "" where the agent does.
    """
    if not any(values.get(key) for key in KEYS):
        hint = "give a number, an id or an e-mail"
        problems.append(Problem("this agent cannot be recognised", path, lines[""], hint=hint))
    number, key, email, name, team, *days = (values.get(one, "") for one in NAMES)
    known = []
    for text, field in zip(days, NAMES[-2:], strict=True):
        known.append(day := _day(text))
        if text and day is None:
            problems.append(Problem("is not a date like 2026-03-24", path, lines.get(field), field=field))
    return Agent(key, number, email, name, team, *known)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _agent(written: Document, at: int, entry: Any, problems: list[Problem]) -> Agent:
    if not isinstance(entry, dict):
        problems.append(written.problem((at,), "is no agent", hint="write {id: 41, email: ada@example.com, name: Ada}"))
        return Agent()
    for name, value in entry.items():
        if name not in NAMES:
            hint = did_you_mean(name, NAMES) or f"known are {', '.join(NAMES)}"
            problems.append(written.problem((at, name), "is not known of an agent", hint=hint))
        elif isinstance(value, dict | Sequence) and not isinstance(value, str):
            problems.append(written.problem((at, name), "must be text"))
    values = {name: value.strip() for name, value in entry.items() if isinstance(value, str)}
    lines = {name: written.position((at, name)).line for name in entry}
    return make_agent(values, written.path, {**lines, "": written.position((at,)).line}, problems)
