"""Remember which requests came, without ever keeping a token."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

__all__ = ["Logged", "LoggedBody", "RequestLog"]

MOST_REQUESTS = 100_000
MOST_BODIES = 500


@dataclass(frozen=True, slots=True)
class Logged:
    """One request; `status` is None where no answer went out, `fault` names what was done to it on purpose."""

    id: int
    at: str
    method: str
    path: str
    status: int | None
    duration_ms: float
    fault: str | None

    @property
    def is_error(self) -> bool:
        """Tell whether it was answered with a status of 400 or more."""
        return self.status is not None and self.status >= HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class LoggedBody:
    """What a request and its answer carried, cut at 64 KiB each; uploads are not kept."""

    headers: dict[str, str]
    body: str
    response: str


class RequestLog:
    """The newest 100,000 requests, and of the newest 500 what they carried."""

    def __init__(self) -> None:
        self._requests: deque[Logged] = deque(maxlen=MOST_REQUESTS)
        self._bodies: deque[tuple[int, LoggedBody]] = deque(maxlen=MOST_BODIES)
        self._next_id = 1

    def __len__(self) -> int:
        return len(self._requests)

    def next_id(self) -> int:
        """Give the number of the next request."""
        self._next_id += 1
        return self._next_id - 1

    def add(self, logged: Logged, body: LoggedBody) -> None:
        """Remember a request that is over."""
        self._requests.append(logged)
        self._bodies.append((logged.id, body))

    def __iter__(self) -> Iterator[Logged]:
        """Give the requests in the order they ended."""
        return iter(self._requests)

    def __reversed__(self) -> Iterator[Logged]:
        """Give the requests, the newest first."""
        return reversed(self._requests)

    def find(self, number: int) -> tuple[Logged, LoggedBody | None] | None:
        """Give one request and, while it is remembered, what it carried."""
        logged = next((one for one in self._requests if one.id == number), None)
        if logged is None:
            return None
        return logged, next((body for known, body in self._bodies if known == number), None)

    def empty(self) -> None:
        """Forget all of them."""
        self._requests.clear()
        self._bodies.clear()
