"""Carry requests to an object store and its answers back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from connector import __version__
from connector.errors import ConnectorError, TryAgainError
from connector.network import Proxy, proxy_for, trust
from connector.storage.bucket.patience import Effort, Patience
from connector.storage.bucket.service import Answer, Request, Service, Standing, refusal_of
from connector.storage.bucket.trouble import trouble_of
from connector.storage.model import PIECE_BYTES

__all__ = ["Exchange", "Response"]

LARGEST_REFUSAL_BYTES = 64 * 1024
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
KEEPALIVE_SECONDS = 20
"""Shorter than any of the stores keeps an idle connection."""


class Response:
    """An answer whose body is still on its way."""

    def __init__(self, raw: aiohttp.ClientResponse) -> None:
        self._raw = raw
        self.status = raw.status
        self.headers = raw.headers

    async def piece(self, most_bytes: int = PIECE_BYTES) -> bytes:
        """Give the next bytes, empty at the end; raise TryAgainError where the connection breaks."""
        found = bytearray()
        trouble: ConnectorError | None = None
        try:
            while len(found) < most_bytes and (some := await self._raw.content.read(most_bytes - len(found))):
                found += some
        except (aiohttp.ClientError, OSError) as error:
            trouble = trouble_of(error, self._raw.url.host or "")
        if trouble is not None and not found:
            raise trouble
        return bytes(found)

    async def read(self, most_bytes: int) -> bytes:
        """Give the rest of the body, cut where it is longer; raise TryAgainError where the connection breaks."""
        found = bytearray()
        while len(found) < most_bytes and (piece := await self.piece(min(most_bytes - len(found), PIECE_BYTES))):
            found += piece
        return bytes(found)


class Exchange:
    """The connections to one service; use it as `async with`."""

    def __init__(self, service: Service, *, ca_file: Path | None = None, patience: Patience | None = None) -> None:
        self._service = service
        self._tls = trust(ca_file)
        self._patience = patience or Patience()
        self._proxies: dict[str, Proxy | None] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Get ready; connections are made when the first request needs one."""
        patience = self._patience
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            # Bytes must come as they are stored: size and checksum are those of the stored ones.
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=2 * patience.connect_seconds,
                sock_connect=patience.connect_seconds,
                sock_read=patience.idle_seconds,
            ),
            read_bufsize=PIECE_BYTES,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def effort(self) -> Effort:
        """Give the count of tries for something that is made of several requests."""
        return Effort(self._patience)

    async def fetch(self, request: Request) -> Answer:
        """Give the whole answer, whatever it means; what may heal is tried again with patience.

        Raises StorageUnreachableError when the tries are used up.
        """
        effort = self.effort()
        while True:
            try:
                async with self.opened(request) as response:
                    if isinstance(response, Answer):
                        return response
                    body = await response.read(LARGEST_ANSWER_BYTES)
                    return Answer(response.status, response.headers, body)
            except TryAgainError as trouble:
                await effort.failed(trouble)

    async def plain(self, request: Request) -> Answer:
        """Give the answer of another server, such as one that hands out tokens: no credentials go out."""
        effort = self.effort()
        while True:
            try:
                raw = await self._send(request)
                try:
                    body = await Response(raw).read(LARGEST_REFUSAL_BYTES)
                finally:
                    raw.release()
                return Answer(raw.status, raw.headers, body)
            except TryAgainError as trouble:
                await effort.failed(trouble)

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[Response | Answer]:
        """Give the answer to one try: open where it is good, whole where it is not.

        Raises TryAgainError for what may heal by itself, StorageUnreachableError where nothing can be reached.
        """
        service, renewed = self._service, False
        while True:
            signed = await service.authorise(request, self.plain)
            raw = await self._send(signed)
            try:
                answer = Answer(raw.status, raw.headers, b"")
                if service.judge(answer) is Standing.GOOD:
                    yield Response(raw)
                    return
                answer = Answer(raw.status, raw.headers, await Response(raw).read(LARGEST_REFUSAL_BYTES))
            finally:
                raw.release()
            standing = service.judge(answer)
            if standing is Standing.PASSING:
                raise _passing(service, answer)
            if standing is not Standing.STALE:
                yield answer
                return
            if renewed or not await service.renew(signed, answer):
                raise refusal_of(service, answer)
            renewed = True

    async def _send(self, request: Request) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("the storage is used outside its `async with`")
        proxy = self._proxy(request.url)
        headers = {"User-Agent": f"conversation-connector/{__version__}", **request.headers}
        try:
            return await self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=headers,
                data=request.body or None,
                allow_redirects=False,
                proxy=proxy.url if proxy else None,
                proxy_headers=proxy.headers if proxy else None,
            )
        except (aiohttp.ClientError, OSError) as error:
            # The library's errors carry the request's headers and with them credentials: they must not be chained.
            trouble = trouble_of(error, urlsplit(request.url).hostname or "")
        raise trouble

    def _proxy(self, url: str) -> Proxy | None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(origin)
        return self._proxies[origin]


def _passing(service: Service, answer: Answer) -> TryAgainError:
    asked = answer.headers.get("Retry-After", "")
    wait_seconds = float(asked) if asked.isascii() and asked.isdigit() else None
    told = f"status {answer.status} {service.code_of(answer)}".rstrip()
    hint = "it is overloaded or its limits are used up: run again later"
    return TryAgainError(f"{service.address}: {service.name} answers {told}", wait_seconds=wait_seconds, hint=hint)
