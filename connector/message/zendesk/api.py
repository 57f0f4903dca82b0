"""Ask Zendesk's interface for programs, at its pace, and say what its refusals mean."""

from base64 import b64encode
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

import orjson

from connector.clock import Clock
from connector.errors import SkipError, StopError, TryAgainError
from connector.line import PASSING, Answer, Line, Request, read_endpoint
from connector.logs import logger
from connector.message.zendesk.access import Access
from connector.message.zendesk.pace import Pace
from connector.message.zendesk.paging import next_page
from connector.message.zendesk.refusal import refusal_of
from connector.reason import Code

__all__ = ["ZendeskApi"]

TRIES: Final = 6
FIRST_TRIES: Final = 3
"""For an address that never answered: more likely it is wrong."""
MOST_WAITS: Final = 60
"""How often a limit is waited for before it counts as trouble; each time as long as Zendesk asks."""
LONGEST_WAIT_SECONDS: Final = 600.0
USUAL_WAIT_SECONDS: Final = 30.0
PAGE_ITEMS: Final = "100"
EXPORT: Final = "/api/v2/incremental/"
WITHHELD: Final[Mapping[int, str]] = {
    HTTPStatus.FORBIDDEN: "Zendesk does not let this account read it (403)",
    HTTPStatus.NOT_FOUND: "Zendesk has it no longer (404)",
    HTTPStatus.GONE: "Zendesk has it no longer (410)",
}
"""What refuses one of many things alone."""


class ZendeskApi:
    """Requests to one account's Zendesk; use it as `async with`.

    Every method raises StopError in words that tell what to do, and StorageUnreachableError, one of its kind, where no
    connection can be made at all.
    """

    def __init__(self, access: Access, clock: Clock, *, ca_file: Path | None = None) -> None:
        self._url = read_endpoint(access.url, secret=True, field="source.api.url")
        pair = f"{access.email}/token:{access.token}".encode()
        self._headers = {"Authorization": f"Basic {b64encode(pair).decode()}", "Content-Type": "application/json"}
        self._clock = clock
        self._line = Line(ca_file=ca_file)
        self._has_answered = False
        self._pace = Pace(access.requests_per_minute, clock)
        self._exports = Pace(access.exports_per_minute, clock)

    async def __aenter__(self) -> Self:
        """Get ready; the first request makes a connection."""
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._line.__aexit__(kind, error, trace)

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, may_lack: bool = False
    ) -> dict[str, Any] | None:
        """Give the object that lies there; None where there is none.

        With `may_lack` it is one of many, and a refusal of this one, or none of it, raises SkipError(UNREADABLE).
        """
        words = f"{path}?{urlencode(query)}" if query else path
        answer = await self._ask("GET", words, None, passes=WITHHELD if may_lack else ())
        if may_lack and answer.status in WITHHELD:
            raise SkipError(Code.UNREADABLE, WITHHELD[answer.status])
        return None if answer.status == HTTPStatus.NOT_FOUND else _object(answer)

    async def pages(
        self, path: str, query: Mapping[str, str] | None = None, *, may_lack: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """Give each page of a list, cut by cursors or counted; where there is no such list none, or as `get` does."""
        asked: dict[str, str] | None = {**(query or {}), "page[size]": PAGE_ITEMS}
        while asked is not None and (page := await self.get(path, asked, may_lack=may_lack)) is not None:
            yield page
            asked = next_page(page, asked)

    async def change(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make, change or delete something, once: what may have been carried out is not tried again.

        Gives what is there afterwards, where Zendesk tells; what is to be deleted may be gone already.
        """
        answer = await self._ask(method, path, body)
        if answer.status == HTTPStatus.NOT_FOUND and method != "DELETE":
            raise refusal_of(answer)
        return {} if method == "DELETE" or not answer.body.strip() else _object(answer)

    async def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, *, passes: Collection[int] = ()
    ) -> Answer:
        request = Request(f"{self._url}{path}", self._headers, method, orjson.dumps(body) if body is not None else b"")
        failed = waited = 0
        while True:
            await (self._exports if path.startswith(EXPORT) else self._pace).wait()
            try:
                async with aclosing(await self._line.send(request)) as response:
                    answer = await response.whole()
            except TryAgainError as trouble:
                failed += 1
                if method == "POST" or failed >= (TRIES if self._has_answered else FIRST_TRIES):
                    raise StopError(trouble.message, hint=trouble.hint or "run it again") from trouble
                await self._pause(failed, trouble.message, 2.0 ** (failed - 1))
                continue
            self._has_answered = True
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS and waited < MOST_WAITS:
                waited += 1
                await self._pause(waited, "a limit of Zendesk's", _asked_seconds(answer) or USUAL_WAIT_SECONDS)
            elif answer.status in PASSING and method != "POST" and failed + 1 < TRIES:
                failed += 1
                await self._pause(failed, f"status {answer.status}", _asked_seconds(answer) or 2.0 ** (failed - 1))
            elif answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status in {HTTPStatus.NOT_FOUND, *passes}:
                return answer
            else:
                raise refusal_of(answer)

    async def _pause(self, tries: int, trouble: str, seconds: float) -> None:
        wait_seconds = min(seconds, LONGEST_WAIT_SECONDS)
        logger().info("request.repeated", tries=tries, trouble=trouble, wait_seconds=round(wait_seconds, 3))
        await self._clock.sleep(wait_seconds)


def _asked_seconds(answer: Answer) -> float | None:
    """Give the seconds that Zendesk asks to wait for."""
    text = answer.headers.get("Retry-After", "").strip()
    return float(text[:6]) if text.isascii() and text.isdigit() else None


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise StopError("the answer is none of Zendesk's interface", hint="see source.api: is it the right address?")
    return found
