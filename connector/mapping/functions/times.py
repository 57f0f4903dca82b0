"""Work on moments and durations."""

from datetime import datetime

from connector.mapping.coercion import number_of
from connector.mapping.functions.registry import FAILS, example, function
from connector.mapping.functions.words import TimeForm, Zone
from connector.mapping.instant import UtcText, parse_instant, write_instant

__all__ = ["seconds", "utc"]


@function(
    example("2026-03-23T13:14:41.000-07:00", "2026-03-23T20:14:41Z"),
    example(1757451900, "2025-09-09T21:05:00Z"),
    example("23.03.2026 13:14", "2026-03-23T12:14:00Z", {"zone": "Europe/Copenhagen", "format": "%d.%m.%Y %H:%M"}),
    example("2026-03-23T13:14:41", FAILS),
)
def utc(value: str | float, zone: Zone | None = None, format: TimeForm | None = None) -> UtcText:  # noqa: A002
    """Write a time in UTC with Z, from ISO 8601 or Unix seconds; `zone` is for times that name no offset."""
    moment = datetime.strptime(value, format.text) if format and isinstance(value, str) else value  # noqa: DTZ007
    return write_instant(parse_instant(moment, zone.info if zone else None))


@function(
    example("02:05", 125),
    example("1:00:00", 3600),
    example(27, 27),
    example("2.94", 2.94),
    example("2:75", FAILS),
)
def seconds(value: str) -> float:
    """Read a duration as seconds, from `mm:ss`, `hh:mm:ss` or a number of seconds."""
    first, *rest = value.strip().split(":")
    total = number_of(first)
    for part in rest:
        if len(rest) > 2 or not (part.isdecimal() and len(part) == 2 and int(part) < 60):  # noqa: PLR2004
            raise ValueError("not a duration")
        total = total * 60 + int(part)
    return total
