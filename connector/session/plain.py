"""Turn what libraries read out of workbooks and Parquet into what JSON could have told."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Give the value as JSON could have told it: times as ISO text, durations as seconds, no NaN."""
    for kind, convert in _CONVERT:
        if isinstance(value, kind):
            return convert(value)
    return value


def _number(value: float | Decimal) -> float | None:
    number = float(value)
    return number if number - number == 0 else None


_CONVERT: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((datetime, date, time), lambda value: value.isoformat()),
    (timedelta, timedelta.total_seconds),
    ((float, Decimal), _number),
    (bytes, lambda value: value.decode("utf-8", "replace")),
    (Mapping, lambda value: {str(name): plain(below) for name, below in value.items()}),
    ((list, tuple), lambda value: [plain(below) for below in value]),
)
