"""Stand between a client and a server and do to their connection what networks do."""

import asyncio
import socket
import struct
from operator import methodcaller
from types import TracebackType
from typing import Self

__all__ = ["TcpProxy"]

PIECE_BYTES = 64 * 1024
WAITING_PIECES = 1_000


class TcpProxy:
    """A proxy on a port of its own; what it does may be changed while connections are open.

    `latency_seconds` holds every piece back that long, each way. The next `cuts` connections that got more than
    `cut_after_bytes` from the server are reset. `black_hole()` holds everything back without a word. `refuse()` closes
    the port, `cut()` resets what is open, and `heal()` sets everything right again. `accepted` counts connections,
    `most_open` those at once, and `passed_bytes` what came from the server.
    """

    def __init__(self, port: int) -> None:
        self.target_port = port
        self.port = 0
        self.latency_seconds = 0.0
        self.cut_after_bytes = 0
        self.cuts = 0
        self._passable = asyncio.Event()
        self._passable.set()
        self.passed_bytes = 0
        self.accepted = 0
        self.open = 0
        self.most_open = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: list[asyncio.WriteTransport] = []

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for transport in self._transports:
            reset(transport)
        await asyncio.sleep(0.01)

    async def refuse(self) -> None:
        """Let nobody in from now on; who is in stays."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)

    async def heal(self) -> None:
        """Do nothing bad any longer, on the same port as before."""
        self.latency_seconds, self.cuts = 0.0, 0
        self._passable.set()
        if self._server is None:
            await self._listen()

    def black_hole(self) -> None:
        """Hold back everything that comes from now on, in both directions."""
        self._passable.clear()

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for task in self._tasks:
            task.cancel()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        transports, end = [writer.transport], reset
        self._transports.append(writer.transport)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
            transports.append(far_writer.transport)
            self._transports.append(far_writer.transport)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer, counts=False))
                both.create_task(self._pump(far_reader, writer, counts=True))
        except* EOFError:
            end = methodcaller("close")
        except* (ConnectionError, asyncio.CancelledError):
            end = reset
        finally:
            self.open -= 1
            self._tasks.discard(task)
            for transport in transports:
                end(transport)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool) -> None:
        """Pass pieces on, each after the latency of its own, until one side ends or the cut comes."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING_PIECES)

        async def take() -> None:
            piece = b"beginning"
            while piece:
                piece = await reader.read(PIECE_BYTES)
                await waiting.put((loop.time() + self.latency_seconds, piece))

        async def give() -> None:
            passed = 0
            while True:
                due, piece = await waiting.get()
                await asyncio.sleep(max(due - loop.time(), 0))
                await self._passable.wait()
                passed += len(piece)
                is_cut = counts and self.cuts > 0 and passed > self.cut_after_bytes
                self.cuts -= is_cut
                if is_cut:
                    raise ConnectionResetError
                if not piece:
                    raise EOFError
                self.passed_bytes += len(piece) * counts
                writer.write(piece)
                await writer.drain()

        async with asyncio.TaskGroup() as both:
            both.create_task(take())
            both.create_task(give())


def reset(transport: asyncio.WriteTransport) -> None:
    """Close with RST, the way a broken connection ends, not with an orderly goodbye."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
