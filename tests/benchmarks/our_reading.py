"""Read sessions from any storage the way a job does, without sending them, and print what it cost as JSON.

    python tests/benchmarks/our_reading.py sftp://ccai@127.0.0.1:2222/exports --options '{"private_key_file": "KEY", …}'

Lists everything, reads the metadata in pages of 200, then looks at each recording and streams it, 16 at a time. Only
the loading of Python's modules is not in the figures, as in naive_sftp.py.
"""

import argparse
import asyncio
import hashlib
import json
import resource
import time
from pathlib import Path
from typing import Any

from connector import conversation
from connector.storage import FileInfo, Storage, open_storage

PAGE = 200
CONCURRENCY = 16
LARGEST_METADATA_BYTES = 16 * 1024 * 1024


async def read(storage: Storage) -> tuple[int, int]:
    """Give how many sessions were read and how many bytes of audio."""
    files = [file async for batch in storage.list() for file in batch]
    metadata = [file for file in files if file.path.endswith(".json")]
    for start in range(0, len(metadata), PAGE):
        bodies = await storage.read_many(metadata[start : start + PAGE], limit_bytes=LARGEST_METADATA_BYTES)
        for body in bodies:
            json.loads(body)
    slots = asyncio.Semaphore(CONCURRENCY)

    async def one(file: FileInfo) -> int:
        async with slots:
            await storage.examine(file, conversation.inspect)
            digest, size = hashlib.sha256(), 0
            async for piece in storage.stream(file):
                digest.update(piece)
                size += len(piece)
            return size

    sizes = await asyncio.gather(*(one(file) for file in files if file.path.endswith(".wav")))
    return len(metadata), sum(sizes)


async def run(address: str, options: dict[str, Any]) -> dict[str, Any]:
    """Open the storage, read all of it and give what it cost."""
    storage = open_storage(address, options, Path.cwd())
    began, began_cpu = time.perf_counter(), _cpu_seconds()
    async with storage:
        sessions, audio_bytes = await read(storage)
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - began_cpu
    return {
        "sessions": sessions,
        "seconds": seconds,
        "sessions_per_second": sessions / seconds,
        "megabytes_per_second": audio_bytes / seconds / 1e6,
        "cpu_microseconds_per_session": cpu_seconds / max(sessions, 1) * 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the arguments, read the sessions, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="the storage's address")
    parser.add_argument("--options", default="{}", help="options of the storage, as JSON")
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(run(arguments.address, json.loads(arguments.options)))))


if __name__ == "__main__":
    main()
