"""When a backfill ends, foretold from rates and limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.errors import ConfigurationError
from connector.job.backfill.forecast import Load, Means, foretell
from connector.job.backfill.simulation import parse_amount, read_supposition
from connector.job.definition.model import Limits

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
FAST = Means(concurrency=10_000, process_items=1e9, ledger_items=1e9)


def ends(items, start=MIDNIGHT, load=None, **limits):
    found = foretell(load or Load(items, seconds=1.0), FAST, Limits(**limits), start)
    return found.ends_at - start


def test_a_rate_alone_is_a_division():
    """Twenty requests a second are ten sessions a second."""
    assert timedelta(seconds=360) == ends(3600, requests_per_second=20)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (1_000, timedelta(minutes=100)),
        (5_000, timedelta(minutes=500)),
        (5_001, timedelta(days=1, seconds=6)),
        (100_000_000, timedelta(days=19_999, minutes=500)),
    ],
)
def test_a_limit_per_day_lets_the_rest_wait_for_midnight(items, expected):
    """What the day has no room for goes on the next one, up to a hundred million and beyond."""
    assert expected == ends(items, requests_per_second=1 / 3, per_day=5_000)


def test_hours_across_midnight_are_counted_by_the_clock_on_the_wall():
    """From 20:00 to 06:00 there are ten hours a day, and a start at noon waits for the evening."""
    noon = MIDNIGHT.replace(hour=12)
    assert timedelta(hours=9) == ends(3600, start=noon, requests_per_second=2, hours="20:00-06:00")
    assert 10 == foretell(Load(1), FAST, Limits(hours="20:00-06:00"), noon).open_hours


def test_hours_are_those_of_the_time_zone():
    """The same hours begin earlier in UTC where the clock is ahead."""
    found = ends(1, requests_per_second=2, hours="20:00-06:00", timezone="Europe/Copenhagen")
    assert timedelta(seconds=1) == found
    late = ends(
        1, start=MIDNIGHT.replace(hour=5), requests_per_second=2, hours="20:00-06:00", timezone="Europe/Copenhagen"
    )
    assert timedelta(hours=14, seconds=1) == late


@pytest.mark.parametrize(
    ("means", "load", "limits", "expected"),
    [
        ({"concurrency": 16}, Load(1, seconds=0.5), {}, ("under way at once", 32)),
        ({"network_bits": 8e6}, Load(1, size_bytes=1e6), {}, ("network", 1)),
        ({"process_items": 5.0, "machines": 2, "workers": 3}, Load(1), {}, ("processors", 30)),
        ({"ledger_items": 7.0}, Load(1), {}, ("ledger", 7)),
        ({}, Load(1), {"requests_per_second": 3}, ("requests_per_second", 1.5)),
        ({}, Load(1), {"requests_per_second": 30, "per_hour": 10}, ("per_hour", 15)),
    ],
)
def test_it_names_what_binds(means, load, limits, expected):
    """The narrowest of all bounds is named, with the rate it allows."""
    wide = {"concurrency": 10_000, "process_items": 1e9, "ledger_items": 1e9}
    found = foretell(load, Means(**{**wide, **means}), Limits(**limits), MIDNIGHT)
    assert expected == (found.binds, pytest.approx(found.rate))


@given(items=some.integers(1, 10**8), more=some.integers(1, 10**6), per_day=some.integers(100, 10**6))
def test_more_never_ends_earlier(items, more, per_day):
    """Whatever the limits, more sessions do not take less time, and never fewer days than the limit needs."""
    few, many = (ends(number, requests_per_second=50, per_day=per_day) for number in (items, items + more))
    assert few <= many
    assert (items - 1) // per_day <= few.total_seconds() / 86_400 + 1e-6


def test_what_no_calendar_reaches_has_no_end():
    """A limit so low that the end lies beyond every date is told in days, and is no error."""
    found = foretell(Load(items=100_000_000), Means(), Limits(per_day=1), datetime(2026, 11, 22, tzinfo=UTC))
    assert (None, "per_day") == (found.ends_at, found.binds)
    assert pytest.approx(100_000_000, rel=1e-6) == found.seconds / 86_400


def test_nothing_takes_no_time():
    """A plan without a session is done at once."""
    assert timedelta(0) == ends(0, per_day=5)


@pytest.mark.parametrize(("text", "amount"), [("100M", 1e8), ("1.5k", 1500), ("400kB", 4e5), ("1Gbit", 1e9), ("7", 7)])
def test_amounts_bear_units(text, amount):
    """Numbers are read as people write them."""
    assert amount == parse_amount("--simulate", text)


@pytest.mark.parametrize("text", ["", "-3", "0", "many", "1e6x", "3 apples"])
def test_what_is_no_amount_is_refused(text):
    """A number that is none is a mistake, not a zero."""
    with pytest.raises(ConfigurationError, match="no amount"):
        parse_amount("--simulate", text)


def test_a_supposition_takes_the_limits_of_the_job_where_it_names_none():
    """What the text names wins over the job, the rest is the job's."""
    job = Limits(concurrency=8, per_day=500, requests_per_second=20)
    load, means, limits = read_supposition("items=2M,per_day=none,requests_per_second=5", job)
    assert (2_000_000, 8, None, 5.0) == (load.items, means.concurrency, limits.per_day, limits.requests_per_second)
