"""Take a field out of a record, of whatever type its writer made it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["LONGEST_ID", "id_text", "rows", "seconds", "word"]

LONGEST_ID: Final = 300
"""Characters: more than ids have, and no more than every database takes in an index (PostgreSQL: 2,704 bytes)."""

_LARGEST_WHOLE = 2**53
_MOST_DIGITS = 20


def word(value: Any) -> str | None:
    """Give a text without the blanks around it or a whole number as text; None for anything else and for blank."""
    if type(value) is str:
        return value.strip() or None
    if type(value) is int:
        return str(value)
    if type(value) is float and abs(value) < _LARGEST_WHOLE and value.is_integer():
        return str(int(value))
    return None


def id_text(value: Any) -> str | None:
    """Give a whole number, or text of digits, always spelt the same way; None for anything else."""
    found = word(value)
    if found is None or len(found) > _MOST_DIGITS or not (found.isascii() and found.isdigit()):
        return None
    return found.lstrip("0") or "0"


def rows(record: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Give the objects of a list; a list that is null, absent or no list has none."""
    found = record.get(name)
    return [row for row in found if type(row) is dict] if type(found) is list else ()


def seconds(value: Any) -> float | None:
    """Give a duration of 0 or more, also where it was written as text; None for anything else."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) not in {int, float}:
        return None
    return float(value) if 0 <= value < _LARGEST_WHOLE else None
