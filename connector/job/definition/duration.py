"""Read lengths of time and times of day as people write them: 20m, 7d, 20:00-06:00."""

import re
from datetime import time, timedelta
from typing import Any

__all__ = ["parse_duration", "parse_hours", "write_duration"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\Z")


def parse_duration(value: Any) -> timedelta:
    """Give the length of time of a text like `90s`, `20m`, `2h`, `7d`; 0 is 0; raise ValueError on anything else."""
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return timedelta()
    found = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("is not a length of time such as 90s, 20m, 2h or 7d")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def write_duration(value: timedelta) -> str:
    """Give a length of time as people write it, in the largest unit that fits whole."""
    seconds = round(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def parse_hours(value: str) -> tuple[time, time]:
    """Give begin and end of a text like `20:00-06:00`; raise ValueError on anything else."""
    found = _HOURS.match(value.strip())
    try:
        if found:
            return tuple(time.fromisoformat(part.zfill(5)) for part in found.groups())  # type: ignore[return-value]
    except ValueError:
        pass
    raise ValueError("is not a span of the day such as 20:00-06:00")
