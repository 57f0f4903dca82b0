"""Backfill many sessions with one worker and with several, and print speed, ratio and the most memory of any process.

    python tests/benchmarks/backfill.py --sessions 100000 --workers 2

All recordings are one short file under many names. Memory is that of the largest process: the command or a worker.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psutil
from make_sessions import FIRST_ID, TEMPLATE, record, recording
from our_run import prepare
from whole_path import ROOT, target

ALL = ("--from", "2020-01-01", "--to", "2040-01-01")
CHANGED_AT = 1_774_000_000
LOOK_SECONDS = 0.05


def write(count: int, folder: Path) -> None:
    """Write the metadata of so many calls, 1,440 a day, and a recording that all of them share."""
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    for name in ("metadata", "call_recording"):
        (folder / name).mkdir(parents=True)
    shared = folder / "call_recording" / "shared.wav"
    shared.write_bytes(recording(FIRST_ID))
    os.utime(shared, (CHANGED_AT, CHANGED_AT))
    for number in range(FIRST_ID, FIRST_ID + count):
        metadata = folder / "metadata" / f"call-{number}.json"
        metadata.write_text(json.dumps(record(number, template), separators=(",", ":")), encoding="utf-8")
        os.utime(metadata, (CHANGED_AT, CHANGED_AT))
        (folder / "call_recording" / f"call-{number}.wav").hardlink_to(shared)
    shared.unlink()


def backfill(home: Path, workers: int) -> tuple[dict[str, int], float, float]:
    """Run the command and give what it printed, the seconds of the backfill itself, and the most megabytes.

    The process that renders the report afterwards counts in neither.
    """
    command = [sys.executable, "-m", "connector", "--home", str(home), "backfill", "bench", *ALL]
    command += ["--json", "--workers", str(workers)]
    environment = {**os.environ, "BENCH_TOKEN": "bench", "PYTHONPATH": str(ROOT), "CONNECTOR_LOG": "error"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=home)
    most: dict[int, float] = {}
    while process.poll() is None:
        most |= peaks(process.pid)
        time.sleep(LOOK_SECONDS)
    told = json.loads(process.stdout.read())
    began, ended = (datetime.fromisoformat(told[name]) for name in ("started_at", "finished_at"))
    return told, max(1.0, (ended - began).total_seconds()), max(most.values())


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


def main() -> None:
    """Make the sessions, backfill them with one worker and with several, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    speeds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as name, target(0) as url:
        write(arguments.sessions, Path(name) / "export")
        for workers in (1, arguments.workers):
            home = Path(name) / f"home-{workers}"
            prepare(home, str(Path(name) / "export"), url, arguments.connections)
            told, seconds, peak = backfill(home, workers)
            speeds.append(told["delivered"] / seconds)
            print(f"{workers} worker(s): {told['delivered']:,} delivered in {seconds:.1f} s, {speeds[-1]:.0f} a second")
            print(f"  most memory of a process: {peak:.0f} MB (goal: 120)", flush=True)
            shutil.rmtree(home)
    print(f"{arguments.workers} workers against one, planning included: {speeds[1] / speeds[0]:.2f} x")


if __name__ == "__main__":
    main()
