"""Ask nothing of a system that answers nobody, until one request has shown that it is back.

Sixty lines of our own: the libraries for it fail at once while open, where a batch is better off waiting; they count
calls, not requests under way; and they bring no clock that a test can turn.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from connector.clock import Clock
from connector.errors import ConnectorError, StopError

__all__ = ["IN_TROUBLE", "Breaker", "State", "target_in_trouble"]

State = Literal["closed", "open", "half_open"]

IN_TROUBLE: Mapping[str, str] = {
    "open": "does not answer and is waited for",
    "half_open": "did not answer and is being tried",
}
"""What people are told of a target or a storage whose breaker is in such a state."""

FAILURES_IN_A_ROW = 10
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 15.0
LOOK_SECONDS = 0.25


def target_in_trouble(trouble: str, remedy: str = "") -> StopError:
    """Give the error that ends a run whose target answers nobody; `remedy` says what a person may have to mend."""
    after = "nothing is lost: the next run goes on from here"
    return StopError(f"the target is in trouble: {trouble}", hint=f"{remedy}; {after}" if remedy else after)


class Breaker:
    """Closed it lets everybody pass, open nobody; half open it lets one through, whose luck decides for all.

    Whoever comes while it is open waits. `patience_seconds` is how long in all before an error ends the waiting; None
    waits for ever, as a service must. `failures` in a row open it, and `given_up` makes the error of the last trouble.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        patience_seconds: float | None = None,
        failures: int = FAILURES_IN_A_ROW,
        given_up: Callable[[str], ConnectorError] = target_in_trouble,
    ) -> None:
        self._clock = clock
        self._most_failures = failures
        self._given_up = given_up
        self._patience_seconds = patience_seconds
        self._failures = 0
        self._trouble = ""
        self._opened_at = self._closed_until = 0.0
        self._pause_seconds = FIRST_SECONDS
        self._looks = 0
        self._look: int | None = None
        """The number of the look that is under way."""
        self.is_open = False

    @property
    def state(self) -> State:
        """Name the state it is in."""
        if not self.is_open:
            return "closed"
        return "open" if self._look is None else "half_open"

    async def enter(self) -> int | None:
        """Return when a request may go; raise what stands for giving up when the patience is at its end.

        Gives the number of the look where this request is the one that is let through, to be told again with what
        comes of it; None where everybody passes.
        """
        while self.is_open:
            now = self._clock.monotonic()
            if self._patience_seconds is not None and now - self._opened_at >= self._patience_seconds:
                raise self._given_up(self._trouble)
            if self._look is None and now >= self._closed_until:
                self._looks += 1
                self._look = self._looks
                return self._look
            await self._clock.sleep(min(LOOK_SECONDS, max(self._closed_until - now, 0.01)))
        return None

    def leave(self, look: int | None) -> None:
        """Say that a look is over, whatever came of it; requests of other numbers, or of none, change nothing."""
        if look is not None and look == self._look:
            self._look = None

    def succeeded(self) -> None:
        """Note an answer that shows the system at work."""
        self._failures = 0
        if self.is_open:
            self.is_open, self._pause_seconds = False, FIRST_SECONDS

    def failed(self, trouble: str, look: int | None = None) -> None:
        """Note that there was none; `trouble` says what there was, without secrets or personal data.

        Of what was under way when it opened, nothing makes the pause longer: only the look tells of the time since.
        """
        self._failures += 1
        self._trouble = trouble
        now = self._clock.monotonic()
        if self.is_open:
            if look is not None and look == self._look:
                self._pause_seconds = min(2 * self._pause_seconds, LONGEST_SECONDS)
                self._closed_until = now + self._pause_seconds
        elif self._failures >= self._most_failures:
            self.is_open, self._opened_at, self._closed_until = True, now, now + self._pause_seconds
            # A look that closed it may still be sending: it says nothing of this time.
            self._look = None
