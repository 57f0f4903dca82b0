"""Compare a naive paramiko loop with the connector on the same sessions on a real sshd, in one run.

    python -m tests.benchmarks.sftp_path --sessions 500 --rounds 3

First fetching alone, then the whole path to a target that answers at once. Prints sessions a second, processor time
per session and peak memory of the client, and the ratios that docs/performance.md quotes.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.sshd import SshServer, running_sshd

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAIVE_SESSIONS = 100


@contextmanager
def target() -> Iterator[str]:
    """Run the stub target and give its address."""
    command = [sys.executable, str(HERE / "stub_target.py"), "--port", "0", "--delay-ms", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)


def figures(script: str, *arguments: str) -> dict[str, float]:
    """Run one of the scripts beside this one and give what it prints."""
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def naive(server: SshServer, how: str, sessions: int, *more: str) -> dict[str, float]:
    """Run the naive loop."""
    key = str(server.client_key)
    limit = str(min(sessions, NAIVE_SESSIONS))
    where = ("--port", str(server.port), "--user", server.user, "--key", key)
    return figures("naive_sftp.py", str(server.root), *where, "--how", how, "--limit", limit, *more)


def compare(title: str, rounds: list[dict[str, dict[str, float]]]) -> None:
    """Print medians, and ratios against the first row."""
    print(f"\n{title}, medians of {len(rounds)} rounds")
    print(f"{'':24}{'sessions/s':>12}{'CPU us each':>14}{'peak MB':>10}{'ratio':>10}{'CPU ratio':>12}")
    first = None
    for name in rounds[0]:
        speed, cpu, peak = (
            statistics.median(one[name][figure] for one in rounds)
            for figure in ("sessions_per_second", "cpu_microseconds_per_session", "peak_mb")
        )
        first = first or (speed, cpu)
        print(f"{name:24}{speed:12,.1f}{cpu:14,.0f}{peak:10,.0f}{speed / first[0]:9.1f}x{cpu / first[1]:11.2f}x")


def main() -> None:
    """Make the sessions on a server of our own and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with running_sshd() as server, target() as url:
        make = [sys.executable, str(HERE / "make_sessions.py"), str(arguments.sessions), "--out", str(server.root)]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        ours = (server.address(), "--options", json.dumps(server.options))
        fetched, sent = [], []
        for _ in range(arguments.rounds):
            fetched.append(
                {
                    "paramiko, open and read": naive(server, "read", arguments.sessions),
                    "paramiko, get": naive(server, "get", arguments.sessions),
                    "connector": figures("our_reading.py", *ours),
                }
            )
            sent.append(
                {
                    "paramiko, open and read": naive(server, "read", arguments.sessions, "--url", url),
                    "paramiko, get": naive(server, "get", arguments.sessions, "--url", url),
                    "connector": figures("our_run.py", *ours, "--url", url, "--connections", "16"),
                }
            )
    compare("Fetching alone", fetched)
    compare("The whole path", sent)


if __name__ == "__main__":
    main()
