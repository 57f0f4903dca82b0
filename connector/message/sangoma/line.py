"""Send requests to the interface of Sangoma CX with its tokens; send nothing twice that would be done twice."""

from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from connector.clock import Clock
from connector.errors import OutcomeUnknownError, StopError, TryAgainError
from connector.line import PASSING, Answer, Line, Request, read_endpoint
from connector.logs import logger
from connector.message.sangoma.access import Access, Tokens
from connector.message.sangoma.refusal import refusal_of

__all__ = ["SangomaLine"]

TRIES: Final = 4
FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 60.0
LOOK: Final = "look in Sangoma CX whether it was done before you run it again"


class SangomaLine:
    """The way to one tenant's Sangoma CX; use it as `async with`."""

    def __init__(self, access: Access, clock: Clock, *, ca_file: Path | None = None) -> None:
        self._url = read_endpoint(access.url, secret=True, field="source.cpaas.url")
        self._clock = clock
        self._line = Line(ca_file=ca_file)
        self._tokens = Tokens(access, clock, lambda request: self._send(request, twice=True))

    async def __aenter__(self) -> Self:
        """Get ready; the first request makes a connection and gets a token."""
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._line.__aexit__(kind, error, trace)

    async def get(self, path: str, scope: str) -> Any:
        """Give what lies there, as JSON; raise StopError in words that tell what to do."""
        return await self._ask("GET", path, scope, b"")

    async def post(self, path: str, scope: str, body: dict[str, Any]) -> Any:
        """Have something made or done, once, and give what is told of it; raise StopError as get does.

        Where no answer tells whether it was done it is not tried again: OutcomeUnknownError says so.
        """
        return await self._ask("POST", path, scope, orjson.dumps(body))

    async def _ask(self, method: str, path: str, scope: str, body: bytes) -> Any:
        answer = await self._attempt(method, path, scope, body)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            # A token lives a year, and may be withdrawn before it ends.
            self._tokens.forget(scope)
            answer = await self._attempt(method, path, scope, body)
        if method == "POST" and answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OutcomeUnknownError(f"Sangoma is in trouble (status {answer.status})", hint=LOOK)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise refusal_of(answer)
        if not answer.body.strip():
            return None
        try:
            return orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            hint = "see source.cpaas.url: is it the right address?"
            raise StopError("the answer is none of Sangoma's interface", hint=hint) from error

    async def _attempt(self, method: str, path: str, scope: str, body: bytes) -> Answer:
        token = await self._tokens.get(scope)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Content-Type": "application/json"}
        return await self._send(Request(f"{self._url}/{path}", headers, method, body), twice=method == "GET")

    async def _send(self, request: Request, *, twice: bool) -> Answer:
        """Give the answer to a request; `twice` says that it does no harm to send it again."""
        tries = 0
        while True:
            tries += 1
            try:
                async with aclosing(await self._line.send(request)) as response:
                    answer = await response.whole()
            except TryAgainError as trouble:
                if not twice:
                    raise OutcomeUnknownError(trouble.message, hint=LOOK) from trouble
                if tries >= TRIES:
                    raise StopError(trouble.message, hint=trouble.hint) from trouble
                await self._pause(tries, trouble.message, None)
                continue
            heals = answer.status in PASSING if twice else answer.status == HTTPStatus.TOO_MANY_REQUESTS
            if not heals or tries >= TRIES:
                return answer
            await self._pause(tries, f"status {answer.status}", answer.headers.get("Retry-After"))

    async def _pause(self, tries: int, trouble: str, asked: str | None) -> None:
        seconds = float(asked[:6]) if asked and asked.isascii() and asked.isdigit() else FIRST_WAIT_SECONDS * 2**tries
        wait_seconds = min(seconds, LONGEST_WAIT_SECONDS)
        logger().info("request.repeated", tries=tries, trouble=trouble, wait_seconds=round(wait_seconds, 3))
        await self._clock.sleep(wait_seconds)
