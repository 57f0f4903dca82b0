from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.hours import Hours

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NIGHT = Hours(time(20), time(6), COPENHAGEN)
MOMENTS = st.integers(0, 365 * 24 * 3600).map(lambda one: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=one))
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
ZONES = st.sampled_from(["Europe/Copenhagen", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])


@pytest.mark.parametrize(
    ("local", "seconds"),
    [
        ("2026-02-03T20:00:00", 0),
        ("2026-02-03T19:59:59", 1),
        ("2026-02-03T23:30:00", 0),
        ("2026-02-04T05:59:59", 0),
        ("2026-02-04T06:00:00", 14 * 3600),
        ("2026-02-04T12:00:30", 8 * 3600 - 30),
    ],
)
def test_span_across_midnight(local, seconds):
    """A span across midnight is open from its begin, closed from its end, by the clock on the wall there."""
    moment = datetime.fromisoformat(local).replace(tzinfo=COPENHAGEN)
    assert seconds == NIGHT.seconds_until_open(moment)


def test_span_within_a_day():
    """A span that does not cross midnight opens the next day when today's is over."""
    hours = Hours(time(9), time(17))
    assert 16 * 3600 == hours.seconds_until_open(datetime(2026, 2, 3, 17, tzinfo=UTC))
    assert hours.contains(datetime(2026, 2, 3, 16, 59, 59, tzinfo=UTC))


def test_whole_day():
    """Equal ends mean the whole day."""
    assert 0 == Hours(time(8), time(8)).seconds_until_open(datetime(2026, 2, 3, 3, tzinfo=UTC))


def test_night_without_the_opening_hour():
    """Where the clock jumps over the opening time the span opens with the jump."""
    hours = Hours(time(2, 30), time(5), COPENHAGEN)
    before = datetime(2026, 3, 29, 1, 50, tzinfo=COPENHAGEN)
    assert 600 == hours.seconds_until_open(before)


def test_night_with_an_hour_twice():
    """Where an hour comes twice the span is as long as the clock on the wall says."""
    hours = Hours(time(2), time(3), COPENHAGEN)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert hours.contains(first)
    assert hours.contains(first + timedelta(hours=1))
    assert not hours.contains(first + timedelta(hours=2))


@given(TIMES, TIMES, ZONES, MOMENTS)
def test_open_after_the_wait(opens, closes, zone, moment):
    """After the wait the span is open, and a minute before it was not."""
    hours = Hours(opens, closes, ZoneInfo(zone))
    seconds = hours.seconds_until_open(moment)
    assert hours.contains(moment + timedelta(seconds=seconds))
    if seconds > 60:
        assert not hours.contains(moment + timedelta(seconds=seconds - 60))
