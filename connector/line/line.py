"""Hold the connections over which servers are asked, through proxies and with the authorities that are trusted."""

from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from connector import __version__
from connector.errors import ConnectorError, TryAgainError
from connector.line.model import Answer, Request
from connector.line.patience import Effort, Patience
from connector.line.trouble import trouble_of
from connector.network import Proxy, proxy_for, trust

__all__ = ["Line", "Response"]

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
KEEPALIVE_SECONDS = 20
"""Shorter than any of the servers keeps an idle connection."""
PIECE_BYTES = 256 * 1024


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

    async def whole(self, most_bytes: int = LARGEST_ANSWER_BYTES) -> Answer:
        """Give the whole answer; raise TryAgainError where the connection breaks."""
        return Answer(self.status, self.headers, await self.read(most_bytes))

    async def aclose(self) -> None:
        """Let go of the connection: it is kept for the next request where the body was read to its end."""
        self._raw.release()

    async def read(self, most_bytes: int) -> bytes:
        """Give the rest of the body, cut where it is longer; raise TryAgainError where the connection breaks."""
        found = bytearray()
        while len(found) < most_bytes and (piece := await self.piece(min(most_bytes - len(found), PIECE_BYTES))):
            found += piece
        return bytes(found)


class Line:
    """Connections to any server; use it as `async with`."""

    def __init__(self, *, ca_file: Path | None = None, patience: Patience | None = None) -> None:
        self._ca_file = ca_file
        self._patience = patience or Patience()
        self._proxies: dict[str, Proxy | None] = {}
        self._session: aiohttp.ClientSession | None = None
        self._has_answered = False

    async def __aenter__(self) -> Self:
        """Get ready; connections are made when the first request needs one.

        Raises ConfigurationError where the file of authorities cannot be read.
        """
        patience = self._patience
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=trust(self._ca_file), keepalive_timeout=KEEPALIVE_SECONDS),
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
        return Effort(
            self._patience,
            lambda: self._patience.tries if self._has_answered else self._patience.first_tries,
            self._forget_answers,
        )

    async def answer(self, request: Request) -> Answer:
        """Give the whole answer, whatever its status; a broken connection is tried again with patience.

        Raises StorageUnreachableError when the tries are used up.
        """
        effort = self.effort()
        while True:
            try:
                async with aclosing(await self.send(request)) as response:
                    return await response.whole()
            except TryAgainError as trouble:
                await effort.failed(trouble)

    async def send(self, request: Request) -> Response:
        """Give the answer to one try, its body on its way; raise TryAgainError where none came."""
        if self._session is None:
            raise RuntimeError("the line is used outside its `async with`")
        proxy = self._proxy(request.url)
        # Nothing is unpacked here, so nothing may come packed unless it is asked for.
        usual = {"User-Agent": f"conversation-connector/{__version__}", "Accept-Encoding": "identity"}
        try:
            raw = await self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers={**usual, **request.headers},
                data=request.body or None,
                # What the library would add by itself would be in no signature.
                skip_auto_headers=("Content-Type",),
                allow_redirects=False,
                proxy=proxy.url if proxy else None,
                proxy_headers=proxy.headers if proxy else None,
            )
        except (aiohttp.ClientError, OSError) as error:
            # The library's errors carry the request's headers and with them credentials: they must not be chained.
            trouble = trouble_of(error, urlsplit(request.url).hostname or "")
        else:
            self._has_answered = True
            return Response(raw)
        raise trouble

    def _forget_answers(self) -> None:
        self._has_answered = False

    def _proxy(self, url: str) -> Proxy | None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(origin)
        return self._proxies[origin]
