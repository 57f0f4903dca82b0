"""Compare clients of object stores: small objects a second, processor time of each, and the speed of a large one.

    PYTHONPATH=. python tests/benchmarks/bucket_clients.py [--objects 3000] [--connections 32]

A stub in a process of its own answers every request at once. Libraries that are not installed are left out:
pip install obstore google-cloud-storage.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from connector.storage import FileInfo, s3

SMALL = b'{"id": 1}' + b" " * 3700
LARGE = bytes(50 * 1024 * 1024)
BATCH = 200
RANGE = re.compile(rb"(?i)\r\nrange: bytes=(\d+)-(\d*)")


class Stub(asyncio.Protocol):
    """Answer with a small or a large object, whole or in part, and the etag that everybody expects."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._unread = b""

    def data_received(self, data: bytes) -> None:
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for request in requests:
            content = LARGE if b"/large" in request.partition(b"\r\n")[0] else SMALL
            status, more = b"200 OK", b""
            if found := RANGE.search(request):
                start, end = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
                more = b"Content-Range: bytes %d-%d/%d\r\n" % (start, end, len(content))
                status, content = b"206 Partial Content", content[start : end + 1]
            head = b'HTTP/1.1 %s\r\nETag: "abc"\r\nLast-Modified: Sat, 01 Aug 2026 10:00:00 GMT\r\n%s' % (status, more)
            self._transport.write(head + b"Content-Length: %d\r\n\r\n" % len(content))
            self._transport.write(content)


def serve(port: int) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(forever())


@dataclass
class Spent:
    """Time on the clock and of the processor since it was made."""

    def __post_init__(self) -> None:
        self.clock, self.processor = time.perf_counter(), sum(os.times()[:2])

    def tell(self, name: str, objects: int) -> None:
        clock, processor = time.perf_counter() - self.clock, sum(os.times()[:2]) - self.processor
        print(f"{name:28} {objects / clock:8.0f} objects/s {processor / objects * 1e6:8.0f} us each", end="")

    def tell_large(self) -> None:
        print(f" {len(LARGE) / (time.perf_counter() - self.clock) / 1e6:8.0f} MB/s", flush=True)


async def many(work: Callable[[int], Awaitable[object]], objects: int, connections: int) -> None:
    numbers = iter(range(objects))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(connections)))


async def ours(port: int, objects: int, _connections: int) -> None:
    """Read as a run does: signed, bound to the etag, in batches."""
    options = {"access_key_id": "A" * 20, "secret_access_key": "S" * 40, "endpoint": f"http://127.0.0.1:{port}"}
    storage = s3.open_kind("s3://bucket/folder", options, Path(tempfile.gettempdir()))
    async with storage._line:
        files = [FileInfo(f"call-{number}.json", len(SMALL), 0, "abc") for number in range(objects)]
        await storage.read_many(files[:BATCH], limit_bytes=len(SMALL))
        spent = Spent()
        for start in range(0, objects, BATCH):
            results = await storage.read_many(files[start : start + BATCH], limit_bytes=len(SMALL))
            assert all(isinstance(one, bytes) for one in results)
        spent.tell("the connector's", objects)
        spent = Spent()
        async for _ in storage._reading.pieces(FileInfo("large", len(LARGE), 0, "abc"), 0):
            pass
        spent.tell_large()


async def obstore(port: int, objects: int, connections: int) -> None:
    from obstore.store import S3Store  # noqa: PLC0415

    keys = {"access_key_id": "A" * 20, "secret_access_key": "S" * 40, "region": "us-east-1"}
    store = S3Store("bucket", endpoint=f"http://127.0.0.1:{port}", client_options={"allow_http": True}, **keys)

    async def work(number: int) -> None:
        answer = await store.get_async(f"folder/call-{number}.json", options={"if_match": '"abc"'})
        assert len(SMALL) == len(await answer.bytes_async())

    await many(work, BATCH, connections)
    spent = Spent()
    await many(work, objects, connections)
    spent.tell("obstore", objects)
    spent = Spent()
    async for _ in (await store.get_async("large")).stream(min_chunk_size=256 * 1024):
        pass
    spent.tell_large()


async def google(port: int, objects: int, connections: int) -> None:
    from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415
    from google.cloud import storage  # noqa: PLC0415

    address = {"api_endpoint": f"http://127.0.0.1:{port}"}
    client = storage.Client(project="p", credentials=AnonymousCredentials(), client_options=address)
    bucket = client.bucket("bucket")

    def work(number: int) -> None:
        assert len(SMALL) == len(bucket.blob(f"call-{number}.json").download_as_bytes(checksum=None))

    work(0)
    spent = Spent()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(work, range(objects // 5)))
    spent.tell("google-cloud-storage", objects // 5)
    spent = Spent()
    bucket.blob("large").download_as_bytes(checksum=None)
    spent.tell_large()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=3000)
    parser.add_argument("--connections", type=int, default=32)
    chosen = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stub = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    stub.start()
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.05)
        for candidate, needed in ((ours, "aiohttp"), (obstore, "obstore"), (google, "google.cloud.storage")):
            if _is_there(needed):
                asyncio.run(candidate(port, chosen.objects, chosen.connections))
    finally:
        stub.terminate()
        stub.join()


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    main()
