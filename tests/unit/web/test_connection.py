"""Senders who are slow, endless or hostile, on a real socket."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

import pytest
import uvicorn

from connector import network
from connector.sandbox.server import Server
from connector.web.connection import Connection
from connector.web.patience import Patience

REQUEST = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


async def application(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def speaking(head_seconds=5.0):
    """Give a connection to a server that speaks as the service does."""
    with network.listen("127.0.0.1", 0, "the test") as listener:
        http = partial(Connection, patience=Patience(head_seconds))
        server = Server(uvicorn.Config(application, http=http, ws="none", lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            async with asyncio.timeout(20):
                yield reader, writer
        finally:
            writer.close()
            server.should_exit = True
            await serving


async def test_an_ordinary_sender_keeps_his_connection():
    """Several requests go over one connection, one after the other."""
    async with speaking() as (reader, writer):
        for _ in range(3):
            writer.write(REQUEST)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begun", [b"", b"PUT / HTTP/1.1\r\nHost:", REQUEST + b"PUT /"])
async def test_a_head_that_does_not_come_ends_the_connection(begun):
    """Who says nothing, or not the whole head, is cut off, at the first request as at the next."""
    async with speaking(head_seconds=0.2) as (reader, writer):
        writer.write(begun)
        said = await reader.read()
        assert said.startswith(b"HTTP/1.1 200") == (len(begun) > len(REQUEST))


MOST = 8 << 20
CHUNKED = b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"


@pytest.mark.parametrize(
    ("begun", "endless"),
    [
        (b"PUT /", b"a" * 1000),
        (b"PUT / HTTP/1.1\r\nHost: ", b"a" * 1000),
        (b"PUT / HTTP/1.1\r\n", b"x-a: b\r\n" * 50),
        (CHUNKED + b"x-a: ", b"a" * 1000),
        (CHUNKED, b"x-a: b\r\n" * 50),
    ],
    ids=["path", "header", "headers", "trailer", "trailers"],
)
async def test_a_head_without_an_end_is_cut_off(begun, endless):
    """An endless path, header or trailer is not gathered in memory: the line is cut after a bounded part of it."""
    async with speaking() as (reader, writer):
        writer.write(begun)
        assert MOST > await pour(writer, reader, endless)


async def pour(writer, reader, endless):
    """Write until nobody reads any more, and give how much that was."""
    sent = 0
    try:
        while sent < MOST and not reader.at_eof():
            writer.write(endless)
            sent += len(endless)
            await writer.drain()
    except ConnectionError:
        return sent
    return sent


async def test_patience_ends_each_wait_in_its_turn():
    """One timer serves many waits: each ends when it is due, those that came to their end before do not."""
    patience, ended = Patience(0.05), []
    waits = [patience.begin(partial(ended.append, number)) for number in range(3)]
    waits[1].end()
    await asyncio.sleep(0.2)
    later = patience.begin(partial(ended.append, 3))
    assert [0, 2] == ended
    later.end()
    await asyncio.sleep(0.1)
    assert [0, 2] == ended


async def test_a_limit_ends_what_is_in_it_and_nothing_else():
    """What takes too long ends in TimeoutError; what is quick goes through; a cancellation stays one."""
    with pytest.raises(TimeoutError), Patience(0.01).limit():
        await asyncio.sleep(30)
    with Patience(5).limit():
        await asyncio.sleep(0)

    async def wait():
        with Patience(5).limit():
            await asyncio.sleep(30)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
