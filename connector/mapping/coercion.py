"""Turn a value into the type that its target field or the next function takes, or say why it does not fit."""

import math
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.mapping.instant import parse_instant, write_instant

__all__ = ["COERCE", "LARGEST_NUMBER", "MISFIT", "Kind", "has_value", "list_of", "number_of", "text_of"]

MOST_INTEGER_FLOAT = 2**53
"""From here on a float no longer tells neighbouring whole numbers apart."""

LARGEST_NUMBER = 1e15
"""No figure of a conversation is larger; an id read as a number would be, and loses digits on its way."""


class Kind(StrEnum):
    """The types that values have in a mapping."""

    ANY = "any value"
    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    TIME = "a time"
    LIST = "a list"
    OBJECT = "an object"
    SEGMENTS = "a list of {startSeconds, durationSeconds}"


def has_value(value: Any) -> bool:
    """Tell whether this counts as a value: not null, blank text, an empty list or an empty object."""
    if value is None:
        return False
    if value.__class__ is str:
        return bool(value) and not value.isspace()
    return value.__class__ not in (list, dict) or bool(value)


def text_of(value: Any) -> str:
    """Give the value as text; numbers without a needless `.0`, truth as `true` and `false`."""
    if value.__class__ is str:
        return value
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is int:
        return str(value)
    if value.__class__ is float and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < MOST_INTEGER_FLOAT else repr(value)
    if isinstance(value, datetime):
        return write_instant(parse_instant(value))
    raise TypeError("not text")


def number_of(value: Any) -> int | float:
    """Give the value as it is where it is a number that JSON can carry."""
    if value.__class__ in (int, float) and -LARGEST_NUMBER < value < LARGEST_NUMBER:
        return value
    if value.__class__ is str:
        number = float(value)
        if math.isfinite(number) and abs(number) < LARGEST_NUMBER and "_" not in value:
            return int(number) if number.is_integer() and abs(number) < MOST_INTEGER_FLOAT else number
    raise ValueError("not a number")


def list_of(value: Any) -> list[str]:
    """Give the texts of a list, each once, without empty ones; a single value makes a list of one."""
    if value.__class__ is not list:
        return [text_of(value)] if has_value(value) else []
    return list(dict.fromkeys([text_of(entry) for entry in value if has_value(entry)]))


def _boolean_of(value: Any) -> bool:
    if value.__class__ is bool:
        return value
    raise TypeError("not a boolean")


def _time_of(value: Any) -> str:
    if not isinstance(value, str | datetime):
        raise TypeError("not a time")
    return write_instant(parse_instant(value))


def _segments_of(value: Any) -> list[dict[str, int]]:
    segments = [
        {"startSeconds": math.floor(entry["startSeconds"]), "durationSeconds": math.ceil(entry["durationSeconds"])}
        for entry in value
    ]
    if any(one["startSeconds"] < 0 or one["durationSeconds"] < 1 for one in segments):
        raise ValueError("not segments")
    return segments


COERCE: dict[Kind, Callable[[Any], Any]] = {
    Kind.ANY: lambda value: value,
    Kind.TEXT: text_of,
    Kind.NUMBER: number_of,
    Kind.BOOLEAN: _boolean_of,
    Kind.TIME: _time_of,
    Kind.LIST: list_of,
    Kind.SEGMENTS: _segments_of,
}
"""Per type, what makes a value fit; raises one of DATA_FAULTS where it cannot."""

MISFIT: dict[Kind, str] = {
    Kind.TEXT: "not_text",
    Kind.NUMBER: "not_a_number",
    Kind.BOOLEAN: "not_a_boolean",
    Kind.TIME: "not_a_time",
    Kind.LIST: "not_a_list",
    Kind.SEGMENTS: "not_segments",
}
"""Per type, the reason a field gets where its value does not fit."""
