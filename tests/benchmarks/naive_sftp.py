"""Bring sessions from an SFTP server the way a user's first script would: with paramiko, one by one.

    python tests/benchmarks/naive_sftp.py /exports --port 2222 --user ccai --key KEY [--how read] [--url URL]

`read` opens each file and reads it, `get` copies it with paramiko's own get(), which asks ahead. Without a URL the
sessions are only fetched. The server's key is not checked. Prints one JSON object like naive_loop.py.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import naive_loop
import paramiko


def fetch_by_read(sftp: paramiko.SFTPClient, remote: str, local: Path) -> None:
    """Read the whole file at once."""
    with sftp.open(remote, "rb") as file:
        local.write_bytes(file.read())


def fetch_by_get(sftp: paramiko.SFTPClient, remote: str, local: Path) -> None:
    """Let paramiko copy the file."""
    sftp.get(remote, str(local))


def run(
    sftp: paramiko.SFTPClient, folder: str, fetch: Callable[..., None], *, limit: int | None, url: str | None
) -> dict[str, Any]:
    """Fetch, and send where there is an address, every session below the folder; give what it cost."""
    began, began_cpu = time.perf_counter(), _cpu_seconds()
    names = sorted(sftp.listdir(f"{folder}/metadata"))[:limit]
    with tempfile.TemporaryDirectory() as place:
        local = Path(place)
        for part in ("metadata", "call_recording"):
            (local / part).mkdir()
        for name in names:
            audio = name.replace(".json", ".wav")
            fetch(sftp, f"{folder}/metadata/{name}", local / "metadata" / name)
            fetch(sftp, f"{folder}/call_recording/{audio}", local / "call_recording" / audio)
            if url:
                naive_loop.send(local / "metadata" / name, url, "sandbox")
            (local / "call_recording" / audio).unlink()
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - began_cpu
    return {
        "sessions": len(names),
        "seconds": seconds,
        "sessions_per_second": len(names) / seconds,
        "cpu_microseconds_per_session": cpu_seconds / max(len(names), 1) * 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the arguments, log in, fetch, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="the folder on the server that make_sessions.py wrote")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--key", required=True, help="file of the private key")
    parser.add_argument("--how", choices=("read", "get"), default="read")
    parser.add_argument("--url", help="the target's address; left out, nothing is sent")
    parser.add_argument("--limit", type=int, help="at most this many sessions")
    arguments = parser.parse_args()
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", arguments.port, arguments.user, key_filename=arguments.key, allow_agent=False)
        fetch = fetch_by_get if arguments.how == "get" else fetch_by_read
        print(json.dumps(run(client.open_sftp(), arguments.folder, fetch, limit=arguments.limit, url=arguments.url)))


if __name__ == "__main__":
    main()
