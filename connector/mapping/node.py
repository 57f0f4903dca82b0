"""Walk through a parsed mapping file and collect its mistakes, each with its place and its remedy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.document import Document, Location
from connector.errors import Problem
from connector.mapping.model import Placed
from connector.mapping.records import Shape
from connector.mistake import did_you_mean

__all__ = ["Findings", "Node"]

LONGEST_TEXT = 4_000
MOST_ENTRIES = 10_000


@dataclass(slots=True)
class Findings:
    """What loading one file brings up: mistakes, warnings, paths into the record, and the other files it took in."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    hash_key: bytes | None = None
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True)
class Node:
    """One part of the file: its value, where it stands, and where findings about it go."""

    document: Document
    findings: Findings
    value: Any
    location: Location = ()

    @property
    def folder(self) -> Path:
        """Give the folder that the file lies in."""
        return self.document.path.parent

    def child(self, key: str | int) -> "Node":
        """Give the part below this one; its value is None where there is none."""
        found = self.value.get(key) if isinstance(self.value, dict) else self.value[int(key)]
        return Node(self.document, self.findings, found, (*self.location, key))

    def has(self, key: str) -> bool:
        """Tell whether this part has such a key."""
        return isinstance(self.value, dict) and key in self.value

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Give the keys of this part, each with what stands below it."""
        for key in self.value:
            yield key, self.child(key)

    def entries(self) -> list["Node"]:
        """Give the entries of a list; a single value counts as a list of one."""
        if isinstance(self.value, list):
            return [self.child(index) for index in range(len(self.value))]
        return [self]

    def problem(self, message: str, hint: str = "") -> None:
        """Note a mistake in this part."""
        self.findings.problems.append(self.document.problem(self.location, message, hint=hint))

    def warn(self, message: str, hint: str = "") -> None:
        """Note something in this part that works and is probably not meant."""
        self.findings.warnings.append(self.document.problem(self.location, message, hint=hint))

    def is_table(self, known: Iterable[str], *, needs: Iterable[str] = ()) -> bool:
        """Tell whether this part is keys and values; note keys that are not known and those that are missing."""
        if not isinstance(self.value, dict):
            self.problem("must be keys with values", f"known keys: {', '.join(known)}")
            return False
        names = tuple(known)
        for key in self.value:
            if key not in names:
                hint = did_you_mean(key, names) or f"known keys: {', '.join(names)}"
                self.child(key).problem("is not a known key", hint)
        for key in needs:
            if key not in self.value:
                self.problem(f"{key} is missing")
        return True

    def text(self) -> str | None:
        """Give the text of this part; note a mistake and give None where it is none, or too long."""
        if isinstance(self.value, str) and self.value.strip() and len(self.value) <= LONGEST_TEXT:
            return self.value
        self.problem("must be text" if not isinstance(self.value, str) else "is empty or too long")
        return None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Give the word under this key, the default where the key is missing or wrong; note a word not offered."""
        if not self.has(key):
            return default
        word = self.child(key)
        if word.value in choices:
            return str(word.value)
        hint = did_you_mean(str(word.value), choices)
        word.problem(f"must be one of {', '.join(choices)}, not {word.value!r}", hint)
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Give the truth under this key, the default where the key is missing or wrong."""
        if not self.has(key):
            return default
        found = self.child(key)
        if isinstance(found.value, bool):
            return found.value
        found.problem(f"must be true or false, not {found.value!r}")
        return default
