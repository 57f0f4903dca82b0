"""What several browsers tell of one message, and what is written twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.echo import Told, number_of

BEGIN = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=30)


def told(*tellings):
    """Give the number of each telling (browser with its own count, second), one after the other."""
    known = []
    for teller, second in tellings:
        at = BEGIN + timedelta(seconds=second)
        known.append(Told(number_of(known, teller, at, WINDOW), teller, at))
    return [one.number for one in known]


def test_two_browsers_tell_of_one_message():
    """The second telling within seconds is an echo; a third browser's as well."""
    assert [1, 1, 1] == told(("a/1", 0), ("b/1", 1), ("c/9", 2))


def test_the_same_words_written_again_are_another_message():
    """A browser never tells one message twice under two numbers, however soon the second one comes."""
    assert [1, 1, 2, 2] == told(("a/1", 0), ("b/1", 1), ("a/2", 2), ("b/2", 3))


def test_a_browser_that_joined_later_tells_of_new_messages():
    """What another browser told long ago is no echo."""
    assert [1, 2] == told(("a/1", 0), ("b/1", 600))


def test_a_telling_that_is_posted_again_is_the_one_it_was():
    """A lost answer makes the page post again, at any time."""
    assert [1, 2, 1] == told(("a/1", 0), ("a/2", 5), ("a/1", 5000))


def test_without_names_all_tellings_may_come_from_different_browsers():
    """Within the window they are one, beyond it two."""
    assert [1, 1, 2] == told(("", 0), ("", 20), ("", 100))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 4))
def test_browsers_that_all_saw_all_tell_as_many_messages_as_were_written(gaps, browsers):
    """Whatever the pace, each message is counted once by however many browsers."""
    tellings, second = [], 0
    for number, gap in enumerate(gaps):
        second += gap
        tellings += [(f"{name}/{number}", second) for name in range(browsers)]
    assert [number + 1 for number in range(len(gaps)) for _ in range(browsers)] == told(*tellings)
