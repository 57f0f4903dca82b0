"""Carry one request to the target and its answer back: the only place that knows the HTTP library."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from connector import __version__
from connector.delivery.address import base_url
from connector.delivery.model import Answer
from connector.delivery.trouble import translated
from connector.delivery.upload import Upload
from connector.errors import ConnectorError, TryAgainError
from connector.network import proxy_for, trust

__all__ = ["AiohttpTransport", "Content", "Route", "Transport"]

Content = bytes | Upload

LARGEST_ANSWER_BYTES = 64 * 1024
LARGEST_PAGE_BYTES = 8 * 1024 * 1024
# Shorter than the 5 s after which common servers drop an idle connection: a request must not race with that.
KEEPALIVE_SECONDS = 4
SLACK = 0.05
"""By this part of the idle time a target may be given more of it."""


@dataclass(frozen=True, slots=True)
class Route:
    """How the target is reached.

    `idle_seconds` is the longest the target may take no further piece of a body (256 KiB) or, once it has all, give no
    answer. A whole request has no limit: a long upload may take its time. `trust_env` honours HTTPS_PROXY and NO_PROXY;
    `ca_file` names authorities in PEM form that replace the system's.
    """

    url: str
    ca_file: Path | None = None
    trust_env: bool = True
    connect_seconds: float = 10.0
    idle_seconds: float = 60.0
    answer_seconds: float = 20.0
    """How long a small request may take: it can be repeated, an upload not so lightly."""
    address_remedy: str = ""
    """What to mend where no connection can be made."""
    token_remedy: str = ""
    """What to mend where the token is not accepted."""


class Transport(Protocol):
    """The seam to the network, for use as `async with`."""

    async def __aenter__(self) -> Self:
        """Get ready."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        ...

    async def exchange(self, method: str, path: str, headers: Mapping[str, str], content: Content) -> Answer:
        """Send one request and give its answer, whatever its status.

        Raises TargetUnreachableError when nothing was sent, TryAgainError when the body broke off, and
        OutcomeUnknownError when it may have arrived whole and no status came back.
        """
        ...


class AiohttpTransport:
    """The transport on aiohttp; docs/decisions/0001-http-client.md has the measurements behind the choice."""

    def __init__(self, route: Route, headers: Mapping[str, str]) -> None:
        self._base = str(URL(base_url(route.url))).rstrip("/")
        proxy = proxy_for(self._base) if route.trust_env else None
        self._proxy = proxy.url if proxy else None
        self._proxy_headers = proxy.headers if proxy else None
        self._route = route
        self._headers = {"User-Agent": f"conversation-connector/{__version__}", **headers}
        # What is asked over plain http needs no authorities; a file of them is read all the same, to find it wrong.
        self._tls = trust(route.ca_file) if route.ca_file or self._base.startswith("https:") else True
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Get ready; connections are made when the first request needs one."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._route.connect_seconds),
            proxy=self._proxy,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def exchange(self, method: str, path: str, headers: Mapping[str, str], content: Content) -> Answer:
        """Send one request and give its answer, as Transport promises."""
        if self._session is None:
            raise RuntimeError("the transport is used outside its `async with`")
        response: aiohttp.ClientResponse | None = None
        trouble: ConnectorError | None = None
        body = bytearray()
        try:
            idle_seconds = self._route.idle_seconds
            if isinstance(content, bytes):
                idle_seconds = min(idle_seconds, self._route.answer_seconds)
            async with asyncio.timeout(idle_seconds) as deadline:
                response = await self._session.request(
                    method,
                    URL(self._base + path, encoded=True),
                    # Not the session's defaults: those the library shows to the proxy as well, the token among them.
                    headers={**self._headers, **headers},
                    data=content
                    if isinstance(content, bytes)
                    else _Body(content, _toucher(deadline, self._route.idle_seconds)),
                    allow_redirects=False,
                    proxy_headers=self._proxy_headers,
                )
                await _read(response, body, LARGEST_PAGE_BYTES if method == "GET" else LARGEST_ANSWER_BYTES)
        except (aiohttp.ClientError, OSError) as error:
            # The library's errors carry the request's headers and with them the token: they must not be chained.
            upload = content if isinstance(content, Upload) else None
            trouble = translated(error, upload, self._route.address_remedy)
        finally:
            if response is not None:
                response.release()
        if response is not None:
            # The status is the answer. That its body broke off or was too long does not change what was done.
            return Answer(response.status, response.headers, bytes(body))
        raise trouble or TryAgainError()


class _Body(aiohttp.Payload):
    """Write an upload's pieces in the library's writer task, and close the recording there when it is cancelled."""

    def __init__(self, upload: Upload, touch: Callable[[], None]) -> None:
        super().__init__(upload, content_type=upload.content_type)
        self._size = upload.size_bytes
        self._upload = upload
        self._touch = touch

    async def write(self, writer: AbstractStreamWriter) -> None:
        async with aclosing(self._upload.pieces()) as pieces:
            async for piece in pieces:
                self._touch()
                await writer.write(piece)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002 - the library's signature
        raise TypeError("an upload is never held whole in memory")


def _toucher(deadline: asyncio.Timeout, idle_seconds: float) -> Callable[[], None]:
    """Give what puts the deadline off: not at every piece, since to move it costs as much as to send a small one."""
    loop = asyncio.get_running_loop()
    slack_seconds = idle_seconds * SLACK
    put_off_at = loop.time()

    def touch() -> None:
        nonlocal put_off_at
        now = loop.time()
        if now - put_off_at >= slack_seconds and not deadline.expired():
            put_off_at = now
            deadline.reschedule(now + idle_seconds + slack_seconds)

    return touch


async def _read(response: aiohttp.ClientResponse, body: bytearray, most_bytes: int) -> None:
    content = response.content
    while (left := most_bytes - len(body)) and (piece := await content.read(left)):
        body += piece
