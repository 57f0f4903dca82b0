"""Serve the sandbox on a real socket, inside a running event loop or as a process of its own."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from connector.network import address_of, listen
from connector.sandbox.app import create_app
from connector.sandbox.options import SandboxOptions

__all__ = ["Server", "running", "serve"]

KEEP_ALIVE_SECONDS = 75
LONGEST_GOODBYE_SECONDS = 1


class _Protocol(H11Protocol):
    """HTTP whose application can reach the connection below it, to break it on purpose."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this only where the listening socket names its protocol; without it every answer waits 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


@asynccontextmanager
async def running(options: SandboxOptions) -> AsyncIterator[str]:
    """Run the sandbox in this event loop for as long as the context lasts, and give its base address.

    Raises ConfigurationError where the options do not fit or the port is taken.
    """
    with listen(options.host, options.port, "the sandbox") as listener:
        async with _serving(create_app(options), listener):
            yield address_of(listener)


@asynccontextmanager
async def _serving(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LONGEST_GOODBYE_SECONDS,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        yield
    finally:
        app.state.rehearsal.ending.set()
        server.should_exit = True
        await serving


def serve(options: SandboxOptions) -> None:
    """Run the sandbox until SIGINT or SIGTERM; its address is the one line on standard output."""
    asyncio.run(_serve(options))


async def _serve(options: SandboxOptions) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(options) as address:
        print(f"sandbox listening on {address}", flush=True)  # noqa: T201 - the one line that the command prints
        await stop.wait()
