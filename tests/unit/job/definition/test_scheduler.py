"""The moments at which a schedule is due."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.job.definition.scheduler import check_cron, next_slot, slots_between
from tests.clocks import CHANGES

COPENHAGEN = "Europe/Copenhagen"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(cron, zone, start, end):
    return [f"{slot:%m-%d %H:%M}" for slot in slots_between(cron, zone, utc(start), utc(end))]


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("which", [0, 1], ids=["spring", "autumn"])
def test_a_nightly_slot_is_due_once_on_each_night_of_a_change(zone, which):
    """A time that spring leaves out, or that autumn shows twice, is due once, and so on every night around it."""
    wall = datetime.fromisoformat(CHANGES[zone][which])
    start = (wall - timedelta(days=3, hours=5)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    cron = f"{wall.minute} {wall.hour} * * *"
    found = slots_between(cron, zone, start, start + timedelta(days=7))
    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in found]
    assert sorted(set(days)) == days
    assert 7 == len(days)


def test_what_falls_into_the_missing_hour_is_as_much_later():
    """On the night of spring half past two is half past three, which is when it would have been without a change."""
    assert ["03-29 01:30"] == between("30 2 * * *", COPENHAGEN, "2026-03-29T00:00", "2026-03-29T12:00")


def test_what_falls_into_the_doubled_hour_is_due_the_first_time():
    """On the night of autumn half past two comes in summer time first, and that is the one."""
    assert ["10-25 00:30"] == between("30 2 * * *", COPENHAGEN, "2026-10-24T22:00", "2026-10-25T12:00")


def test_a_line_for_every_hour_runs_through_both_changes_evenly():
    """Every half hour is every half hour, also in the hour that comes twice and the one that does not come."""
    for start in ("2026-03-28T22:00", "2026-10-24T22:00"):
        found = slots_between("*/30 * * * *", COPENHAGEN, utc(start), utc(start) + timedelta(hours=6))
        assert {timedelta(minutes=30)} == {after - before for before, after in pairwise(found)}
        assert 12 == len(found)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 6 * * 0", ["11-22 06:00", "11-29 06:00"]),
        ("0 6 * * 7", ["11-22 06:00", "11-29 06:00"]),
        ("0 6 * * SUN", ["11-22 06:00", "11-29 06:00"]),
        ("0 6 * * 5-7/2", ["11-20 06:00", "11-22 06:00", "11-27 06:00", "11-29 06:00"]),
        ("0 6 21 * 1", ["11-21 06:00", "11-23 06:00", "11-30 06:00"]),
        ("0 6 21 * *", ["11-21 06:00"]),
        ("0 6 */2 * 1", ["11-23 06:00"]),
    ],
)
def test_days_are_read_as_cron_reads_them(cron, expected):
    """Sunday is 0 and 7; where days of month and of week are both named, either one is enough."""
    assert expected == between(cron, "UTC", "2026-11-20T00:00", "2026-11-30T23:00")


@pytest.mark.parametrize(
    "text", ["", "30 2 * *", "61 2 * * *", "30 2 * * 8", "30 2 * * mon-", "30 2 * * */0", "a b c d e"]
)
def test_what_is_no_cron_line_is_refused(text):
    """A line that cannot be read is told as such, whatever is wrong with it."""
    with pytest.raises(ValueError, match="is not a cron line"):
        check_cron(text)


def test_a_line_that_is_never_due_is_refused_and_has_no_slot():
    """The 30th of February does not come; the 29th does, in a leap year."""
    with pytest.raises(ValueError, match="is never due: no month it names has that day"):
        check_cron("0 0 30 2 *")
    assert "0 0 29 2 *" == check_cron("0 0 29 2 *")
    assert next_slot("0 0 30 2 *", "UTC", utc("2026-01-01T00:00")) is None
    assert utc("2028-02-29T00:00") == next_slot("0 0 29 2 *", "UTC", utc("2026-01-01T00:00"))


def test_of_very_many_slots_the_last_ones_are_given():
    """After a long time down nobody needs every minute of it."""
    found = slots_between("* * * * *", "UTC", utc("2026-01-01T00:00"), utc("2026-01-02T00:00"), most=5)
    assert [utc("2026-01-01T23:56") + timedelta(minutes=at) for at in range(5)] == list(found)


@given(
    start=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 1)),  # noqa: DTZ001
    zone=st.sampled_from(sorted(CHANGES)),
    cron=st.sampled_from(["30 2 * * *", "*/15 * * * *", "0 0 * * 1", "15 1,3 * * *", "45 23 1 * *"]),
    split=st.integers(min_value=0, max_value=3 * 24 * 60),
)
def test_slots_do_not_depend_on_when_they_are_asked_for(start, zone, cron, split):
    """Asked in two halves or at once, the same slots come, in order, each once."""
    begin = start.replace(tzinfo=UTC)
    middle, end = begin + timedelta(minutes=split), begin + timedelta(days=3)
    whole = list(slots_between(cron, zone, begin, end))
    assert whole == [*slots_between(cron, zone, begin, middle), *slots_between(cron, zone, middle, end)]
    assert sorted(set(whole)) == whole
