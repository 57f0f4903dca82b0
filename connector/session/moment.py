"""Read a point in time however a source writes it."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any

__all__ = ["known_form", "read_moment"]

_EARLIEST_YEAR, _LATEST_YEAR = 1971, 2199
_LARGEST_SECONDS = 1e10
_DIGITS_OF_MILLISECONDS = 13
_from_iso = datetime.fromisoformat


def read_moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """Give the moment in UTC, or None where the value is no time between 1971 and 2199.

    Read are ISO 8601 with offset or Z, the same with blanks or slashes, and numbers of seconds, milliseconds or
    microseconds since 1970. A time without an offset is taken to be in the zone.
    """
    if type(value) is str:
        # Python takes many a number of milliseconds for a day, one sign of whatever kind, and a time: 17101225 1 2345.
        if len(value) == _DIGITS_OF_MILLISECONDS and value.isdigit():
            return _read_loosely(value, zone)
        try:
            found = _from_iso(value)
        except ValueError:
            return _read_loosely(value, zone)
    elif type(value) in {int, float}:
        return _read_number(value)
    else:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC) if _EARLIEST_YEAR <= found.year <= _LATEST_YEAR else None


def known_form(form: str) -> str:
    """Give the form of times back, as strptime has it; ValueError, with what is wrong, where it is none."""
    try:
        datetime.strptime("", form)  # noqa: DTZ007 - nothing is read
    except re.error as error:
        raise ValueError(f"{form!r} is no form of times: it has one part of them twice") from error
    except ValueError as error:
        if "does not match" in str(error):
            return form
    raise ValueError(f"{form!r} is no form of times: write it like %d.%m.%Y %H:%M:%S")


def _read_loosely(text: str, zone: tzinfo) -> datetime | None:
    bare = text.strip()
    if bare.isascii() and bare.replace(".", "", 1).isdigit():
        return _read_number(float(bare))
    for word in ("UTC", "GMT", "Z", "z"):
        bare = f"{bare.removesuffix(word).rstrip()}+00:00" if bare.endswith(word) else bare
    mended = bare.replace("/", "-")
    return read_moment(mended, zone) if mended != text else None


def _read_number(number: float) -> datetime | None:
    for _ in range(2):
        if number > _LARGEST_SECONDS:
            number /= 1000
    if not 0 < number < _LARGEST_SECONDS:
        return None
    found = datetime.fromtimestamp(number, UTC)
    return found if _EARLIEST_YEAR <= found.year <= _LATEST_YEAR else None
