"""Compare the naive loop, the connector and the limit of the machine on the same sessions, in one run.

    make bench          or          python tests/benchmarks/whole_path.py --sessions 500 --rounds 3

Prints for no delay and for a target that answers after 50 ms: sessions a second, processor time per session, and the
ratios that docs/performance.md quotes. The limit sends ready-made bytes over kept connections with sendfile.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@contextmanager
def target(delay_ms: int) -> Iterator[str]:
    """Run the stub target and give its address."""
    command = [sys.executable, str(HERE / "stub_target.py"), "--port", "0", "--delay-ms", str(delay_ms)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)


def figures(script: str, *arguments: str) -> dict[str, float]:
    """Run one of the scripts beside this one and give what it prints."""
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def compare(folder: Path, delay_ms: int, connections: int, rounds: int, naive_limit: int) -> None:
    """Run the three in turn, several times, and print medians and ratios."""
    results: dict[str, list[dict[str, float]]] = {"naive loop": [], "connector": [], "limit": []}
    with target(delay_ms) as url:
        for _ in range(rounds):
            naive = figures("naive_loop.py", str(folder), "--url", url, "--limit", str(naive_limit))
            results["naive loop"].append(naive)
            ours = figures("our_run.py", str(folder), "--url", url, "--connections", str(connections))
            results["connector"].append(ours)
            limit = figures("limit.py", str(folder), "--url", url, "--connections", str(connections))
            results["limit"].append(limit)
    print(f"\n{delay_ms} ms delay, {connections} connections, medians of {rounds} rounds")
    print(f"{'':14}{'sessions/s':>12}{'CPU us each':>14}{'ratio':>10}{'CPU ratio':>12}")
    naive_speed = _median(results["naive loop"], "sessions_per_second")
    naive_cpu = _median(results["naive loop"], "cpu_microseconds_per_session")
    for name, found in results.items():
        speed = _median(found, "sessions_per_second")
        cpu = _median(found, "cpu_microseconds_per_session")
        print(f"{name:14}{speed:12,.0f}{cpu:14,.0f}{speed / naive_speed:9.1f}x{cpu / naive_cpu:11.2f}x")
    if delay_ms:
        possible = connections / (2 * delay_ms / 1000)
        share = _median(results["connector"], "sessions_per_second") / possible
        print(f"connections / (2 x delay) = {possible:,.0f} a second; the connector reaches {share:.0%} of it")
    print(f"the connector's process: {max(one['peak_mb'] for one in results['connector']):.0f} MB at most")


def _median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def main() -> None:
    """Make the sessions and compare without and with delay."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay-ms", type=int, action="append", help="default: 0 and 50")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as name:
        folder = Path(name)
        make = [sys.executable, str(HERE / "make_sessions.py"), str(arguments.sessions), "--out", name]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        for delay_ms in arguments.delay_ms or [0, 50]:
            connections = 64 if delay_ms else 16
            naive_limit = min(arguments.sessions, 60) if delay_ms else arguments.sessions
            compare(folder, delay_ms, connections, arguments.rounds, naive_limit)


if __name__ == "__main__":
    main()
