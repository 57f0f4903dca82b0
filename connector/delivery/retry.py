"""Decide what may heal by itself, how long to wait for it, and when to give up."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connector.clock import Clock
from connector.delivery.model import Answer
from connector.errors import OutcomeUnknownError, TargetUnreachableError, TryAgainError
from connector.logs import logger

__all__ = ["HEALING_STATUSES", "LONGEST_REST", "Policy", "Watcher", "persist", "rest", "retry_after_seconds"]

HEALING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

LONGEST_REST = timedelta(hours=6)
FIRST_REST_SECONDS = 30.0
REST_GROWTH = 4.0
SPREAD = 0.25
"""Entries that failed together shall not come back together: each rests up to this share longer or shorter."""

Watcher = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how patiently one request is tried.

    Capturi publishes neither rate limits nor whether it sends Retry-After, so every number is a setting.
    """

    tries: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    audio_repeats: int = 0
    patience_seconds: float | None = None
    """How long a target that answers nobody is waited for before StopError; None waits for ever."""
    jitter: Callable[[], float] = random.random

    def wait_seconds(self, failed_tries: int, asked_seconds: float | None) -> float:
        """Give the pause after so many failed tries: what the target asked for, else doubling with jitter; capped."""
        if asked_seconds is not None:
            return min(asked_seconds, self.longest_wait_seconds)
        doubled = self.first_wait_seconds * 2.0 ** min(failed_tries - 1, 30)
        return min(doubled, self.longest_wait_seconds) * (0.5 + self.jitter() / 2)


def rest(failed_runs: int, asked_seconds: float | None, jitter: Callable[[], float] = random.random) -> timedelta:
    """Give how long an entry is left alone that so many runs in a row could not deliver.

    The first failure asks for no rest: most trouble is over when the next run comes. Then 30 seconds, growing
    fourfold, at most six hours. A longer wait that the target asked for counts, up to the same bound.
    """
    seconds = 0.0
    if failed_runs > 1:
        grown = FIRST_REST_SECONDS * REST_GROWTH ** min(failed_runs - 2, 10)
        seconds = grown * (1 - SPREAD + 2 * SPREAD * jitter())
    return min(timedelta(seconds=max(seconds, asked_seconds or 0.0)), LONGEST_REST)


def retry_after_seconds(text: str | None, now: datetime) -> float | None:
    """Give the seconds a Retry-After header asks for, in both its forms; None where it is absent or no such thing."""
    if text is None:
        return None
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit():
        return float(stripped[:9])
    try:
        moment = parsedate_to_datetime(stripped)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One failed try: a word for it, the wait the target asked for, and the error where there was no answer."""

    word: str
    asked_seconds: float | None = None
    error: TryAgainError | None = None

    def final(self, tries: int) -> TryAgainError:
        return self.error or TryAgainError(
            f"the target answered {self.word}, {tries} times", wait_seconds=self.asked_seconds
        )


async def persist(
    attempt: Callable[[], Awaitable[Answer]],
    policy: Policy,
    clock: Clock,
    *,
    repeat_unknown: bool,
    watcher: Watcher | None = None,
) -> Answer:
    """Give the first answer that is none of the healing statuses.

    The watcher hears of every failed try: its number, and what went wrong in a word. Raises TryAgainError when the
    tries are used up, with the wait the target asked for last; OutcomeUnknownError at once where repeating a request
    that may have been carried out is not allowed.
    """
    tries = 0
    while True:
        tries += 1
        result = await _try(attempt, clock, repeat_unknown=repeat_unknown)
        if isinstance(result, Answer):
            return result
        if watcher is not None:
            await watcher(tries, result.word)
        if tries >= policy.tries:
            raise result.final(tries)
        wait_seconds = policy.wait_seconds(tries, result.asked_seconds)
        logger().info("request.repeated", tries=tries, trouble=result.word, wait_seconds=round(wait_seconds, 3))
        await clock.sleep(wait_seconds)


async def _try(attempt: Callable[[], Awaitable[Answer]], clock: Clock, *, repeat_unknown: bool) -> Answer | _Trouble:
    try:
        answer = await attempt()
    except OutcomeUnknownError as error:
        if not repeat_unknown:
            raise
        return _Trouble("no answer", error=error)
    except TargetUnreachableError as error:
        return _Trouble("no connection", error=error)
    except TryAgainError as error:
        return _Trouble("broken off", error.wait_seconds, error)
    if answer.status not in HEALING_STATUSES:
        return answer
    asked = retry_after_seconds(answer.headers.get("retry-after"), _now_there(answer, clock))
    return _Trouble(f"status {answer.status}", asked)


def _now_there(answer: Answer, clock: Clock) -> datetime:
    """Give the time by the target's own clock, where it tells it: a date it names is meant by that one."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return clock.now()
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
