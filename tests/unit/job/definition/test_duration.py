"""Lengths of time and spans of the day are read as people write them."""

from datetime import time, timedelta

import pytest

from connector.job.definition.duration import parse_duration, parse_hours, write_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("20m", timedelta(minutes=20)),
        ("1.5h", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
        ("2 w", timedelta(weeks=2)),
        (0, timedelta()),
    ],
)
def test_a_length_of_time_is_read(text, expected):
    """Seconds, minutes, hours, days and weeks have one letter each."""
    assert expected == parse_duration(text)


@pytest.mark.parametrize("text", ["", "20", 20, "20 minutes", "-5m", "m", None, True])
def test_anything_else_is_no_length_of_time(text):
    """A bare number would leave the unit to guesses."""
    with pytest.raises(ValueError, match="20m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["90s", "20m", "2h", "7d", "0s"])
def test_a_length_of_time_is_written_as_it_was_read(text):
    """The largest unit that fits whole is the one people used."""
    assert text == write_duration(parse_duration(text))


def test_a_span_of_the_day_is_read():
    """A span may cross midnight and spare the leading zero."""
    assert (time(20), time(6)) == parse_hours("20:00-6:00")


@pytest.mark.parametrize("text", ["20-6", "25:00-06:00", "20:00", "20:00-06:00x"])
def test_anything_else_is_no_span(text):
    """A wrong hour is a mistake and not midnight."""
    with pytest.raises(ValueError, match="20:00-06:00"):
        parse_hours(text)
