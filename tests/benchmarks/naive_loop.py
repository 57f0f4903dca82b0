"""Upload sessions the way a user's first script would: one by one, with requests.

    python tests/benchmarks/naive_loop.py /tmp/sessions --url http://127.0.0.1:8787 --token sandbox

The yardstick of the benchmarks. Prints one JSON object: sessions, seconds, cpu_seconds, sessions_per_second,
cpu_microseconds_per_session.
"""

import argparse
import hashlib
import json
import resource
import time
import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import requests

SAMPLED_FRAMES = 4_096
SAMPLED_PLACES = 8


def body(call: dict[str, Any], *, identical: bool) -> dict[str, Any]:
    """Give the thirty fields of a conversation from a call's metadata."""
    agent = call["agent_info"]
    customer = next((one for one in call["participants"] if one["type"] == "end_user"), {})
    started = call["recordings"][0]["started_at"] if call["recordings"] else call["created_at"]
    moment = datetime.fromisoformat(started).astimezone(UTC)
    return {
        "externalIdentity": f"acme-call-{call['id']}",
        "agentId": str(agent["id"]),
        "agentName": agent["name"],
        "agentEmail": agent["email"],
        "dateTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "subject": (call["menu_path"] or {}).get("name") or "Call",
        "customer": customer.get("phone_number") or "anonymous",
        "customerCompany": "",
        "labels": [call["call_type"], call["lang"]],
        "status": call["status"],
        "hasConsent": call["recording_permission"] == "not_asked",
        "audioChannels": "Mono2Speaker" if identical else "Stereo",
        "salesPersonAudioChannel": 2,
        "team": "Orders",
        "customProp1": call["out_ticket_id"],
        "customProp2": call["disconnected_by"],
        "customProp3": call["finish_reason"],
        "customProp4": call["answer_type"],
        "customProp5": call["session_type"],
        "customProp6": call["call_uuid"],
        "customProp7": call["support_number"],
        "customProp8": call["outbound_number"],
        "customProp9": call["deflection"],
        "customProp10": call["lang"],
        "customNumberProp1": call["wait_duration"],
        "customNumberProp2": call["queue_duration"],
        "customNumberProp3": call["call_duration"],
        "customNumberProp4": call["hold_duration"],
        "customNumberProp5": call["rating"],
        "customNumberProp6": len(call["transfers"]),
    }


def channels_identical(path: Path) -> bool:
    """Tell whether both channels hold the same sound, from samples spread over the file."""
    with wave.open(str(path), "rb") as reader:
        if reader.getnchannels() != 2 or reader.getsampwidth() != 2:
            return False
        frames = reader.getnframes()
        for place in range(SAMPLED_PLACES):
            reader.setpos(frames * place // SAMPLED_PLACES)
            samples = np.frombuffer(reader.readframes(SAMPLED_FRAMES), dtype=np.int16).reshape(-1, 2)
            if not np.array_equal(samples[:, 0], samples[:, 1]):
                return False
    return True


def send(metadata: Path, url: str, token: str) -> str:
    """Create one conversation, upload its audio, and give the audio's SHA-256."""
    with metadata.open(encoding="utf-8") as file:
        call = json.load(file)
    audio = metadata.parent.parent / "call_recording" / f"{metadata.stem}.wav"
    headers = {"Authorization": token}
    created = requests.post(
        f"{url}/v3/conversation",
        json=body(call, identical=channels_identical(audio)),
        headers=headers,
        timeout=60,
    )
    created.raise_for_status()
    digest = hashlib.sha256(audio.read_bytes()).hexdigest()
    with audio.open("rb") as file:
        uploaded = requests.post(
            f"{url}/v1/audio/{created.json()['uid']}",
            files={"data": (audio.name, file, "audio/wav")},
            headers=headers,
            timeout=60,
        )
    uploaded.raise_for_status()
    return digest


def run(folder: Path, url: str, token: str, limit: int | None = None) -> dict[str, Any]:
    """Upload every session below the folder, one after the other, and give what it cost."""
    files = sorted(folder.glob("metadata/call-*.json"))[:limit]
    began, began_cpu = time.perf_counter(), _cpu_seconds()
    for metadata in files:
        send(metadata, url, token)
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - began_cpu
    return {
        "sessions": len(files),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "sessions_per_second": len(files) / seconds,
        "cpu_microseconds_per_session": cpu_seconds / max(len(files), 1) * 1e6,
    }


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the arguments, upload, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what make_sessions.py wrote")
    parser.add_argument("--url", required=True, help="the target's address")
    parser.add_argument("--token", default="sandbox", help="its token")
    parser.add_argument("--limit", type=int, help="at most this many sessions")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments.folder, arguments.url, arguments.token, arguments.limit)))


if __name__ == "__main__":
    main()
