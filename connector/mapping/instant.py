"""Read a moment in time as sources write it, and write it as Capturi wants it: UTC, with Z."""

from datetime import UTC, datetime, tzinfo
from typing import NewType

__all__ = ["UtcText", "parse_instant", "write_instant"]

UtcText = NewType("UtcText", str)
"""A moment as write_instant writes it."""


def parse_instant(value: object, zone: tzinfo | None = None) -> datetime:
    """Give the moment in UTC from ISO 8601 text or Unix seconds.

    Text without an offset is read in `zone`. Raises ValueError, TypeError or OverflowError where it is no such moment.
    """
    if isinstance(value, str):
        moment = datetime.fromisoformat(value.strip())
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    else:
        raise TypeError("neither text nor a number")
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError("without an offset")
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> UtcText:
    """Give a moment in UTC as `2026-03-23T20:14:41Z`, with a fraction only where the moment has one."""
    # Without the zone isoformat is twice as fast, and this runs for every session.
    bare = moment.replace(tzinfo=None)
    if bare.microsecond and not bare.microsecond % 1000:
        return UtcText(f"{bare.isoformat(timespec='milliseconds')}Z")
    return UtcText(f"{bare.isoformat()}Z")
