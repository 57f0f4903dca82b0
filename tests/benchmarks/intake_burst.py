"""Send bursts of messages to a running service and tell how fast each was answered; whether all are there.

`python tests/benchmarks/intake_burst.py [MESSAGES_PER_SECOND] [SECONDS] [LEDGER_URL]`, by default 2000 for 5 seconds
into SQLite. The service and the sender are processes of their own; every success stands for a commit that waited for
the disk.
The sender keeps to the clock: a message that had to wait for a free connection counts from when it was due.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from sqlalchemy import text

from connector.clock import SystemClock
from connector.ledger import database, schema

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tests.servers.service import running_service, write_project, zendesk_headers  # noqa: E402

HOOK = "/hooks/zendesk/acme-zendesk"
CONNECTIONS = 100
GOAL_SECONDS = 0.2
TEXT = "My parcel said delivered, but it is not here. " * 15


class Line(asyncio.Protocol):
    """One connection of the sender: as little work as a sender can have."""

    def __init__(self, free, seconds, statuses):
        self.free = free
        self.seconds = seconds
        self.statuses = statuses
        self.due = 0.0
        self.received = b""

    def connection_made(self, transport):
        self.transport = transport
        self.free.put_nowait(self)

    def send(self, data, due):
        self.due = due
        self.transport.write(data)

    def data_received(self, data):
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self.received = b""
        self.seconds.append(time.perf_counter() - self.due)
        status = head[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.free.put_nowait(self)


def message(number):
    body = json.dumps({"caseUid": str(number % 997), "message": {"messageUid": str(number), "text": TEXT}}).encode()
    headers = zendesk_headers(body, x_zendesk_webhook_invocation_id=f"01HX{number}")
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"PUT {HOOK} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{told}\r\n".encode() + body


async def send(port, per_second, count):
    """Send so many messages at that rate and print what came of them as JSON."""
    free, seconds, statuses = asyncio.Queue(), [], {}
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Line(free, seconds, statuses), "127.0.0.1", port)
    messages = [message(number) for number in range(count)]
    begin = time.perf_counter()
    for number, data in enumerate(messages):
        due = begin + number / per_second
        if (ahead := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(ahead)
        (await asyncio.wait_for(free.get(), 60)).send(data, due)
    for _ in range(CONNECTIONS):
        await asyncio.wait_for(free.get(), 60)
    took = time.perf_counter() - begin
    seconds.sort()
    marks = {mark: seconds[int(len(seconds) * mark / 100) - 1] for mark in (50, 90, 99)}
    late = sum(one > GOAL_SECONDS for one in seconds)
    print(json.dumps({"took": took, "marks": marks, "worst": seconds[-1], "late": late, "statuses": statuses}))


def cpu_seconds(process):
    used = process.cpu_times()
    return used.user + used.system


def main(per_second, seconds, url):
    """Run the service and the sender, and print the figures."""
    count = int(per_second * seconds)
    with tempfile.TemporaryDirectory(prefix="connector-burst-") as folder:
        home = Path(folder)
        write_project(home)
        url = url or f"sqlite:///{home / 'connector.db'}"
        schema.upgrade(url, SystemClock())
        with running_service(home, environment={"CONNECTOR_LEDGER": url}) as service:
            process = psutil.Process(service.process.pid)
            before = cpu_seconds(process)
            sender = [
                sys.executable,
                __file__,
                "--send",
                service.address.rpartition(":")[2],
                str(per_second),
                str(count),
            ]
            told = json.loads(subprocess.run(sender, check=True, capture_output=True, text=True).stdout)
            used = cpu_seconds(process) - before
            memory = process.memory_info().rss / (1 << 20)
        engine = database.connect(url, busy_seconds=5, writes=False)
        with engine.connect() as connection:
            kept = connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()
        engine.dispose()
    good = told["statuses"].get("200", 0)
    print(f"{count} messages, {per_second}/s wanted, {count / told['took']:.0f}/s reached; answers {told['statuses']}")
    marks = ", ".join(f"{mark} % within {value * 1000:.0f} ms" for mark, value in told["marks"].items())
    print(f"{marks}, the slowest {told['worst'] * 1000:.0f} ms; {100 * (1 - told['late'] / count):.2f} % within 200 ms")
    print(f"{used / count * 1e6:.0f} us of CPU for each in the service; {memory:.0f} MB; {good - kept} of {good} lost")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        asyncio.run(send(int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
    else:
        given = sys.argv[1:]
        main(float(given[0]) if given else 2000, float(given[1]) if given[1:] else 5, given[2] if given[2:] else None)
