"""State what must become of every session: the answer sheet that demo and tests compare with."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedSeq

from sample_data import voices
from sample_data.call_legs import TARGET_SECONDS
from sample_data.call_model import Call, CallSample
from sample_data.calls import CALLS
from sample_data.calls_apart import GROWING, LATIN1, TRUNCATED
from sample_data.case_expectations import expected_chat
from sample_data.chats import CHATS
from sample_data.people import SENT_AS
from sample_data.voices import Heard, Span

__all__ = ["expected"]

TEAM_THEN = {961: "Orders"}  # before Sara moved to Billing
MONO = {"identical", "mono"}
AFTER_LATE = ("call-1131", "chat-960")
BROKEN = {
    f"call-{TRUNCATED.id}": (TRUNCATED.shows, "an old truncated file will not grow any more"),
    f"call-{LATIN1.id}": (LATIN1.shows, "JSON is UTF-8; guessing another encoding could spoil names unseen"),
    "call-1443": ("empty file", "there is nothing in it"),
}


def expected(folder: Path, base: datetime, heard: Mapping[str, Heard], tools: Mapping[str, str]) -> dict[str, Any]:
    """Give the whole answer sheet for the samples that lie in the folder."""
    sessions: dict[str, Any] = {}
    for sample in (*CALLS, GROWING):
        sessions[f"call-{sample.call.id}"] = _call(folder, sample, base, heard[str(sample.call.id)])
    for key, (shows, why) in BROKEN.items():
        sessions[key] = {"shows": shows, "outcome": "refused", "reason": "unreadable", "why": why}
    for chat in CHATS:
        sessions[f"chat-{chat.chat.id}"] = expected_chat(chat, base)
    after = dict.fromkeys(AFTER_LATE, "delivered")
    return {
        "base": base.isoformat().replace("+00:00", "Z"),
        "made_with": dict(tools),
        "tenant": "acme",
        "runs": {
            "first": _first(sessions),
            "second": _again(sessions, {}),
            "after_late": _again(sessions, after),
            "after_growing": _again({**sessions, **_delivered(sessions)}, {"call-1440": "delivered"}),
        },
        "sessions": sessions,
    }


def _delivered(sessions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {key: {**sessions[key], "outcome": "delivered", "reason": None} for key in AFTER_LATE}


def _first(sessions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    outcomes = Counter(session["outcome"] for session in sessions.values())
    reasons = Counter(session["reason"] for session in sessions.values() if session["reason"])
    delivered = [session for session in sessions.values() if session["outcome"] == "delivered"]
    return _counts(outcomes, reasons, delivered)


def _again(sessions: Mapping[str, Mapping[str, Any]], now: Mapping[str, str]) -> dict[str, Any]:
    """Count a later run: what is held stays held unless it goes now, all else is unchanged."""
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for key, session in sessions.items():
        outcome = now.get(key) or ("held" if session["outcome"] == "held" else "unchanged")
        outcomes[outcome] += 1
        if outcome == "held":
            reasons[session["reason"]] += 1
    return _counts(outcomes, reasons, [sessions[key] for key in now])


def _counts(outcomes: Counter[str], reasons: Counter[str], delivered: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ("unchanged", "delivered", "held", "skipped", "refused")
    sent = [session["audio"] for session in delivered if "audio" in session]
    return {
        "seen": sum(outcomes.values()),
        **{name: outcomes[name] for name in names},
        "audio_uploaded": len(sent),
        "bytes_uploaded": sum(audio["bytes"] for audio in sent),
        "reasons": dict(sorted(reasons.items())),
        "exit_code": 3 if outcomes["refused"] else 0,
    }


def _call(folder: Path, sample: CallSample, base: datetime, heard: Heard) -> dict[str, Any]:
    call = sample.call
    result: dict[str, Any] = {
        "shows": call.shows,
        "outcome": sample.outcome,
        "reason": sample.reason,
        "why": sample.why,
    }
    later = f"call-{call.id}" in {*AFTER_LATE, "call-1440"}
    if sample.outcome == "delivered" or later:
        name = "conversation" if sample.outcome == "delivered" else "conversation_later"
        result[name] = _conversation(call, sample, base, heard)
        result["audio"] = _audio(folder, sample, heard)
    return result


def _conversation(call: Call, sample: CallSample, base: datetime, heard: Heard) -> dict[str, Any]:
    agent, name, email, team = SENT_AS[call.parts[-1].agent]
    started = base - call.ended - timedelta(seconds=heard.seconds)
    channels = {"audioChannels": "Mono2Speaker"} if sample.coding in MONO else {}
    return {
        "externalIdentity": f"acme-call-{call.id}",
        "agentId": agent,
        "agentName": name,
        "agentEmail": email,
        "team": TEAM_THEN.get(call.id, team),
        "dateTime": started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "subject": call.menu_of(len(call.parts) - 1) or "Call",
        "customer": _customer(call.phone),
        "status": "finished",
        "hasConsent": True,
        **(channels or {"audioChannels": "Stereo", "salesPersonAudioChannel": 2}),
        "labels": _in_line(_labels(call)),
        **_properties(call, heard),
        "segments": [_in_line([span.start, span.end - span.start]) for span in _segments(heard)],
    }


def _labels(call: Call) -> list[str]:
    transferred = ["Transferred"] if len(call.parts) > 1 else []
    virtual = ["Virtual agent"] if call.virtual_agent_seconds else []
    return ["Outbound" if "Outbound" in call.type else "Inbound", *transferred, *virtual, call.lang]


def _properties(call: Call, heard: Heard) -> dict[str, Any]:
    """Give what the shipped mapping puts into the properties; a property without a value is left out."""
    queued = bool(call.wait_seconds and call.menu)
    waited = [call.wait_seconds, *(part.wait_before for part in call.parts[1:])] if queued else []
    values = {
        "customProp1": call.root.get("out_ticket_id"),
        "customProp2": ("in_sla" if waited[-1] <= TARGET_SECONDS else "not_in_sla") if waited else None,
        "customProp3": "end_user",
        "customProp4": None if "Outbound" in call.type else "+12125550100",
        "customProp5": call.contact,
        "customNumberProp1": sum(waited),
        "customNumberProp2": sum(hold.end - hold.start for hold in heard.holds),
        "customNumberProp3": int(call.survey[0]) if call.survey else None,
        # the first leg began three seconds before the recording
        "customNumberProp4": sum(leg.end - leg.start for leg in heard.legs) + 3,
    }
    return {name: value for name, value in values.items() if value is not None}


def _in_line(values: Sequence[int | str]) -> CommentedSeq:
    line = CommentedSeq(values)
    line.fa.set_flow_style()
    return line


def _customer(phone: str | None) -> str:
    return phone.replace(" ", "").replace("-", "") if phone and phone.startswith("+") else "anonymous"


def _segments(heard: Heard) -> list[Span]:
    """Give the legs without the redacted seconds."""
    kept = list(heard.legs)
    for cut in heard.redactions:
        pieces = [(Span(leg.start, min(leg.end, cut.start)), Span(max(leg.start, cut.end), leg.end)) for leg in kept]
        kept = [piece for pair in pieces for piece in pair if piece.end > piece.start]
    return sorted(set(kept), key=lambda span: span.start)


def _audio(folder: Path, sample: CallSample, heard: Heard) -> dict[str, Any]:
    names = [sample.recording.format(id=sample.call.id, part=part) for part in (1, 2)] if sample.recording else []
    files = [folder / name for name in dict.fromkeys(names)]
    # parts are joined: what is sent has one header and all samples
    content = voices.encode_wav(heard.samples) if sample.coding == "parts" else files[0].read_bytes()
    return {
        "files": [str(path.relative_to(folder)) for path in files],
        "content_type": "audio/mpeg" if sample.coding in ("mp3", "mono") else "audio/wav",
        "seconds": math.floor(heard.seconds),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
