"""Compare what candidates for the transport cost, with the connector's own beside them.

    python tests/benchmarks/http_clients.py --requests 2000 --connections 16

Starts the stub target in a process of its own. Each round sends small POSTs of 4 KB and uploads of 200 KB through every
candidate in turn; printed are medians over the rounds of CPU microseconds per request and of requests a second.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport as HttpxOnAiohttp

from connector.delivery import Capturi, Limits, Recording, Route

STUB = Path(__file__).with_name("stub_target.py")
SMALL = b'{"externalIdentity":"' + b"x" * 4000 + b'"}'
AUDIO = bytes(200_000)
HEADERS = {"Authorization": "sandbox", "Content-Type": "application/json"}
Send = Callable[[], Awaitable[object]]


async def _pieces() -> AsyncIterator[bytes]:
    for start in range(0, len(AUDIO), 256 * 1024):
        yield AUDIO[start : start + 256 * 1024]


async def candidates(url: str, connections: int, stack: AsyncExitStack) -> dict[str, tuple[Send, Send]]:
    """Give for each candidate how it creates and how it uploads."""
    create, audio = f"{url}/v3/conversation", f"{url}/v1/audio/1"
    length = {"Authorization": "sandbox", "Content-Length": str(len(AUDIO))}
    plain = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    on_aiohttp = await stack.enter_async_context(httpx.AsyncClient(transport=HttpxOnAiohttp(), timeout=60))
    default = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
    ours = await stack.enter_async_context(Capturi(Route(url), "sandbox", limits=Limits(concurrency=connections)))
    recording = Recording("call.wav", len(AUDIO), "audio/wav", _pieces)

    async def with_aiohttp(address: str, **what: object) -> None:
        async with plain.post(address, **what) as response:
            await response.read()

    return {
        "connector": (
            lambda: ours.create({"externalIdentity": "x" * 4000}),
            lambda: ours.upload(recording, uid="1"),
        ),
        "aiohttp": (
            lambda: with_aiohttp(create, data=SMALL, headers=HEADERS),
            lambda: with_aiohttp(audio, data=_pieces(), headers=length),
        ),
        "httpx on aiohttp": (
            lambda: on_aiohttp.post(create, content=SMALL, headers=HEADERS),
            lambda: on_aiohttp.post(audio, content=_pieces(), headers=length),
        ),
        "httpx": (
            lambda: default.post(create, content=SMALL, headers=HEADERS),
            lambda: default.post(audio, content=_pieces(), headers=length),
        ),
    }


async def measure(send: Send, requests: int, connections: int) -> tuple[float, float]:
    """Give CPU microseconds per request and requests a second."""
    left = iter(range(requests))

    async def work() -> None:
        for _ in left:
            await send()

    began, began_cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(connections)))
    return (time.process_time() - began_cpu) / requests * 1e6, requests / (time.perf_counter() - began)


async def compare(url: str, requests: int, connections: int, rounds: int) -> None:
    """Measure every candidate in turn, round after round, and print the medians."""
    async with AsyncExitStack() as stack:
        found = await candidates(url, connections, stack)
        results: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(rounds):
            for name, (create, upload) in found.items():
                results.setdefault((name, "create"), []).append(await measure(create, requests, connections))
                results.setdefault((name, "upload"), []).append(await measure(upload, requests // 2, connections))
    print(f"{'client':20}{'request':10}{'CPU us':>10}{'per second':>12}")
    for (name, kind), figures in results.items():
        cpu, rate = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{name:20}{kind:10}{cpu:10.0f}{rate:12.0f}")


def main() -> None:
    """Read the arguments, start the target, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with subprocess.Popen([sys.executable, STUB], stdout=subprocess.PIPE, text=True) as stub:
        try:
            url = stub.stdout.readline().strip()
            asyncio.run(compare(url, arguments.requests, arguments.connections, arguments.rounds))
        finally:
            stub.terminate()


if __name__ == "__main__":
    main()
