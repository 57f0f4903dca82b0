"""Stand in for Capturi on a real socket, with every fault a network or a server can have."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector.clock import Clock
from connector.delivery import Capturi, Limits, Parcel, Policy, Recording, Route

TOKEN = "tok-Zk3v9QhJ2"


@dataclass
class Request:
    """One request as the stub got it; `complete` tells whether its body came whole."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    complete: bool = False

    @property
    def form(self) -> dict[str, tuple[bytes, bytes]]:
        """Give the parts of a multipart body: name -> head of the part, content."""
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        parts = self.body.split(b"--" + boundary)
        assert b"--\r\n" == parts[-1]
        found = {}
        for part in parts[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            name = head.partition(b'name="')[2].partition(b'"')[0].decode()
            found[name] = (head, content.removesuffix(b"\r\n"))
        return found


@dataclass
class Reply:
    """How the stub treats one request."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    fault: str = ""
    """reset, stall or close, each `_at_head` or `_at_body`; cut_answer, slow_answer, early, garbage."""


class Stub:
    """A target on 127.0.0.1: answers from its script, then 200 with a uid for creates and {} for the rest."""

    reply = Reply
    token = TOKEN

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.script: list[Reply] = []
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.url = ""
        self.released = asyncio.Event()

    @property
    def creates(self) -> list[Request]:
        return [one for one in self.requests if one.path.endswith("/conversation")]

    @property
    def uploads(self) -> list[Request]:
        return [one for one in self.requests if one.path.startswith("/v1/audio/")]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self.answer_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self.treat(head, reader, writer)
        finally:
            self.at_once -= 1

    async def treat(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        request = Request(method, path, headers)
        self.requests.append(request)
        reply = self.script.pop(0) if self.script else Reply(body=b'{"uid": "uid-1"}')
        if not await self.survive(reply, "_at_head", writer):
            return False
        if reply.fault != "early":
            request.body = await reader.readexactly(int(headers.get("content-length", "0")))
            request.complete = True
        if not await self.survive(reply, "_at_body", writer):
            return False
        await asyncio.sleep(reply.delay_seconds)
        return await self.send(reply, writer)

    async def survive(self, reply: Reply, where: str, writer: asyncio.StreamWriter) -> bool:
        if not reply.fault.endswith(where):
            return True
        if reply.fault.startswith("stall"):
            await self.released.wait()
        if reply.fault.startswith("reset"):
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False

    async def send(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        if reply.fault == "garbage":
            writer.write(b"I do not speak HTTP\r\n\r\n")
            return False
        length = len(reply.body) + (100 if reply.fault in {"cut_answer", "slow_answer"} else 0)
        headers = {"Content-Type": "application/json", "Content-Length": str(length), **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode() + reply.body)
        await writer.drain()
        if reply.fault == "slow_answer":
            await self.released.wait()
        return not reply.fault


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    target = Stub()
    server = await asyncio.start_server(target.handle, "127.0.0.1", 0, limit=1 << 20)
    target.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield target
    finally:
        target.released.set()
        server.close()
        await asyncio.sleep(0.01)


Opener = Callable[..., Any]


@pytest.fixture
def target(stub: Stub, clock: Clock) -> Opener:
    """Open a client on the stub, with short time-outs and a clock that does not really sleep."""

    @asynccontextmanager
    async def opened(
        *, idle_seconds: float = 0.15, limits: Limits | None = None, **policy: Any
    ) -> AsyncIterator[Capturi]:
        async with Capturi(
            Route(stub.url, idle_seconds=idle_seconds, connect_seconds=1),
            TOKEN,
            policy=Policy(jitter=lambda: 1.0, **policy),
            limits=limits,
            clock=clock,
        ) as capturi:
            yield capturi

    return opened


@dataclass
class Audio:
    """A recording that counts how often it was opened and closed."""

    content: bytes
    piece_bytes: int = 64 * 1024
    name: str = "call-1418.wav"
    announced: int | None = None
    failure: Exception | None = None
    opened: int = 0
    closed: int = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        self.opened += 1
        try:
            for start in range(0, len(self.content), self.piece_bytes):
                yield self.content[start : start + self.piece_bytes]
                await asyncio.sleep(0)
            if self.failure is not None:
                raise self.failure
        finally:
            self.closed += 1

    @property
    def recording(self) -> Recording:
        size_bytes = len(self.content) if self.announced is None else self.announced
        return Recording(self.name, size_bytes, "audio/wav", self.pieces)


@pytest.fixture
def audio() -> Callable[..., Audio]:
    return Audio


class Notes:
    """A journal in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, Mapping[str, Any]]] = []
        self.on_intend: Callable[[str], Awaitable[None]] | None = None

    async def intend(self, step: str, *, then: str | None = None) -> None:  # noqa: ARG002 - the law of a journal
        if self.on_intend is not None:
            await self.on_intend(step)
        self.lines.append(("intend", str(step), {}))

    async def note(self, step: str, **facts: Any) -> None:
        self.lines.append(("note", str(step), facts))

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(step, facts.get("outcome", "intended")) for _, step, facts in self.lines]


@pytest.fixture
def journal() -> Notes:
    return Notes()


@pytest.fixture
def parcel() -> Callable[..., Parcel]:
    def make(content: bytes | Audio | None = None, **changes: Any) -> Parcel:
        sound = Audio(content) if isinstance(content, bytes) else content
        body = {
            "externalIdentity": "acme-call-1418",
            "agentName": "Agnete Lindqvist",
            "agentEmail": "agnete@acme.example",
            "customer": "+4531313131",
            "subject": "Orders/Order info",
            "hasConsent": True,
        }
        values = {"external_id": "acme-call-1418", "body": body, "recording": sound and sound.recording, **changes}
        return Parcel(**values)

    return make
