"""Stand between the server and the application for one request, see both bodies pass, and break off on purpose."""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from connector.sandbox.request_log import LoggedBody

__all__ = ["Exchange"]

SEEN_BYTES = 16_384
LARGEST_DRAIN_BYTES = 3_000_000_000
_SECRET_HEADERS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"referer"})
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Exchange:
    """One request and its answer; its `receive` and `send` are handed on in place of the server's."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.status: int | None = None
        self.received_bytes = 0
        self._receive = receive
        self._send = send
        self._transport: Any = scope.get("state", {}).get("transport")
        self._is_json = (self.header(b"content-type") or b"").startswith(b"application/json")
        self._body = bytearray()
        self._answer = bytearray()
        self._whole = False
        self._disconnected = False

    def header(self, name: bytes) -> bytes | None:
        """Give the first header of this lower-case name."""
        return next((value for key, value in self.scope["headers"] if key == name), None)

    async def receive(self) -> Message:
        """Give the next piece of the request."""
        message = await self._receive()
        if message["type"] == "http.request":
            piece = message.get("body", b"")
            self._whole = not message.get("more_body", False)
            self.received_bytes += len(piece)
            if self._is_json:
                self._body += piece[: SEEN_BYTES - len(self._body)]
        else:
            self._disconnected = True
        return message

    async def send(self, message: Message) -> None:
        """Give the client the next piece of the answer, once its request has been read to the end.

        A client that is answered in mid-body would see a reset in place of the answer.
        """
        if message["type"] == "http.response.start":
            await self.drain()
            self.status = message["status"]
        else:
            self._answer += message.get("body", b"")[: SEEN_BYTES - len(self._answer)]
        await self._send(message)

    async def drain(self) -> None:
        """Read what is left of the request and drop it."""
        while self._is_open and self.received_bytes < LARGEST_DRAIN_BYTES:
            await self.receive()

    async def receive_half(self) -> None:
        """Read the request up to the middle of its announced length, or its first piece."""
        announced = self.header(b"content-length") or b"0"
        half = int(announced) // 2 if announced.isdigit() else 0
        await self.receive()
        while self._is_open and self.received_bytes < half:
            await self.receive()

    @property
    def _is_open(self) -> bool:
        return not (self._whole or self._disconnected)

    async def send_half(self, messages: list[Message]) -> None:
        """Send an answer up to the middle of its body; nothing where its body is too short to be cut."""
        content = b"".join(message.get("body", b"") for message in messages)
        if len(content) > 1:
            await self._send(messages[0])
            await self._send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})

    async def reset(self) -> None:
        """End the connection with a TCP reset, as a broken network does; raises ConnectionResetError without one."""
        if self._transport is None:
            raise ConnectionResetError("the sandbox resets the connection")
        if self._disconnected:
            return
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._transport.abort()
        await self._until_disconnected()

    async def hang(self, seconds: float, ending: asyncio.Event) -> None:
        """Leave the client without an answer until it goes, the sandbox ends, or the time is over; then reset."""
        waits = [asyncio.create_task(self._until_disconnected()), asyncio.create_task(ending.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        await self.reset()

    async def _until_disconnected(self) -> None:
        while not self._disconnected:
            await self.receive()

    def carried(self) -> LoggedBody:
        """Give what the request and its answer carried, without anything that opens a door."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in self.scope["headers"]
            if name not in _SECRET_HEADERS
        }
        return LoggedBody(headers, self._body.decode("utf-8", "replace"), self._answer.decode("utf-8", "replace"))
