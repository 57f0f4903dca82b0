"""Print how long a nightly run takes over a million files of which all but a few are known, and what memory it needs.

    python tests/benchmarks/million_files.py [--files 1000000] [--new 1000] [--keep DIR]

Files are links to a few empty ones, in folders by day. Each run is the job's own, from the listing to the end of the
survey, in a process of its own; nothing is sent. The first run meets every file for the first time; then each of them
is made to have led to a delivered conversation; the second run finds nothing new, the third the new ones.
"""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from ledger_compare import HASH

from connector import logs
from connector.clock import SystemClock
from connector.job.definition import loader
from connector.job.execution.summary import Options
from connector.job.run import runner
from connector.settings import Settings

FILES_A_DAY = 2000
LINKS = 50_000
DELIVERED = f"""
INSERT INTO entry (id, tenant, source_kind, channel, session_id, leg, target, external_id, job, state, mapping_hash,
    policy_hash, uid, created, audio_state, audio_tries, first_seen_at, changed_at, file_id, ended_at)
SELECT lower(hex(randomblob(16))), 'acme', 'ccai', 'call', session_id, '', place.target, 'acme-call-' || session_id,
    'bench', 'delivered', '{HASH}', '{HASH}', lower(hex(randomblob(16))), 1, 'sent', 1, first_seen_at, first_seen_at,
    file.id, first_seen_at
FROM file JOIN place ON place.id = file.place_id WHERE role = 'metadata'
"""  # noqa: S608 - our own words


def make_files(folder: Path, first: int, count: int) -> None:
    """Link so many empty metadata files into folders by day."""
    source = None
    for number in range(first, first + count):
        day = folder / f"{date(2020, 1, 1) + timedelta(days=number // FILES_A_DAY):%Y/%m/%d}"
        if number % FILES_A_DAY == 0 or number == first:
            day.mkdir(parents=True, exist_ok=True)
        path = f"{day}/call-{number}.json"
        if source is None or (number - first) % LINKS == 0:
            Path(path).touch()
            source = path
        else:
            os.link(source, path)


def survey(home: Path) -> dict[str, float]:
    """Run the job as far as it sends nothing, and give seconds, counts and memory."""
    logs.configure("error")
    os.environ["BENCH_TOKEN"] = "sandbox"
    settings = Settings(home=home, ledger="connector.db", log="error")
    plan = loader.load("bench", settings)
    options = Options(limit=0, yes=True, report=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, began_cpu = time.perf_counter(), time.process_time()
    summary = runner.run(plan, settings, options, clock=SystemClock())
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - began_cpu,
        "unchanged": summary.as_dict()["unchanged"],
        "exit_code": summary.exit_code,
        "before_mb": before,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def told(title: str, home: Path, files: int) -> None:
    """Run one survey in a process of its own and print what it took."""
    command = [sys.executable, __file__, "--survey", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found = json.loads(done.stdout)
    rate = files / found["seconds"]
    print(
        f"{title:34}{found['seconds']:8.1f} s {found['cpu_seconds']:7.1f} s CPU {rate:11,.0f} files/s"
        f"{found['unchanged']:12,} unchanged {found['before_mb']:5.0f} -> {found['peak_mb']:.0f} MB",
        flush=True,
    )


def listing_alone(folder: Path) -> float:
    """Give the seconds that the storage's listing takes by itself, when the system knows the folders."""
    from connector.storage import open_storage  # noqa: PLC0415

    async def count() -> int:
        async with open_storage(str(folder), {}, folder) as storage:
            return sum([len(batch) async for batch in storage.list()])

    asyncio.run(count())
    began = time.perf_counter()
    asyncio.run(count())
    return time.perf_counter() - began


def compare(home: Path, files: int, new: int) -> None:
    """Make everything and print the three runs."""
    from our_run import prepare  # noqa: PLC0415

    folder = home / "export"
    prepare(home, str(folder), "http://127.0.0.1:9", 16)
    make_files(folder, 0, files)
    print(f"{files:,} files, {new:,} new ones; the listing by itself: {listing_alone(folder):.1f} s")
    told("all of them new", home, files)
    with closing(sqlite3.connect(home / "connector.db")) as ledger, ledger:
        ledger.execute("UPDATE file SET pending = 0")
        ledger.execute(DELIVERED)
    told("all of them known", home, files)
    make_files(folder, files, new)
    told(f"all but {new:,} known", home, files)


def main() -> None:
    """Read the arguments and compare, or do one run for the process above."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="work here, and leave everything there")
    parser.add_argument("--survey", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.survey:
        print(json.dumps(survey(arguments.survey)))
    elif arguments.keep:
        compare(arguments.keep, arguments.files, arguments.new)
    else:
        with tempfile.TemporaryDirectory(prefix="connector-bench-") as name:
            compare(Path(name), arguments.files, arguments.new)


if __name__ == "__main__":
    main()
