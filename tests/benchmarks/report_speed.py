"""Report 50,000 sessions in every format and print how long it took and how much memory it needed.

    python tests/benchmarks/report_speed.py --sessions 50000

The goal: below 20 seconds and 500 MB, the page below 2 MB.
"""

import argparse
import importlib.util
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, create_engine, insert

from connector.ledger.tables import ENTRY, FILE, MAPPING_STAT, METADATA, RUN, STEP
from connector.mapping import Statistics, apply, load
from connector.shipped import shipped

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
RUN_ID = "20260324-0230-5f3a9c"
PAGE = 5_000
OUTCOMES = (*("delivered",) * 6, "held", "skipped", "refused", "refused")
REASONS = {"held": "audio_awaited", "skipped": "voicemail", "refused": "field_missing"}


def write_ledger(connection: Connection, sessions: int) -> None:
    """Write what one run over so many sessions leaves in the ledger."""
    METADATA.create_all(connection)
    run = {
        "id": RUN_ID,
        "job": "nightly",
        "tenant": "acme",
        "started_at": START,
        "finished_at": START,
        "dry_run": False,
    }
    connection.execute(insert(RUN), {**run, "options": {}, "counts": {"delivered": sessions}, "reasons": {}})
    rows = list(zip(*_rows(sessions), strict=True))
    for table, found in zip((FILE, ENTRY, STEP), rows, strict=True):
        for start in range(0, sessions, PAGE):
            connection.execute(insert(table), list(found[start : start + PAGE]))
    for field, facts in _statistics(sessions).items():
        row = {"run_id": RUN_ID, "mapping": "ccai-call", "field": field, "facts": facts}
        connection.execute(insert(MAPPING_STAT), row)
    connection.commit()


def _rows(sessions: int) -> Iterator[tuple[dict[str, Any], ...]]:
    for number in range(1, sessions + 1):
        outcome, key = OUTCOMES[number % len(OUTCOMES)], f"{number:032x}"
        ended = START - timedelta(minutes=number % 5_000)
        reason = {"reason": REASONS[outcome], "detail": "agentEmail has no value"} if outcome in REASONS else {}
        audio = {"form": "wav pcm_16", "seconds": number % 900 + 0.5, "channels": 2, "identical": False, "told": 300.0}
        facts = {"team": f"Team {number % 12}", "queue": f"Queue {number % 40}", "consent": ["not_asked", True]}
        yield (
            {"id": number, "place_id": 1, "path": f"ujet-metadata/call-{number}.json", "size_bytes": 1,
             "modified_ns": 1, "role": "metadata", "pending": False, "first_seen_at": START},
            {"id": key, "tenant": "acme", "source_kind": "ccai", "channel": "call", "session_id": str(number),
             "leg": "", "target": "capturi", "external_id": f"acme-call-{number}", "job": "nightly", "state": outcome,
             "ended_at": ended, "file_id": number, "mapping": "ccai-call", "created": True, "audio_state": "sent",
             "audio_tries": 1, "first_seen_at": START, "changed_at": START},
            {"entry_id": key, "run_id": RUN_ID, "at": START, "name": outcome,
             "facts": {**facts, **reason, "audio": audio}},
        )  # fmt: skip


def _statistics(sessions: int) -> dict[str, Any]:
    mapping = load(shipped("mappings") / "ccai-call.yaml")
    record = orjson.loads((ROOT / "tests/fixtures/ccai/call-987.json").read_bytes())
    statistics = Statistics(mapping)
    for number in range(sessions):
        record["id"] = number
        statistics.add(apply(mapping, record, {"tenant": "acme", "agent": {"id": str(number % 40)}}), record)
    return statistics.to_dict()


def main() -> int:
    """Write a ledger, report on it, and print the figures; give 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50_000)
    sessions = parser.parse_args().sessions
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/connector.db")
        with engine.connect() as connection:
            write_ledger(connection, sessions)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return _report(engine, sessions, before)


def _report(engine: Any, sessions: int, before: float) -> int:
    started = time.perf_counter()
    from connector import report  # noqa: PLC0415 - its imports are part of what is measured

    with engine.connect() as connection:
        made = report.make(report.read(connection, report.choose(connection, report.Wish())))
    formats = ["html", "json", "csv", "xlsx", *(["parquet"] if importlib.util.find_spec("pyarrow") else [])]
    sizes = {form: len(report.write(made, form)) for form in formats}
    seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = ", ".join(f"{form} {size / 1000:,.0f} kB" for form, size in sizes.items())
    print(f"{sessions:,} sessions reported in {seconds:.1f} s; peak {peak:,.0f} MB ({before:,.0f} MB before); {told}")
    return 0 if seconds < 20 and peak < 500 and sizes["html"] < 2_000_000 else 1


if __name__ == "__main__":
    sys.exit(main())
