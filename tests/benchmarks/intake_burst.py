"""Send bursts of messages to a running service: how fast each is answered, and whether all are there.

    python tests/benchmarks/intake_burst.py --rate 2000 --seconds 5
    python tests/benchmarks/intake_burst.py --no-forwarding --ledger postgresql

The service, the sender and the target are processes of their own; every success stands for a commit that waited for the
disk. The limit is a bare application under the same HTTP server that appends each body to a file, one wait for the disk
for many: it gets the same burst from the same sender, in the same run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from sqlalchemy import text

from connector.clock import SystemClock
from connector.ledger import database, job_lock, schema

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
from tests.servers.postgresql import running_postgresql  # noqa: E402
from tests.servers.service import INTAKES, running_service, write_project  # noqa: E402


@contextmanager
def running(script: str, *arguments: str) -> Iterator[tuple[psutil.Process, str]]:
    """Run a script beside this one that prints its address, and give its process and address."""
    command = [sys.executable, str(HERE / script), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield psutil.Process(process.pid), process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def burst(process: psutil.Process, address: str, given: argparse.Namespace) -> dict[str, float]:
    """Send the burst to this process and give what came of it."""
    count = int(given.rate * given.seconds)
    command = [sys.executable, str(HERE / "intake_sender.py"), "--port", address.rpartition(":")[2]]
    command += ["--rate", str(given.rate), "--count", str(count), "--connections", str(given.connections)]
    before = cpu_seconds(process)
    sent = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    used = cpu_seconds(process) - before
    told = json.loads(sent.stdout)
    return told | {"count": count, "used": used, "memory": peak_mebibytes(process)}


def peak_mebibytes(process: psutil.Process) -> float:
    """Give the most memory the process had so far."""
    told = Path(f"/proc/{process.pid}/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


def measure_limit(given: argparse.Namespace) -> dict[str, float]:
    """Give what the least that an intake can do makes of the burst."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="connector-burst-"))
        process, address = stack.enter_context(running("intake_limit.py", str(Path(folder) / "bodies")))
        return burst(process, address, given)


def measure_service(given: argparse.Namespace, url: str | None) -> dict[str, float]:
    """Give what the service makes of the burst; without forwarding, another process (this one) has its locks."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="connector-burst-")))
        _, target = stack.enter_context(running("stub_target.py"))
        settings = write_project(home, target)
        url = url or settings.ledger_url
        schema.upgrade(url, SystemClock())
        for name in INTAKES if not given.forwarding else ():
            stack.enter_context(job_lock(url, name))
        service = stack.enter_context(running_service(home, environment={"CONNECTOR_LEDGER": url}))
        told = burst(psutil.Process(service.process.pid), service.address, given)
        with urllib.request.urlopen(target) as answer:  # noqa: S310 - our own stub
            told["forwarded"] = json.loads(answer.read())["creates"]
        service.process.kill()
        told["lost"] = told["statuses"].get("200", 0) - kept(url)
    return told


def kept(url: str) -> int:
    """Count what is in the inbox."""
    engine = database.connect(url, busy_seconds=5, writes=False)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()
    engine.dispose()
    return found


def show(name: str, told: dict[str, float]) -> None:
    """Print one line of figures."""
    count, marks = told["count"], told["marks"]
    each = (told["used"] / count * 1e6, told["cpu"] / count * 1e6)
    times = "".join(f"{1000 * one:9.0f}" for one in (*marks.values(), told["slowest"]))
    print(f"{name:12}{count / told['took']:10.0f}{times}{100 * told['in_time']:10.2f} %", end="")
    print(f"{each[0]:10.0f}{each[1]:10.0f}{told['memory']:8.0f}", told["statuses"], flush=True)


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=2000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument(
        "--forwarding",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether what is accepted is forwarded meanwhile, to a target that answers at once",
    )
    parser.add_argument(
        "--ledger", default="sqlite", help="sqlite, postgresql (a server of its own), or the address of a database"
    )
    given = parser.parse_args()
    print(f"{'':12}{'a second':>10}{'50 % ms':>9}{'90 % ms':>9}{'99 % ms':>9}{'slowest':>9}{'in 200 ms':>12}", end="")
    print(f"{'CPU us':>10}{'sender us':>10}{'MB':>8} answers", flush=True)
    show("limit", measure_limit(given))
    with ExitStack() as stack:
        url = None if given.ledger in {"sqlite", "postgresql"} else given.ledger
        if given.ledger == "postgresql":
            url = stack.enter_context(running_postgresql(fsync=True)).make_database()
        told = measure_service(given, url)
    show("connector", told)
    print(f"forwarded until the end of the burst: {told['forwarded']:.0f}; lost of what was answered: {told['lost']}")


if __name__ == "__main__":
    main()
