"""Let a request in: log it, ask for its token, disturb it where faults say so."""

import hmac
from time import perf_counter
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.sandbox.exchange import Exchange

__all__ = ["Gate"]

OWN_PATHS = ("/_sandbox", "/favicon.ico")


def is_own(path: str) -> bool:
    """Tell whether the path is the sandbox's own and none of Capturi's."""
    return path == "/" or path.startswith(OWN_PATHS)


class Gate:
    """ASGI middleware in front of everything that Capturi has too."""

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        started = perf_counter()
        try:
            await self._let_in(exchange)
        except ClientDisconnect:
            pass
        finally:
            perf_counter() - started

    async def _let_in(self, exchange: Exchange) -> None:
        if not self._is_authentic(exchange):
            await PlainTextResponse("the token is missing or wrong", 401)(
                exchange.scope, exchange.receive, exchange.send
            )
            return
        await self._app(exchange.scope, exchange.receive, exchange.send)

    def _is_authentic(self, exchange: Exchange) -> bool:
        shown = exchange.header(b"authorization")
        if shown is None:
            words = parse_qs(exchange.scope["query_string"]).get(b"api-token")
            shown = words[0] if words else b""
        return hmac.compare_digest(shown, self._token)
