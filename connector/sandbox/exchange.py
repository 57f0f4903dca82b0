"""Stand between the server and the application for one request, and see both bodies pass."""

import socket
import struct
from typing import Any

from starlette.types import Message, Receive, Scope, Send

__all__ = ["Exchange"]

SEEN_BYTES = 65_536
LARGEST_DRAIN_BYTES = 3_000_000_000


class Exchange:
    """One request and its answer; its `receive` and `send` are handed on in place of the server's."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._transport: Any = scope.get("state", {}).get("transport")
        self.body = bytearray()
        self.answer = bytearray()
        self.status: int | None = None
        self.body_bytes = 0
        self.whole = False
        self.disconnected = False

    def header(self, name: bytes) -> bytes | None:
        """Give the first header of this lower-case name."""
        return next((value for key, value in self.scope["headers"] if key == name), None)

    async def receive(self) -> Message:
        """Give the application the next piece of the request."""
        message = await self._receive()
        if message["type"] == "http.request":
            piece = message.get("body", b"")
            self.whole = not message.get("more_body", False)
            self.body += piece[: SEEN_BYTES - len(self.body)]
            self.body_bytes += len(piece)
        else:
            self.disconnected = True
        return message

    async def send(self, message: Message) -> None:
        """Give the client the next piece of the answer, once its request has been read to the end.

        A client that is answered in mid-body would see a reset instead of the answer.
        """
        if message["type"] == "http.response.start":
            await self.drain()
            self.status = message["status"]
        else:
            self.answer += message.get("body", b"")[: SEEN_BYTES - len(self.answer)]
        await self._send(message)

    async def withhold(self, message: Message) -> None:
        """Take the application's answer and keep it from the client."""
        if message["type"] == "http.response.start":
            await self.drain()

    async def drain(self) -> None:
        """Read what is left of the request and drop it."""
        while not (self.whole or self.disconnected) and self.body_bytes < LARGEST_DRAIN_BYTES:
            await self.receive()

    def reset(self) -> None:
        """End the connection with a TCP reset, as a broken network does."""
        if self._transport is None:
            raise ConnectionResetError("the sandbox resets the connection")
        linger = struct.pack("ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()
