"""Run the connector's own job over sessions that make_sessions.py wrote, and print what it cost as JSON.

    python tests/benchmarks/our_run.py /tmp/sessions --url http://127.0.0.1:8787 --connections 16

Everything a nightly run does is in the figures: listing, ledger, mapping, audio checks, hashing, sending. Only the
start of Python is not, as in naive_loop.py.
"""

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

from connector import logs
from connector.clock import SystemClock
from connector.job.definition import loader
from connector.job.execution.summary import Options
from connector.job.run import runner
from connector.settings import Settings
from connector.shipped import shipped

JOB = """\
job: bench
tenant: acme
source: {{kind: ccai, storage: "{storage}", options: {options}, settle: 0}}
mappings: {{call: mappings/ccai-call.yaml}}
target: {{kind: capturi, url: "{url}", api: v3, token: "${{BENCH_TOKEN}}"}}
limits: {{concurrency: {connections}}}
"""


def prepare(home: Path, storage: str, url: str, connections: int, options: str = "{}") -> None:
    """Write a project folder whose one job sends the sessions there."""
    (home / "jobs").mkdir(parents=True)
    job = JOB.format(storage=storage, url=url, connections=connections, options=options)
    (home / "jobs" / "bench.yaml").write_text(job, encoding="utf-8")
    shutil.copytree(shipped("mappings"), home / "mappings")


def run(home: Path) -> dict[str, float]:
    """Run the job once and give counts, seconds and memory."""
    settings = Settings(home=home, ledger="connector.db", log="error")
    plan = loader.load("bench", settings)
    began, began_cpu = time.perf_counter(), _cpu_seconds()
    summary = runner.run(plan, settings, Options(yes=True, report=False), clock=SystemClock())
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - began_cpu
    counts = summary.as_dict()
    return {
        "sessions": counts["delivered"],
        "seen": counts["seen"],
        "exit_code": counts["exit_code"],
        "error": counts.get("error"),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "sessions_per_second": counts["delivered"] / seconds,
        "cpu_microseconds_per_session": cpu_seconds / max(counts["delivered"], 1) * 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the arguments, run, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="what make_sessions.py wrote, or the storage's address")
    parser.add_argument("--options", default="{}", help="options of the storage, as JSON")
    parser.add_argument("--url", required=True, help="the target's address")
    parser.add_argument("--connections", type=int, default=16, help="the job's concurrency")
    parser.add_argument("--home", type=Path, help="keep the project folder here")
    arguments = parser.parse_args()
    logs.configure("error")
    os.environ["BENCH_TOKEN"] = "sandbox"
    home = arguments.home or Path(tempfile.mkdtemp(prefix="connector-bench-"))
    try:
        if not (home / "jobs").exists():
            storage = arguments.folder if "://" in arguments.folder else str(Path(arguments.folder).resolve())
            prepare(home, storage, arguments.url, arguments.connections, arguments.options)
        print(json.dumps(run(home)))
    finally:
        if arguments.home is None:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
