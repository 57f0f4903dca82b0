"""Let a request in: log it, ask for its token, and let faults befall it."""

import asyncio
import contextlib
import hmac
import re
from time import perf_counter
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.sandbox import mischief
from connector.sandbox.exchange import Exchange
from connector.sandbox.locality import is_local
from connector.sandbox.rehearsal import Rehearsal
from connector.sandbox.request_log import Logged, LoggedBody

__all__ = ["Gate"]

SECOND_API = "/audio/"
PORTAL = "/dev/"
MAGIC_LINK = "/v1/dev/magic-link"
_PORTAL_SECRET = re.compile(r"(?<=^/dev/)[^/]+")


class Gate:
    """ASGI middleware before all of the sandbox; its own pages are for this machine, the rest is for the token."""

    def __init__(self, app: ASGIApp, *, rehearsal: Rehearsal) -> None:
        self._app = app
        self._rehearsal = rehearsal
        self._token = rehearsal.options.token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == "/" or scope["path"].startswith(("/_sandbox", "/favicon.ico")):
            app = self._app if is_local(scope) else PlainTextResponse("this is for the sandbox's own machine", 403)
            await app(scope, receive, send)
        else:
            await self._serve(Exchange(scope, receive, send))

    async def _serve(self, exchange: Exchange) -> None:
        number, at, started = self._rehearsal.log.next_id(), self._rehearsal.store.now(), perf_counter()
        fault = None
        try:
            if self._is_authentic(exchange):
                fault = await self._let_in(exchange)
            else:
                status = 403 if exchange.scope["path"].startswith(SECOND_API) else 401
                refusal = PlainTextResponse("the token is missing or wrong", status)
                await refusal(exchange.scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            fault = "the client went away"
        duration_ms = round((perf_counter() - started) * 1000, 2)
        path = _PORTAL_SECRET.sub("…", exchange.scope["path"])
        logged = Logged(number, at, exchange.scope["method"], path, exchange.status, duration_ms, fault)
        self._rehearsal.log.add(logged, exchange.carried() if path != MAGIC_LINK else LoggedBody({}, "", ""))

    async def _let_in(self, exchange: Exchange) -> str | None:
        """Serve a request that may come in, and give the fault that befell it."""
        dice = self._rehearsal.dice
        fault, depth = dice.throw()
        if dice.faults.latency_seconds:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(dice.faults.latency_seconds):
                    await self._rehearsal.ending.wait()
        if fault is None:
            await self._app(exchange.scope, exchange.receive, exchange.send)
            return None
        await mischief.play(self._app, exchange, self._rehearsal, fault, depth)
        return str(fault.mishap)

    def _is_authentic(self, exchange: Exchange) -> bool:
        """Tell whether the request shows the bare token; the portal asks for the secret in its path instead."""
        if exchange.scope["path"].startswith(PORTAL):
            return True
        shown = exchange.header(b"authorization")
        if shown is None:
            words = parse_qs(exchange.scope["query_string"]).get(b"api-token")
            shown = words[0] if words else b""
        return hmac.compare_digest(shown, self._token)
