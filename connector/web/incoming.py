"""Give a request as it comes in: its head at once, its body in pieces."""

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

__all__ = ["Incoming"]


class Incoming:
    """One request of a sender, read from the server without what only pages and forms need."""

    __slots__ = ("_receive", "headers", "method")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        """Names in lower case; of a header that comes twice the last."""
        self._receive = receive

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body in pieces, once; raise ClientDisconnect where its sender leaves before its end."""
        is_more = True
        while is_more:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise ClientDisconnect
            if piece := event.get("body", b""):
                yield piece
            is_more = event.get("more_body", False)
