"""Read a moment as sources write it, never guessing its time zone, and write it as Capturi wants it: UTC, with Z."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, NewType, NoReturn

from connector.session.moment import read_moment

__all__ = ["UtcText", "parse_instant", "write_instant"]

UtcText = NewType("UtcText", str)
"""A moment as write_instant writes it."""


class _Nowhere(tzinfo):
    """The time zone of a text that names none: asking it for an offset is a mistake."""

    def utcoffset(self, _moment: datetime | None) -> NoReturn:
        raise ValueError("without an offset")

    def dst(self, _moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _moment: datetime | None) -> str | None:
        return None


NOWHERE = _Nowhere()


def parse_instant(value: Any, zone: tzinfo | None = None) -> datetime:
    """Give the moment in UTC from ISO 8601 text or Unix seconds.

    Text without an offset is read in `zone`. Raises ValueError where it is no moment, or has neither.
    """
    if isinstance(value, datetime):
        value = value.isoformat()
    moment = read_moment(value, zone or NOWHERE)
    if moment is None:
        raise ValueError("not a moment")
    return moment


def write_instant(moment: datetime) -> UtcText:
    """Give a moment in UTC as `2026-03-23T20:14:41Z`, with a fraction only where the moment has one."""
    if moment.microsecond and not moment.microsecond % 1000:
        return UtcText(f"{moment.isoformat(timespec='milliseconds')[:-6]}Z")
    if moment.microsecond:
        return UtcText(f"{moment.isoformat()[:-6]}Z")
    # Half of what isoformat() or an f-string takes: every session has such times.
    fields = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    return UtcText("%04d-%02d-%02dT%02d:%02d:%02dZ" % fields)  # noqa: UP031
