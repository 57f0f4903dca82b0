"""Read a YAML 1.2 file into plain values that remember the line they stand on.

The core schema of YAML 1.2 is applied here and not by the parser: `no`, `off`, `20:30` and dates stay text, and keys
are always text, so that a table's keys compare as they were written.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from connector.errors import ConfigurationError, Problem
from connector.mistake import in_model, of_syntax, where

__all__ = ["Document", "Location", "Position", "parse", "read", "validate"]

Location = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

LARGEST_FILE_BYTES = 1_000_000
MOST_NODES = 100_000
DEEPEST_NESTING = 32
REMEMBERED_TEXTS = 64
REMEMBERED_CHARACTERS = 50_000

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; lines and columns count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its plain value, and where each part of it stands."""

    path: Path
    value: Any
    positions: Mapping[Location, Position]

    def position(self, location: Location) -> Position:
        """Give the place of this part, or of the nearest part around it that has one."""
        for length in range(len(location), -1, -1):
            if (found := self.positions.get(location[:length])) is not None:
                return found
        return Position(1, 1)

    def problem(self, location: Location, message: str, *, hint: str = "") -> Problem:
        """Describe a mistake in this part of the file."""
        place = self.position(location)
        field = ".".join(str(part) for part in location)
        return Problem(message, self.path, place.line, place.column, field, hint)


def read(path: Path, *, as_text: bool = False) -> Document:
    """Read a YAML file; raise ConfigurationError where it is missing, too large or not YAML.

    As text, 0012 and +45 stay what was written: whatever is neither null nor a collection is a string.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > LARGEST_FILE_BYTES:
            raise ConfigurationError([Problem(f"is larger than {LARGEST_FILE_BYTES} bytes", path)])
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError([Problem("there is no such file", path)]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError([Problem("is not UTF-8 text", path, hint="save it as UTF-8")]) from error
    except OSError as error:
        raise ConfigurationError([Problem(f"cannot be read: {error.strerror}", path)]) from error
    return parse(text, path, as_text=as_text)


def parse(text: str, path: Path, *, as_text: bool = False) -> Document:
    """Read YAML text that came from this path; raise ConfigurationError with line and column where it is wrong."""
    try:
        node = (_compose if len(text) <= REMEMBERED_CHARACTERS else _compose.__wrapped__)(text)
    except MarkedYAMLError as error:
        raise ConfigurationError([_unparsed(error, path)]) from error
    except (YAMLError, ValueError) as error:
        raise ConfigurationError([Problem("is not YAML", path, hint=str(error).splitlines()[0])]) from error
    builder = _Builder(path, as_text=as_text)
    value = builder.build(node, ()) if node is not None else None
    if builder.problems:
        raise ConfigurationError(builder.problems)
    return Document(path, value, builder.positions)


def _unparsed(error: MarkedYAMLError, path: Path) -> Problem:
    problem, around = str(error.problem or ""), str(error.context or "")
    # A key without its colon, and a quote that is never closed, are noticed only after the line that is to be mended.
    begins = "simple key" in around or "quoted scalar" in around
    mark = (error.context_mark if begins else error.problem_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    opened = error.context_mark.line + 1 if error.context_mark else line
    mistake = of_syntax(problem or around, around, opened)
    return Problem(mistake.message, path, line, column, hint=mistake.hint)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def _compose(text: str) -> Node | None:
    """Give the nodes of the text, which nobody changes: to load a job reads the same files several times over."""
    return cast("Node | None", YAML(typ="safe", pure=True).compose(text))


class _Builder:
    """Turn parsed nodes into plain values and note each one's place."""

    def __init__(self, path: Path, *, as_text: bool) -> None:
        self.path = path
        self.scalar = _text if as_text else _scalar
        self.positions: dict[Location, Position] = {}
        self.problems: list[Problem] = []

    def build(self, node: Node, location: Location) -> Any:
        place = Position(node.start_mark.line + 1, node.start_mark.column + 1)
        self.positions.setdefault(location, place)
        if len(location) > DEEPEST_NESTING or len(self.positions) > MOST_NODES:
            raise ConfigurationError([Problem("is nested too deeply or too long", self.path, place.line, place.column)])
        if isinstance(node, ScalarNode):
            return self.scalar(node)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._mapping(node.value, location)

    def _mapping(self, pairs: Iterable[tuple[Node, Node]], location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in pairs:
            place = Position(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                hint = "put a value that begins with { or [ in quotes"
                self.problems.append(Problem("a key must be plain text", self.path, place.line, place.column, "", hint))
                continue
            key = str(key_node.value)
            if key in result:
                told = f"the key {key!r} stands here twice"
                self.problems.append(Problem(told, self.path, place.line, place.column, hint="keep one of them"))
            self.positions[(*location, key)] = place
            result[key] = self.build(value_node, (*location, key))
        return result


def _text(node: ScalarNode) -> Any:
    text = str(node.value)
    return None if node.style is None and text in _NULL else text


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    if node.style in {"'", '"', "|", ">"}:
        return text
    for names, value in ((_NULL, None), (_TRUE, True), (_FALSE, False)):
        if text in names:
            return value
    if _INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text) or _HEXADECIMAL.match(text):
        return int(text, 0)
    return float(text) if _FLOAT.match(text) else text


def validate(document: Document, model: type[ModelT], value: Any = None, location: Location = ()) -> ModelT:
    """Give the part of the file as this model; raise ConfigurationError with every mistake and its line."""
    checked = document.value if value is None else value
    try:
        return model.model_validate(checked if checked is not None else {})
    except ValidationError as error:
        found = error.errors(include_url=False)
        if checked is None:
            needed = ", ".join(str(one["loc"][0]) for one in found if one["type"] == "missing")
            raise ConfigurationError([document.problem(location, "is empty", hint=f"it needs {needed}")]) from error
        problems = ((in_model(one, model), (*location, *where(one))) for one in found)
        raise ConfigurationError(
            [document.problem(place, mistake.message, hint=mistake.hint) for mistake, place in problems]
        ) from error
