"""Send messages over many kept connections at a steady rate, as cheaply as Python can.

    python tests/benchmarks/intake_sender.py --port 8080 --rate 2000 --count 10000

Every byte is made before the clock starts. The sender keeps to the clock: a message that had to wait for a free
connection counts from when it was due. Prints its figures, its own processor time among them, as JSON.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections import deque
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.servers.service import zendesk_headers

HOOK = "/hooks/zendesk/acme-zendesk"
TEXT = "My parcel said delivered, but it is not here. " * 8
CASES = 997
TICK_SECONDS = 0.001
SILENCE_SECONDS = 60
GOAL_SECONDS = 0.2


def message(number: int) -> bytes:
    """Give a whole request as Zendesk sends one: a comment of a customer, signed."""
    person = {"email": f"maria{number % CASES}@example.com", "id": str(number % CASES), "name": "Maria"}
    moment = "2026-02-03T09:15:41Z"
    comment = {
        "messageUid": str(number),
        "direction": "Inbound",
        "subject": "Order",
        "text": TEXT,
        "from": person | {"role": "End-user"},
        "to": [{"email": "support@acme.example", "id": "7", "name": "Support"}],
        "created": moment,
        "createdAt": moment,
        "isPublic": "true",
    }
    told = {"caseUid": str(number % CASES), "status": "open", "subject": "Order", "source": "Mail", "inbox": "Support"}
    body = json.dumps(told | {"created": moment, "updated": moment, "message": comment, "requester": person}).encode()
    headers = zendesk_headers(body, x_zendesk_webhook_invocation_id=f"01HX{number}")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"PUT {HOOK} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body


class Sender:
    """What is still to be sent and what was answered."""

    def __init__(self, messages: list[bytes], per_second: float) -> None:
        self.messages = messages
        self.interval = 1 / per_second
        self.free: deque[Line] = deque()
        self.seconds: list[float] = []
        self.statuses: dict[str, int] = {}
        self.next = 0
        self.done = asyncio.Event()

    def begin(self) -> None:
        """Start the clock."""
        self.begun_at = time.perf_counter()
        self.tick()

    def tick(self) -> None:
        """Send what is due, and look again in a millisecond."""
        self.send_due()
        if self.next < len(self.messages):
            asyncio.get_running_loop().call_later(TICK_SECONDS, self.tick)

    def send_due(self) -> None:
        now = time.perf_counter()
        while self.free and self.next < len(self.messages):
            due = self.begun_at + self.next * self.interval
            if due > now:
                return
            self.free.popleft().send(self.messages[self.next], due)
            self.next += 1

    def answered(self, line: "Line", status: str) -> None:
        self.seconds.append(time.perf_counter() - line.due)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.free.append(line)
        if len(self.seconds) == len(self.messages):
            self.done.set()
        else:
            self.send_due()


class Line(asyncio.Protocol):
    """One connection: as little work as a sender can have."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.due = 0.0
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.sender.free.append(self)

    def send(self, data: bytes, due: float) -> None:
        self.due = due
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        if len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        self.received = b""
        self.sender.answered(self, head[9:12].decode())


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def send(port: int, per_second: float, count: int, connections: int) -> dict[str, object]:
    """Send so many messages at that rate and give what came of them."""
    loop = asyncio.get_running_loop()
    sender = Sender([message(number) for number in range(count)], per_second)
    for _ in range(connections):
        await loop.create_connection(lambda: Line(sender), "127.0.0.1", port)
    before = cpu_seconds()
    sender.begin()
    await asyncio.wait_for(sender.done.wait(), count / per_second + SILENCE_SECONDS)
    took = time.perf_counter() - sender.begun_at
    seconds = sorted(sender.seconds)
    return {
        "took": took,
        "marks": {mark: seconds[int(count * mark / 100) - 1] for mark in (50, 90, 99)},
        "slowest": seconds[-1],
        "in_time": sum(one <= GOAL_SECONDS for one in seconds) / count,
        "statuses": sender.statuses,
        "cpu": cpu_seconds() - before,
    }


def main() -> None:
    """Read the arguments, send, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=100)
    given = parser.parse_args()
    print(json.dumps(uvloop.run(send(given.port, given.rate, given.count, given.connections))))


if __name__ == "__main__":
    main()
