"""Write N calls as the CCAI Platform exports them, each with a stereo recording, the same bytes every time.

    python tests/benchmarks/make_sessions.py 500 --out /tmp/sessions

Metadata of about 3.7 KB in OUT/metadata/call-ID.json, recordings of 200 KB in OUT/call_recording/call-ID.wav.
"""

import argparse
import copy
import io
import json
import os
import wave
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

TEMPLATE = Path(__file__).parents[1] / "fixtures" / "ccai" / "call-987.json"
FIRST_ID = 100_000
AUDIO_BYTES = 200_000
HEADER_BYTES = 44
RATE = 8_000
_OLD_ENOUGH = datetime.fromisoformat("2026-03-24T10:00:00+01:00").timestamp()


def record(number: int, template: dict[str, Any]) -> dict[str, Any]:
    """Give the metadata of one call: the template with its own id, times, customer and agent."""
    shift = timedelta(minutes=number)
    call = copy.deepcopy(template)
    _shift_times(call, shift)
    call["id"] = number
    call["call_uuid"] = f"00000000-0000-4000-8000-{number:012d}"
    call["out_ticket_id"] = f"{number:017x}"
    call["agent_info"]["agent_number"] = str(2000 + number % 40)
    call["menu_path"] = {"items_count": 2, "name": "Orders/Order info", "materialized_path": "6/8"}
    for participant in call["participants"]:
        participant["call_id"] = number
        if participant["type"] == "end_user":
            participant["phone_number"] = f"+4531{number % 1_000_000:06d}"
    for recording in call["recordings"]:
        recording["call_id"] = number
    return call


def _shift_times(value: Any, shift: timedelta) -> None:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, dict | list):
            _shift_times(part, shift)
        elif isinstance(part, str) and str(key).endswith("_at"):
            value[key] = (datetime.fromisoformat(part) + shift).isoformat(timespec="milliseconds")


def recording(number: int) -> bytes:
    """Give 6 seconds of two voices that differ: noise with the call's number as its seed."""
    frames = (AUDIO_BYTES - HEADER_BYTES) // 4
    samples = np.random.default_rng(number).integers(-3000, 3000, size=(frames, 2), dtype=np.int16)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return buffer.getvalue()


def write(count: int, folder: Path) -> None:
    """Write that many calls into the folder, with modification times that are over."""
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    (folder / "metadata").mkdir(parents=True, exist_ok=True)
    (folder / "call_recording").mkdir(exist_ok=True)
    for number in range(FIRST_ID, FIRST_ID + count):
        metadata = folder / "metadata" / f"call-{number}.json"
        audio = folder / "call_recording" / f"call-{number}.wav"
        metadata.write_text(json.dumps(record(number, template), separators=(",", ":")), encoding="utf-8")
        audio.write_bytes(recording(number))
        for path in (metadata, audio):
            os.utime(path, (_OLD_ENOUGH, _OLD_ENOUGH))


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how many calls")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    write(arguments.count, arguments.out)


if __name__ == "__main__":
    main()
