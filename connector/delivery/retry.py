"""Decide what may heal by itself, how long to wait for it, and when to give up."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connector.clock import Clock
from connector.delivery.model import Answer
from connector.errors import OutcomeUnknownError, TargetUnreachableError, TryAgainError
from connector.logs import logger

__all__ = ["HEALING_STATUSES", "Policy", "Watcher", "persist", "retry_after_seconds"]

HEALING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

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
    jitter: Callable[[], float] = random.random

    def wait_seconds(self, failed_tries: int, asked_seconds: float | None) -> float:
        """Give the pause after so many failed tries: what the target asked for, else doubling with jitter; capped."""
        if asked_seconds is not None:
            return min(asked_seconds, self.longest_wait_seconds)
        doubled = self.first_wait_seconds * 2.0 ** min(failed_tries - 1, 30)
        return min(doubled, self.longest_wait_seconds) * (0.5 + self.jitter() / 2)


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
    asked = retry_after_seconds(answer.headers.get("retry-after"), clock.now())
    return _Trouble(f"status {answer.status}", asked)
