"""Lay metadata, recordings and transcripts out as the CCAI Platform exports them."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sample_data import call_record, chat_record, voices
from sample_data.call_model import Call, CallSample, Timing, timing
from sample_data.calls import CALLS
from sample_data.calls_apart import GROWING, LATIN1, TRUNCATED
from sample_data.chat_model import ChatSample
from sample_data.chats import CHATS
from sample_data.people import AGENTS_CSV
from sample_data.voices import Heard, Part

__all__ = ["BASE", "make"]

BASE = datetime(2026, 3, 24, 12, tzinfo=UTC)
VOICEMAIL = Part(0, "C: Hello, this is about my order from last week. Please call me back this afternoon. Thank you.")
ERROR_PAGE = b"<!DOCTYPE html><html><head><title>503</title></head><body>Service Unavailable</body></html>\n"


def make(folder: Path) -> dict[str, Heard]:
    """Write export/, late/, growing/ and agents.csv anew; give what is heard in each call."""
    for name in ("export", "late", "growing"):
        shutil.rmtree(folder / name, ignore_errors=True)
    _write(folder / "agents.csv", AGENTS_CSV.encode())
    heard = {str(sample.call.id): call_files(folder, sample) for sample in CALLS}
    for sample in CHATS:
        chat_files(folder, sample)
    heard["1440"] = growing_files(folder)
    broken_files(folder)
    return heard


def call_files(folder: Path, sample: CallSample) -> Heard:
    """Write one call's metadata and recording."""
    heard, time = _heard(sample.call)
    wrapped_up = sample.call.updated > timedelta(minutes=1)
    for path, reexport in zip(reversed(sample.metadata), (wrapped_up, False), strict=False):
        record = call_record.record(sample.call, time, reexport=reexport)
        if sample.wrapped:  # also seen: empty lists left out
            record = {"call": {key: value for key, value in record.items() if value != []}}
        _write(folder / "export" / path.format(id=sample.call.id), _json(record))
    if sample.recording:
        for number, content in enumerate(_recording(sample.coding, heard), 1):
            _write(folder / sample.recording.format(id=sample.call.id, part=number), content)
    return heard


def _heard(call: Call) -> tuple[Heard, Timing]:
    heard = voices.lay(call.parts, call.lang)
    return heard, timing(call, BASE, (heard.legs, heard.holds, heard.redactions), heard.seconds)


def _recording(coding: str, heard: Heard) -> tuple[bytes, ...]:
    """Give the recording's files: one, or the parts of one."""
    both = heard.samples
    mixed = (both.astype(np.int32).sum(axis=1)).clip(-32768, 32767).astype(np.int16)[:, None]
    middle = len(both) // 2 // voices.RATE * voices.RATE
    codings: dict[str, Callable[[], tuple[bytes, ...]]] = {
        "mp3": lambda: (voices.encode_mp3(both),),
        "wav": lambda: (voices.encode_wav(both),),
        "identical": lambda: (voices.encode_wav(np.repeat(mixed, 2, axis=1)),),
        "mono": lambda: (voices.encode_mp3(mixed),),
        "mulaw": lambda: (voices.encode_mulaw(both),),
        "parts": lambda: (voices.encode_wav(both[:middle]), voices.encode_wav(both[middle:])),
        "voicemail": lambda: (voices.encode_mp3(voices.lay([VOICEMAIL], "en").samples[:, :1]),),
        "error page": lambda: (ERROR_PAGE,),
    }
    return codings[coding]()


def chat_files(folder: Path, sample: ChatSample) -> None:
    """Write one chat's metadata, transcript and photo."""
    chat = sample.chat
    _write(folder / "export" / sample.metadata.format(id=chat.id), _json(chat_record.record(chat, BASE)))
    if sample.transcript:
        path = folder / sample.transcript.format(id=chat.id)
        text = chat_record.text_transcript(chat, BASE).encode()
        _write(path, text if path.suffix == ".txt" else _json(chat_record.json_transcript(chat, BASE)))
    for entry in chat.entries:
        if entry.kind == "photo":
            _write(folder / f"export/ujet-media/chat-{chat.id}-photo-{entry.text}.jpg", voices.picture())


def growing_files(folder: Path) -> Heard:
    """Write the call whose metadata the copier leaves half written; its recording lies in the export already."""
    heard, time = _heard(GROWING.call)
    name = f"call-{GROWING.call.id}"
    _write(folder / f"growing/ujet-metadata/{name}.json", _json(call_record.record(GROWING.call, time)))
    _write(folder / f"export/ujet-voice-recordings/{name}.mp3", voices.encode_mp3(heard.samples))
    return heard


def broken_files(folder: Path) -> None:
    """Write what cannot be read, and what a redaction tool leaves beside a recording."""
    metadata = folder / "export/ujet-metadata"
    whole = _json(call_record.record(TRUNCATED, _heard(TRUNCATED)[1]))
    _write(metadata / f"call-{TRUNCATED.id}.json", whole[: len(whole) // 2])
    text = _json(call_record.record(LATIN1, _heard(LATIN1)[1])).decode()
    _write(metadata / f"call-{LATIN1.id}.json", text.encode("latin-1"))
    _write(metadata / "call-1443.json", b"")
    recordings = folder / "export/ujet-voice-recordings"
    some = (recordings / "call-1418.mp3").read_bytes()[:2304]
    _write(recordings / "call-1418.mp3_raw_moved", some)
    _write(recordings / "call-1418.mp3.temp_16k.wav", some)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
