"""Backfill many sessions with one worker and with several, and print speed, ratio and memory as it goes along.

    python tests/benchmarks/backfill.py --sessions 100000 --workers 2
    python tests/benchmarks/backfill.py --sessions 4000 --workers 2 --delay-ms 50
    python tests/benchmarks/backfill.py --vary 1000,10000,100000

All recordings are one short file under many names. Memory is that of the largest process, the command or a worker, when
a quarter, a half and all of the sessions had been created: a flat line says that their number does not matter. The rate
of the work alone leaves out start and planning. What may be under way at once is one limit of the job for all workers:
it grows with them here, so that it is as much for each of them in every line.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
import psutil
from make_sessions import FIRST_ID, TEMPLATE, record, recording
from our_run import prepare
from whole_path import ROOT, target

ALL = ("--from", "2020-01-01", "--to", "2040-01-01")
CHANGED_AT = 1_774_000_000
MOST_NAMES = 50_000
LOOK_SECONDS = 0.05


def write(count: int, folder: Path) -> None:
    """Write the metadata of so many calls, 1,440 a day, and a recording that fifty thousand of them share."""
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    for name in ("metadata", "call_recording"):
        (folder / name).mkdir(parents=True)
    for number in range(FIRST_ID, FIRST_ID + count):
        audio = folder / "call_recording" / f"call-{number}.wav"
        # A file system lets a file have so many names only: 65,000 on ext4.
        if (number - FIRST_ID) % MOST_NAMES == 0:
            shared = audio
            shared.write_bytes(recording(FIRST_ID))
            os.utime(shared, (CHANGED_AT, CHANGED_AT))
        else:
            audio.hardlink_to(shared)
        metadata = folder / "metadata" / f"call-{number}.json"
        metadata.write_text(json.dumps(record(number, template), separators=(",", ":")), encoding="utf-8")
        os.utime(metadata, (CHANGED_AT, CHANGED_AT))


@dataclass
class Result:
    """What one backfill cost."""

    sessions: int
    workers: int
    delivered: int = 0
    seconds: float = 0.0
    """From the start of the run to its end, planning included."""
    work_seconds: float = 0.0
    """From the first session that was begun to the last that was closed."""
    memory_mb: dict[str, float] = field(default_factory=dict)
    """The most memory of a process until a quarter, a half and all were created."""

    @property
    def rate(self) -> float:
        """Give the sessions a second, planning included."""
        return self.delivered / self.seconds

    @property
    def work_rate(self) -> float:
        """Give the sessions a second of the work alone."""
        return self.delivered / self.work_seconds


def backfill(home: Path, url: str, sessions: int, workers: int) -> Result:
    """Run the command and give what it cost; the process that renders the report afterwards does not count."""
    command = [sys.executable, "-m", "connector", "--home", str(home), "backfill", "bench", *ALL]
    command += ["--json", "--workers", str(workers)]
    environment = {**os.environ, "BENCH_TOKEN": "bench", "PYTHONPATH": str(ROOT), "CONNECTOR_LOG": "error"}
    result, most = Result(sessions, workers), dict[int, float]()
    before = _created(url)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=home)
    while process.poll() is None:
        most |= peaks(process.pid)
        created = _created(url) - before
        for name, share in (("1/4", 0.25), ("1/2", 0.5), ("end", 1.0)):
            if most and created >= share * sessions:
                # The last look before the end counts for the end: a worker may grow until then.
                result.memory_mb[name] = (
                    max(most.values()) if name == "end" else result.memory_mb.get(name, max(most.values()))
                )
        time.sleep(LOOK_SECONDS)
    told = json.loads(process.stdout.read())
    result.delivered = told["delivered"]
    result.seconds = _seconds(home, "SELECT started_at, finished_at FROM run")
    result.work_seconds = _seconds(home, "SELECT min(at), max(at) FROM step")
    result.memory_mb["end"] = max(most.values())
    return result


def _created(url: str) -> int:
    """Ask the target how many sessions were created so far."""
    return int(httpx.get(url, trust_env=False).json()["creates"])


def _seconds(home: Path, question: str) -> float:
    """Give the seconds between the two moments that the ledger answers."""
    with closing(sqlite3.connect(home / "connector.db")) as connection:
        first, last = connection.execute(question).fetchone()
    return max(0.001, (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds())


def peaks(pid: int) -> dict[int, float]:
    """Give the most memory that the command and each of its workers had so far."""
    found = {}
    with suppress(psutil.Error, OSError):
        command = psutil.Process(pid)
        for one in (command, *command.children()):
            if "report" not in one.cmdline():
                status = Path(f"/proc/{one.pid}/status").read_text(encoding="ascii")
                # One that has just ended has no memory any more.
                for told in re.findall(r"VmHWM:\s+(\d+)", status):
                    found[one.pid] = int(told) / 1024
    return found


def measure(folder: Path, url: str, sessions: int, crews: list[int], connections: int) -> Iterator[Result]:
    """Backfill the same sessions with one crew after the other, each with a ledger of its own."""
    write(sessions, folder / "export")
    for workers in crews:
        home = folder / f"home-{workers}"
        prepare(home, str(folder / "export"), url, connections * workers)
        yield backfill(home, url, sessions, workers)
        shutil.rmtree(home)
    shutil.rmtree(folder / "export")


def show(result: Result, alone: Result) -> None:
    """Print a line of the table; `alone` is the same with one worker."""
    memory = "".join(f"{result.memory_mb.get(name, float('nan')):7.0f}" for name in ("1/4", "1/2", "end"))
    each = result.seconds / result.delivered * 1000
    print(
        f"{result.sessions:9,}{result.workers:9}{result.delivered:11,}{result.seconds:9.1f}{result.rate:10.0f}"
        f"{each:9.2f}{result.work_rate:10.0f}{memory}{result.rate / alone.rate:8.2f}x"
        f"{result.work_rate / alone.work_rate:9.2f}x",
        flush=True,
    )


def main() -> None:
    """Make the sessions, backfill them with one worker and with several, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--vary", help="numbers of sessions to measure one after the other, like 1000,10000,100000")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--delay-ms", type=int, default=0, help="how long the target takes for each answer")
    parser.add_argument("--connections", type=int, default=16, help="sessions under way at once of each worker")
    arguments = parser.parse_args()
    sizes = [int(one) for one in arguments.vary.split(",")] if arguments.vary else [arguments.sessions]
    crews = sorted({1, arguments.workers})
    print(f"{arguments.delay_ms} ms delay; each worker has {arguments.connections} sessions under way at once")
    print("memory in MB, of the largest process; the goal is 120")
    print(f"{'':9}{'':9}{'':11}{'planning included':>28}{'work':>10}{'memory at':>21}{'ratio':>9}{'of work':>10}")
    print(
        f"{'sessions':>9}{'workers':>9}{'delivered':>11}{'seconds':>9}{'each s':>10}{'ms each':>9}{'each s':>10}",
        end="",
    )
    print(f"{'1/4':>7}{'1/2':>7}{'end':>7}", flush=True)
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as name, target(arguments.delay_ms) as url:
        for sessions in sizes:
            results: list[Result] = []
            for result in measure(Path(name), url, sessions, crews, arguments.connections):
                results.append(result)
                show(result, results[0])


if __name__ == "__main__":
    main()
