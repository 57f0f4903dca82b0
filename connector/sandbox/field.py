"""Check one JSON object against a table of fields and name every rule that it breaks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.sandbox.options import Switches

__all__ = ["Check", "Field", "moment_of", "problems", "translate"]

Check = Callable[[str, Any, Switches], Iterator[str]]

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?\Z")
_MICROSECONDS = len(".123456")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request body: its name there, its rule, and the name that the sandbox keeps it under."""

    name: str
    check: Check
    required: bool = False
    becomes: str = ""

    @property
    def kept_as(self) -> str:
        """Give the name in the read-back: the current one of Capturi."""
        return self.becomes or self.name


def problems(fields: Sequence[Field], value: Any, switches: Switches, place: str = "") -> Iterator[str]:
    """Give one sentence per broken rule; never a value, since values are about people."""
    if not isinstance(value, dict):
        yield f"{place or 'the body'} must be an object"
        return
    prefix = f"{place}." if place else ""
    for field in fields:
        yield from _field_problems(field, value, switches, prefix)
    if switches.unknown_fields == "refuse":
        known = {field.name for field in fields}
        for name in value:
            if name not in known:
                yield f"{prefix}{name} is not a known field"


def _field_problems(field: Field, value: dict[str, Any], switches: Switches, prefix: str) -> Iterator[str]:
    if field.name not in value:
        if field.required:
            yield f"{prefix}{field.name} is missing"
    elif not _excused(field, value[field.name], switches):
        yield from field.check(prefix + field.name, value[field.name], switches)


def _excused(field: Field, value: Any, switches: Switches) -> bool:
    if field.required:
        return False
    if value is None:
        return switches.null_fields == "ignore"
    return switches.blank_fields == "accept" and isinstance(value, str) and not value.strip()


def translate(fields: Sequence[Field], value: dict[str, Any]) -> dict[str, Any]:
    """Give the known fields that have a value under the names they are kept by."""
    return {
        field.kept_as: value[field.name] for field in fields if field.name in value and value[field.name] is not None
    }


def text(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    """Want text that is more than white space."""
    if not isinstance(value, str):
        yield f"{place} must be text"
    elif not value.strip():
        yield f"{place} is blank"


def any_text(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    """Want text, which may be empty."""
    if not isinstance(value, str):
        yield f"{place} must be text"


def moment(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want an ISO 8601 date and time, with Z or an offset unless the switch says otherwise."""
    try:
        found = moment_of(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        yield f"{place} must be a date and time such as 2026-03-23T20:12:51Z"
    elif found.tzinfo is None and switches.times_without_offset == "refuse":
        yield f"{place} must end in Z or an offset such as +01:00"


def moment_of(value: str) -> datetime:
    """Give the moment that an ISO 8601 text names, without an offset a naive one; raise ValueError where it is none."""
    found = _MOMENT.match(value)
    if found is None:
        raise ValueError("not a date and time")
    fraction = (found[2] or "")[:_MICROSECONDS]
    return datetime.fromisoformat(found[1] + fraction.ljust(_MICROSECONDS, "0") * bool(fraction) + (found[3] or ""))


def flag(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    """Want true or false."""
    if not isinstance(value, bool):
        yield f"{place} must be true or false"


def number(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    """Want a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{place} must be a number"


def whole(least: int) -> Check:
    """Want a whole number that is at least this one."""

    def check(place: str, value: Any, _switches: Switches) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            yield f"{place} must be a whole number of at least {least}"

    return check


def one_of(*allowed: str | int) -> Check:
    """Want one of these values, of the same type."""
    listed = " or ".join(str(value) for value in allowed)

    def check(place: str, value: Any, _switches: Switches) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, str | int) or value not in allowed:
            yield f"{place} must be {listed}"

    return check


def distinct_texts(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want a list of texts without nulls, blanks and repetitions."""
    if not isinstance(value, list):
        yield f"{place} must be a list"
        return
    seen = set()
    for index, item in enumerate(value):
        yield from text(f"{place}[{index}]", item, switches)
        if isinstance(item, str):
            if item in seen:
                yield f"{place}[{index}] repeats an earlier one"
            seen.add(item)


def objects(fields: Sequence[Field], *, most: int | None = None, least: int = 1) -> Check:
    """Want a list of objects with these fields."""

    def check(place: str, value: Any, switches: Switches) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place} must be a list"
            return
        if len(value) < least:
            yield f"{place} is empty"
        if most is not None and len(value) > most:
            yield f"{place} has more than {most}"
        for index, item in enumerate(value):
            yield from problems(fields, item, switches, f"{place}[{index}]")

    return check
