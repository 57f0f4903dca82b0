from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.model import Answer
from connector.delivery.retry import HEALING_STATUSES, LONGEST_REST, Policy, persist, rest, retry_after_seconds
from connector.errors import OutcomeUnknownError, TargetUnreachableError, TryAgainError

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Script:
    """Attempts that end as told, one after the other."""

    def __init__(self, *results):
        self.results = list(results)
        self.tries = 0

    async def __call__(self):
        self.tries += 1
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result if isinstance(result, Answer) else Answer(result, {}, b"")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:59:00 GMT", 0.0),
        ("Monday, 02-Mar-26 12:00:30 GMT", 30.0),
        ("Mon Mar  2 12:00:30 2026", 30.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_retry_after(text, expected):
    """Both forms of Retry-After are read, and anything else is as good as absent."""
    assert expected == retry_after_seconds(text, NOW)


@given(st.integers(-100_000, 100_000), st.integers(-12, 12))
def test_retry_after_in_any_zone(seconds, hours):
    """A date gives the seconds until then, never less than none, in whatever zone it is written."""
    moment = (NOW + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours)))
    assert max(0, seconds) == retry_after_seconds(format_datetime(moment), NOW)


@given(st.text(max_size=60))
def test_retry_after_never_fails(text):
    """No header, however odd, breaks the reading, and no wait is negative."""
    seconds = retry_after_seconds(text, NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(1, 5000), st.floats(0, 1), st.none() | st.floats(0, 1e9))
def test_wait_is_capped(failed_tries, jitter, asked):
    """No pause is longer than the setting, however often it failed and whatever the target asks for."""
    policy = Policy(longest_wait_seconds=7, jitter=lambda: jitter)
    assert 0 <= policy.wait_seconds(failed_tries, asked) <= 7


def test_wait_doubles_with_jitter():
    """Without a word from the target the pause doubles, and chance takes up to half of it away."""
    longest = Policy(first_wait_seconds=1, jitter=lambda: 1.0)
    shortest = Policy(first_wait_seconds=1, jitter=lambda: 0.0)
    assert [1, 2, 4, 8] == [longest.wait_seconds(tries, None) for tries in (1, 2, 3, 4)]
    assert [0.5, 1, 2, 4] == [shortest.wait_seconds(tries, None) for tries in (1, 2, 3, 4)]


@pytest.mark.parametrize("status", sorted(HEALING_STATUSES))
async def test_status_that_may_heal(status, clock):
    """A status that may heal is tried again until it does."""
    script = Script(status, status, 200)
    answer = await persist(script, Policy(), clock, repeat_unknown=False)
    assert (200, 3) == (answer.status, script.tries)
    assert 2 == len(clock.slept)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 431, 501, 505])
async def test_status_that_is_final(status, clock):
    """Any other status is the answer, at the first try."""
    script = Script(status, 200)
    answer = await persist(script, Policy(), clock, repeat_unknown=True)
    assert (status, 1) == (answer.status, script.tries)
    assert [] == clock.slept


@pytest.mark.parametrize("text", ["7", "Mon, 02 Mar 2026 12:00:07 GMT"])
async def test_target_says_how_long(text, clock):
    """The pause is what Retry-After asks for, in seconds or as a date by the injected clock."""
    script = Script(Answer(429, {"retry-after": text}, b""), 200)
    await persist(script, Policy(), clock, repeat_unknown=False)
    assert [7.0] == clock.slept


async def test_giving_up(clock):
    """When the tries are used up the error tells what was answered and how long the target wants to be left alone."""
    script = Script(*[Answer(503, {"retry-after": "900"}, b"")] * 3)
    with pytest.raises(TryAgainError, match="status 503, 3 times") as caught:
        await persist(script, Policy(tries=3, longest_wait_seconds=60), clock, repeat_unknown=False)
    assert 900 == caught.value.wait_seconds
    assert [60, 60] == clock.slept


async def test_connection_that_heals(clock):
    """A target that cannot be reached, or a body that broke off, is tried again."""
    script = Script(TargetUnreachableError(), TryAgainError("broken"), 200)
    assert 200 == (await persist(script, Policy(), clock, repeat_unknown=False)).status


async def test_connection_that_does_not_heal(clock):
    """The last error of a target that stays unreachable is the one that is raised."""
    script = Script(*[TargetUnreachableError("nobody there")] * 2)
    with pytest.raises(TargetUnreachableError, match="nobody there"):
        await persist(script, Policy(tries=2), clock, repeat_unknown=False)


async def test_unknown_outcome_is_not_repeated(clock):
    """What may have been carried out is not sent again unless that was allowed."""
    script = Script(OutcomeUnknownError(), 200)
    with pytest.raises(OutcomeUnknownError):
        await persist(script, Policy(), clock, repeat_unknown=False)
    assert 1 == script.tries


async def test_unknown_outcome_is_repeated_where_allowed(clock):
    """Where a repetition is harmless an unknown outcome is like any passing trouble."""
    assert 200 == (await persist(Script(OutcomeUnknownError(), 200), Policy(), clock, repeat_unknown=True)).status


async def test_watcher_hears_of_every_failure(clock):
    """Every failed try is told with its number and a word for what went wrong, the last one too."""
    heard = []

    async def watch(tries, trouble):
        heard.append((tries, trouble))

    script = Script(503, TargetUnreachableError(), OutcomeUnknownError(), TryAgainError())
    with pytest.raises(TryAgainError):
        await persist(script, Policy(tries=4), clock, repeat_unknown=True, watcher=watch)
    assert [(1, "status 503"), (2, "no connection"), (3, "no answer"), (4, "broken off")] == heard


async def test_repetition_is_logged(clock):
    """Each repetition leaves a line with the reason and the pause."""
    with structlog.testing.capture_logs() as lines:
        await persist(Script(502, 200), Policy(jitter=lambda: 1.0), clock, repeat_unknown=True)
    assert [("request.repeated", 1, "status 502", 0.5)] == [
        (line["event"], line["tries"], line["trouble"], line["wait_seconds"]) for line in lines
    ]


@given(st.integers(2, 10_000), st.floats(0, 1))
def test_a_rest_grows_and_is_bounded(failed, chance):
    """Every further failure in a row means a longer rest, spread by a quarter each way, of at most six hours."""
    shorter, longer = (rest(number, None, lambda: chance) for number in (failed, failed + 1))
    assert timedelta(seconds=22) <= shorter <= longer <= LONGEST_REST


def test_the_first_failure_asks_for_no_rest():
    """Most trouble is over when the next run comes; what the target asked for is honoured all the same, capped."""
    assert timedelta() == rest(1, None)
    assert timedelta(minutes=5) == rest(1, 300.0)
    assert LONGEST_REST == rest(1, 10.0**9)
