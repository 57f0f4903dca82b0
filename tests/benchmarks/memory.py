"""Send large recordings and print the most memory the connector's process took.

    python tests/benchmarks/memory.py --recordings 20 --megabytes 200

The recordings are one file under several names, so that the benchmark needs the disk space of one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from whole_path import HERE, figures, target

RATE = 8_000


def make_recordings(folder: Path, count: int, megabytes: int) -> None:
    """Write the metadata of so many calls, and one stereo recording that all of them share."""
    make = [sys.executable, str(HERE / "make_sessions.py"), str(count), "--out", str(folder)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    large = folder / "large.wav"
    noise = os.urandom(1_000_000)
    with wave.open(str(large), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        for _ in range(megabytes):
            writer.writeframesraw(noise)
    stamp = next((folder / "metadata").iterdir()).stat()
    os.utime(large, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    for recording in (folder / "call_recording").iterdir():
        recording.unlink()
        recording.hardlink_to(large)
    large.unlink()


def main() -> None:
    """Make the recordings, send them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as name, target(0) as url:
        make_recordings(Path(name), arguments.recordings, arguments.megabytes)
        found = figures("our_run.py", name, "--url", url, "--connections", str(arguments.connections))
    rate = arguments.recordings * arguments.megabytes / found["seconds"]
    print(f"{found['sessions']} recordings of {arguments.megabytes} MB: {found['seconds']:.1f} s, {rate:.0f} MB/s")
    print(f"most memory of the process: {found['peak_mb']:.0f} MB (goal: 120)")


if __name__ == "__main__":
    main()
