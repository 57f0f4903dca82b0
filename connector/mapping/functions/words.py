"""Hold the arguments that are more than text and numbers: a pattern, a region, a time zone, a key, a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from connector.regex import compile_regex

__all__ = ["HashKey", "Pattern", "Region", "Table", "TimeForm", "Zone", "compile_pattern", "find_region", "find_zone"]

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that runs in linear time (RE2)."""

    compiled: Any

    def first(self, value: str) -> str:
        """Give the first group, or the whole match where there is no group; ValueError where nothing matches."""
        match = self.compiled.search(value)
        found = match.group(min(1, self.compiled.groups)) if match else None
        if found is None:
            raise ValueError("no match")
        return str(found)

    def substitute(self, by: str, value: str) -> str:
        """Give the text with `by` in place of every match."""
        return str(self.compiled.sub(by, value))

    def found_in(self, value: str) -> bool:
        """Tell whether the pattern matches anywhere."""
        return self.compiled.search(value) is not None


@dataclass(frozen=True, slots=True)
class Region:
    """The country that phone numbers without a country code belong to."""

    code: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The time zone of times that name no offset."""

    info: ZoneInfo


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How times are written that are not ISO 8601, as strptime has it."""

    text: str


@dataclass(frozen=True, slots=True)
class HashKey:
    """What CONNECTOR_HASH_KEY says; never an argument in a file."""

    secret: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """Words and what stands for each; `otherwise` for all others, where there is one."""

    entries: Mapping[str, Any]
    otherwise: Any = _ABSENT

    @property
    def results(self) -> tuple[Any, ...]:
        """Give everything that a word can lead to, other than nothing."""
        every = (*self.entries.values(), self.otherwise)
        return tuple(one for one in every if one is not None and one is not _ABSENT)

    def look_up(self, word: str) -> Any:
        """Give what stands for the word; LookupError where nothing does."""
        found = self.entries.get(word, self.otherwise)
        if found is _ABSENT:
            raise LookupError("not in the table")
        return found


def compile_pattern(text: str) -> Pattern:
    """Give the pattern; ValueError with RE2's own words where it is none."""
    return Pattern(compile_regex(text))


def find_region(text: str) -> Region:
    """Give the region of this two-letter code; ValueError where there is none."""
    if text not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{text!r} is no region: use two capitals, for example DK or US")
    return Region(text)


def find_zone(text: str) -> Zone:
    """Give the time zone of this IANA name; ValueError where there is none."""
    try:
        return Zone(ZoneInfo(text))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no time zone: use a name such as Europe/Copenhagen") from error
