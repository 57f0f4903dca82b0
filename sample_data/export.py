"""Lay metadata, recordings and transcripts out as the CCAI Platform exports them."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sample_data import call_record, voices
from sample_data.call_model import timing
from sample_data.calls import CALLS, CallSample
from sample_data.people import AGENTS_CSV
from sample_data.voices import Heard

__all__ = ["BASE", "make"]

BASE = datetime(2026, 3, 24, 12, tzinfo=UTC)


def make(folder: Path) -> None:
    """Write the whole sample data below the folder, in place of what was made there before."""
    for name in ("export", "late"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "agents.csv").write_text(AGENTS_CSV, encoding="utf-8")
    for sample in CALLS:
        _call(folder, sample)


def _call(folder: Path, sample: CallSample) -> None:
    call = sample.call
    heard = voices.lay(call.parts, call.lang) if call.parts else None
    spans = (heard.legs, heard.holds, heard.redactions) if heard else ((), (), ())
    time = timing(call, BASE, spans, heard.seconds if heard else 0)
    record = call_record.record(call, time)
    for path in sample.metadata or (f"ujet-metadata/call-{call.id}.json",):
        _write(folder / "export" / path, _json({"call": record} if sample.wrapped else record))
    if heard and sample.recording:
        side, _, path = sample.recording.format(id=call.id).rpartition(":")
        _write(folder / (side or "export") / path, _encoded(sample.coding, heard))


def _encoded(coding: str, heard: Heard) -> bytes:
    return voices.encode_mp3(heard.samples)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
