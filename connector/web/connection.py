"""Speak HTTP with senders who may be slow, endless or hostile: heads are small and come soon, or the line is cut."""

import asyncio
import socket
from typing import Final

from httptools import HttpParserError
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from connector.web.patience import Patience, Wait

__all__ = ["Connection"]

LARGEST_HEAD_BYTES: Final = 32 << 10
MOST_HEADERS: Final = 100


class Connection(HttpToolsProtocol):
    """One connection; uvicorn's own would gather a head, or what follows a body, for as long as it comes."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        patience: Patience,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._patience = patience
        self._idle_bytes = 0
        """What came since anything of a body did."""
        self._head: Wait | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, without the delay that small answers have on a plain socket."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless nothing but heads or trailers comes."""
        self._idle_bytes += len(data)
        super().data_received(data)
        if self._idle_bytes > LARGEST_HEAD_BYTES + len(data) and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Wait for the head from its first byte on."""
        if self._head is None:
            self._await_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, up to as many as anybody needs."""
        if len(self.headers) >= MOST_HEADERS or len(value) > LARGEST_HEAD_BYTES:
            raise HttpParserError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin with the request."""
        self._stop_waiting()
        self._idle_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._idle_bytes = 0
        super().on_body(body)

    def _await_head(self) -> None:
        self._head = self._patience.begin(self._give_up)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.end()
            self._head = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
