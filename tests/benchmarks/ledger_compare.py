"""Print how long the ledger takes to find the new ones among many known files, and whether its memory stays flat.

Usage: python tests/benchmarks/ledger_compare.py [NUMBER_OF_FILES]
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from connector import ledger
from connector.ledger import ListedFile

BATCH_FILES = 10_000
TARGET = "capturi https://capturi.example"
HASH = "0123456789abcdef" * 4
NOW = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)

DELIVERED = f"""
INSERT INTO entry (id, tenant, source_kind, channel, session_id, leg, target, external_id, job, state, mapping_hash,
    policy_hash, uid, created, audio_state, audio_tries, first_seen_at, changed_at, file_id, ended_at, customer_hash)
SELECT lower(hex(randomblob(16))), 'acme', 'ccai', 'call', session_id, '', '{TARGET}', 'acme-call-' || session_id,
    'nightly', CASE id % 10 WHEN 0 THEN 'skipped' WHEN 1 THEN 'refused' ELSE 'delivered' END, '{HASH}', '{HASH}',
    lower(hex(randomblob(16))), 1, 'sent', 1, first_seen_at, first_seen_at, id, first_seen_at,
    lower(hex(randomblob(16)))
FROM file WHERE role = 'metadata'
"""  # noqa: S608 - our own words


def listing(number_of_files: int, *, new: int = 0) -> Iterator[list[ListedFile]]:
    """Give the batches of a listing, in which the last `new` files were not there before."""
    total = number_of_files + new
    for start in range(0, total, BATCH_FILES):
        yield [
            ListedFile(f"2026/{one // 5000:04}/call-{one:09}.json", 3700, one, None, "metadata", "call", f"{one}", None)
            for one in range(start, min(start + BATCH_FILES, total))
        ]


def resident_bytes() -> int:
    """Give the memory this process has at the moment."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def deliver_all(connection: Connection) -> None:
    """Let every file have led to an entry in a final state."""
    connection.execute(text("UPDATE file SET pending = false"))
    connection.execute(text(DELIVERED))


async def compare(book: ledger.Ledger, place: int, number_of_files: int, *, new: int = 0) -> tuple[float, int, int]:
    """Give the seconds spent in the ledger, the new files and the unchanged entries of one listing."""
    seconds, found, unchanged = 0.0, 0, 0
    for batch in listing(number_of_files, new=new):
        begun = time.perf_counter()
        told = await book.transact(ledger.record_listing, place, ledger.ListedBatch(batch), now=NOW)
        seconds += time.perf_counter() - begun
        found, unchanged = found + told.new, unchanged + told.unchanged_entries
    return seconds, found, unchanged


async def measure(number_of_files: int, folder: Path) -> None:
    """Fill a ledger, list it again, and print what each step took."""
    async with ledger.open_ledger(f"sqlite:///{folder / 'connector.db'}") as book:
        place = await book.transact(ledger.place_id, "acme", "ccai", TARGET, "file:///export")
        seconds, *_ = await compare(book, place, number_of_files)
        print(f"first listing    {number_of_files:>9,} files {seconds:6.2f} s")
        await book.transact(deliver_all)
        before = resident_bytes()
        used = time.process_time()
        seconds, new, unchanged = await compare(book, place, number_of_files, new=1_000)
        grown = (resident_bytes() - before) / 2**20
        used = time.process_time() - used
        told = f"{used:.2f} s of a processor, {new:,} new, {unchanged:,} unchanged entries"
        print(f"second listing   {number_of_files:>9,} files {seconds:6.2f} s, {told}")
        print(f"memory           {resident_bytes() / 2**20:9.0f} MiB, {grown:+.1f} MiB by the second listing")
        rejudged = {"mapping_hashes": {"call": HASH}, "policy_hash": HASH, "agents_hash": f"{HASH}+", "job": "nightly"}
        source = {"tenant": "acme", "source_kind": "ccai", "target": TARGET}
        begun = time.perf_counter()
        await book.transact(ledger.mark_rejudged, **source, **rejudged)
        print(f"nothing rejudged           {time.perf_counter() - begun:12.2f} s")


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(place)))
        size = sum(path.stat().st_size for path in Path(place).iterdir())
        print(f"ledger           {size / 2**20:9.0f} MiB")
