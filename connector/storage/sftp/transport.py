"""Carry an SSH connection over TCP with few calls to the system, and know when the other side was last heard.

asyncssh writes every packet by itself, and an empty one before each. Gathering what is written in one turn of the
event loop costs a third less processor time per small file; docs/decisions/ has the figures.
"""

import asyncio
import errno
from collections.abc import Callable
from typing import Any

import asyncssh

__all__ = ["Wire"]

NEXT_ADDRESS_SECONDS = 0.25


class Wire:
    """The TCP connection below an SSH connection, in the form in which asyncssh takes a way to the server."""

    def __init__(self) -> None:
        self.is_connected = False
        self.heard_at = 0.0
        """When something came in last, by the event loop's clock."""
        self.heard_bytes = 0

    async def create_connection(
        self, session_factory: Callable[[], asyncssh.SSHClientConnection], remote_host: str, remote_port: int
    ) -> tuple[asyncio.Transport, asyncssh.SSHClientConnection]:
        """Connect to the first address of the host that answers; called by asyncssh."""
        loop = asyncio.get_running_loop()
        try:
            transport, joint = await loop.create_connection(
                lambda: _Joint(session_factory(), self),
                remote_host,
                remote_port,
                happy_eyeballs_delay=NEXT_ADDRESS_SECONDS,
            )
        except OSError as error:
            # Where several addresses fail, asyncio gives one error without a number and their texts in it.
            if error.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(error):
                raise ConnectionRefusedError(errno.ECONNREFUSED, "refused") from error
            raise
        self.is_connected = True
        return transport, joint.session

    def close(self) -> None:
        """Do nothing: the connection closes its own transport."""


class _Joint(asyncio.Protocol):
    """Hand what comes in to the SSH connection and note the time."""

    def __init__(self, session: asyncssh.SSHClientConnection, wire: Wire) -> None:
        self.session = session
        self._wire = wire
        self._now = asyncio.get_running_loop().time

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.session.connection_made(_Gathering(transport))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        self._wire.heard_at = self._now()
        self._wire.heard_bytes += len(data)
        self.session.data_received(data)

    def eof_received(self) -> None:
        self.session.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.session.connection_lost(exc)

    def pause_writing(self) -> None:
        self.session.pause_writing()

    def resume_writing(self) -> None:
        self.session.resume_writing()


class _Gathering(asyncio.Transport):
    """A transport that sends at the end of the event loop's turn everything that was written in it."""

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._gathered: list[bytes | bytearray | memoryview] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append(data)

    def _send(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._inner.write(b"".join(gathered))

    def close(self) -> None:
        self._send()
        self._inner.close()

    def abort(self) -> None:
        self._gathered = []
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)
