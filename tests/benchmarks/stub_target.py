"""Answer like Capturi as cheaply as Python can, so that a benchmark measures the client and not the target.

    python tests/benchmarks/stub_target.py --port 0 --delay-ms 50

Prints its address on the first line of standard output. Every POST, PUT and PATCH is answered 200 with a new uid once
its body has arrived and the delay is over; GET gives the counts so far as JSON; nothing is kept or checked.
"""

import argparse
import asyncio
import json
import re
import signal
import sys

PIECE_BYTES = 256 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Counts:
    """What arrived, over all connections."""

    def __init__(self) -> None:
        self.creates = 0
        self.audio = 0
        self.other = 0
        self.body_bytes = 0
        self.connections = 0
        self.most_at_once = 0
        self.at_once = 0


class Connection(asyncio.BufferedProtocol):
    """One connection: read a head, count its body away, answer after the delay, begin again."""

    def __init__(self, counts: Counts, delay_seconds: float) -> None:
        self.counts = counts
        self.delay_seconds = delay_seconds
        self.buffer = memoryview(bytearray(PIECE_BYTES))
        self.head = b""
        self.body_left = 0
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.counts.connections += 1

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the signature is asyncio's
        return self.buffer

    def buffer_updated(self, size: int) -> None:
        start = 0
        if not self.body_left:
            start = self.read_head(size)
            if not start:
                return
        taken = size - start
        self.counts.body_bytes += taken
        self.body_left -= taken
        if self.body_left <= 0:
            self.finish()

    def read_head(self, size: int) -> int:
        """Give how many of the new bytes belong to the head; 0 where it is not complete yet."""
        known = len(self.head)
        self.head += bytes(self.buffer[:size])
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return 0
        head, self.head = self.head[: end + 2], b""
        found = _LENGTH.search(head)
        self.body_left = int(found[1]) if found else 0
        self.answer = self.count(head)
        return end + 4 - known

    def count(self, head: bytes) -> bytes:
        """Count the request by its first line, and give its answer."""
        counts = self.counts
        counts.at_once += 1
        counts.most_at_once = max(counts.most_at_once, counts.at_once)
        path = head[: head.index(b"\r\n")].split(b" ", 2)[1]
        if head.startswith(b"GET "):
            counts.other += 1
            return _answer(json.dumps(vars(counts)).encode())
        if path.startswith(b"/v1/audio"):
            counts.audio += 1
            return _answer(b"{}")
        counts.creates += 1
        return _answer(b'{"uid":"00000000-0000-4000-8000-%012d"}' % counts.creates)

    def finish(self) -> None:
        if self.delay_seconds:
            asyncio.get_running_loop().call_later(self.delay_seconds, self.send, self.answer)
        else:
            self.send(self.answer)

    def send(self, answer: bytes) -> None:
        self.counts.at_once -= 1
        if not self.transport.is_closing():
            self.transport.write(answer)


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def serve(port: int, delay_seconds: float) -> None:
    """Serve until the process is told to end."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    server = await loop.create_server(lambda: Connection(counts, delay_seconds), "127.0.0.1", port, backlog=1024)
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await done.wait()
    print(json.dumps(vars(counts)), file=sys.stderr, flush=True)
    server.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--delay-ms", type=float, default=0, help="pause before each answer")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.delay_ms / 1000))


if __name__ == "__main__":
    main()
