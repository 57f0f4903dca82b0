from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.session.moment import known_form, read_moment

AFTERNOON = datetime(2026, 3, 23, 20, 16, 46, tzinfo=UTC)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-23T13:16:46.000-07:00",
        "2026-03-23T20:16:46Z",
        "2026-03-23T20:16:46.000Z",
        "2026-03-23T21:16:46+0100",
        "2026-03-23 13:16:46 -0700",
        "2026-03-23 20:16:46 UTC",
        "2026/03/23 20:16:46 +0000",
        " 2026-03-23T20:16:46z ",
        "2026-03-23T20:16:46",
        1774297006,
        1774297006.0,
        1774297006000,
        1774297006000000,
        "1774297006",
        "1774297006.0",
        "1774297006000",
        "1774297006000000",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment(value):
    """Whatever offset and form a time is written in, it is the same moment in UTC."""
    found = read_moment(value)
    assert AFTERNOON == found
    assert UTC == found.tzinfo


def test_milliseconds_are_kept():
    """The part of a second is not lost."""
    assert AFTERNOON.replace(microsecond=896000) == read_moment("2026-03-23T13:16:46.896-07:00")


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " ", "soon", "2026-13-01T00:00:00Z", "13:16:46", True, [], {}, -5, 0, 10**30),
        *(float("nan"), float("inf"), "nan", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "٤٢"),
    ],
)
def test_what_is_no_time_is_none(value):
    """A value that is no time between 1971 and 2199 is none, not an error."""
    assert read_moment(value) is None


def test_a_time_without_offset_is_in_the_given_zone():
    """Where the text names no offset, the zone says which moment it is, summer time included."""
    copenhagen = ZoneInfo("Europe/Copenhagen")
    assert datetime(2026, 7, 1, 10, tzinfo=UTC) == read_moment("2026-07-01 12:00:00", copenhagen)
    assert datetime(2026, 1, 1, 11, tzinfo=UTC) == read_moment("2026/01/01 12:00:00", copenhagen)


@pytest.mark.parametrize("number", [1710122512345, 1609123112345, 2012123112345, 1704010100000])
def test_milliseconds_that_look_like_a_day_are_milliseconds(number):
    """Thirteen digits are milliseconds since 1970, as text too, although some could be read as a day and a time."""
    assert read_moment(number) == read_moment(str(number)) == datetime.fromtimestamp(number / 1000, UTC)


@pytest.mark.parametrize("form", ["%Q", "%", "%d.%m.%Y %", "%H %H", ""])
def test_a_form_that_reads_no_time_is_a_mistake(form):
    """What strptime does not know, or knows twice, is told before a time is read by it."""
    assert "%d.%m.%Y %H:%M" == known_form("%d.%m.%Y %H:%M")
    with pytest.raises(ValueError, match="is no form of times"):
        known_form(form)


@given(ANYTHING)
def test_nothing_raises(value):
    """Any value at all is a moment or none."""
    found = read_moment(value)
    assert found is None or UTC == found.tzinfo


@given(st.datetimes(datetime(1972, 1, 1), datetime(2198, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_any_aware_time_is_read_exactly(value):
    """A time written in ISO 8601 is read to the microsecond, whatever its zone."""
    text = value.isoformat()
    assert datetime.fromisoformat(text).astimezone(UTC) == read_moment(text)
