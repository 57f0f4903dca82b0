"""Pass requests on to a server, and answer some of them otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

__all__ = ["HttpFront", "Instead"]

LARGEST_BODY = 256 * 1024 * 1024
HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class Instead:
    """What the next requests get whose method and path hold the text; status 0 passes them on and spoils the bytes."""

    status: int
    holding: str = ""
    times: int = 1
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpFront:
    """A front on a port of its own; the host that clients name is passed on, since they sign it."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.address = ""
        self.instead: list[Instead] = []
        self.requests: list[str] = []
        self.headers: list[CIMultiDict[str]] = []
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._session = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        assert self._session is not None
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, request: web.Request) -> web.Response:
        asked = f"{request.method} {request.raw_path}"
        self.requests.append(asked)
        self.headers.append(CIMultiDict(request.headers))
        instead = next((one for one in self.instead if one.times and one.holding in asked), None)
        if instead is not None:
            instead.times -= 1
            if instead.status:
                return web.Response(status=instead.status, body=instead.body, headers=instead.headers)
        assert self._session is not None
        url = URL(f"{self._target}{request.raw_path}", encoded=True)
        async with self._session.request(request.method, url, headers=request.headers) as answer:
            body = await answer.read()
            headers = CIMultiDict((name, text) for name, text in answer.headers.items() if name.lower() not in HOP)
        if instead is not None and body:
            body = bytes([body[0] ^ 1]) + body[1:]
            headers.update(instead.headers)
        if request.method == "HEAD":
            return web.Response(status=answer.status, headers=headers)
        headers.popall("Content-Length", None)
        return web.Response(status=answer.status, body=body, headers=headers)
