"""Check the reading of moments, which every call shares."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.field import moment, moment_of
from connector.sandbox.options import Switches

offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WRONG = [
    "2026-03-23 20:12:51Z",
    "2026-03-23T20:12Z",
    "2026-03-23T24:00:00Z",
    "2026-03-23T20:12:51z",
    "2026-03-23T20:12:51+0100",
    "2026-03-23T20:12:51+24:00",
    "2026-03-23T20:12:51.Z",
    "2026-03-23T20:12:51.1234567890Z",
    "2026-13-01T00:00:00Z",
    "20260323T201251Z",
    "2026-W13-1T20:12:51Z",
    "2026-03-23T20:12:51Z\n",
    "٢٠٢٦-03-23T20:12:51Z",
    "",
    None,
    5,
]


@given(st.datetimes(timezones=st.just(UTC) | offsets))
def test_every_moment_with_an_offset_is_taken(value):
    """What isoformat writes is accepted and read as the same moment."""
    assert [] == list(moment("at", value.isoformat(), Switches()))
    assert value == moment_of(value.isoformat())


@given(st.integers(0, 999_999_999), st.integers(1, 9))
def test_fractions_are_read_to_the_microsecond(nanoseconds, digits):
    """Up to nine digits are taken and the first six count."""
    fraction = f"{nanoseconds:09d}"[:digits]
    read = moment_of(f"2026-03-23T20:12:51.{fraction}Z")
    assert datetime(2026, 3, 23, 20, 12, 51, int(fraction.ljust(6, "0")[:6]), tzinfo=UTC) == read


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_other_notations_are_refused(value):
    """What is not RFC 3339 with seconds gives one sentence with an example."""
    assert ["at must be a date and time such as 2026-03-23T20:12:51Z"] == list(moment("at", value, Switches()))
