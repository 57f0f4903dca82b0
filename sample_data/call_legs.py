"""Write what a call's metadata says of its legs, queues, recording and survey."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sample_data.call_model import MENUS, VIRTUAL_AGENT, Call, Timing, iso

__all__ = [
    "consumer",
    "handled_by",
    "menu_time",
    "queues_of",
    "recording",
    "survey",
    "virtual",
    "wrap_up",
]

CONNECTING_SECONDS = 4
TARGET_SECONDS = 60


def handled_by(call: Call, time: Timing, ids: Iterator[int]) -> list[dict[str, Any]]:
    """Give one entry per leg, and one per wrap-up before the last leg's."""
    entries = []
    for number, span in enumerate(time.legs):
        start, end = time.leg_started(number), time.at(span.end)
        held = sum(hold.end - hold.start for hold in time.holds if span.start <= hold.start < span.end)
        entry = _leg(call, number, ids) | {
            "call_duration": int((end - start).total_seconds()),
            "hold_duration": held,
            "assigned_connection_duration": CONNECTING_SECONDS,
            "started_at": iso(start),
            "ended_at": iso(end),
        }
        entries.append(entry)
        if number + 1 < len(time.legs):
            entries.append(wrap_up(call, number, time.at(span.end), 3, ids))
    return entries


def wrap_up(call: Call, number: int, start: Any, seconds: int, ids: Iterator[int]) -> dict[str, Any]:
    """Give the entry of its own that a leg's wrap-up has."""
    return _leg(call, number, ids) | {
        "acw_duration": seconds,
        "started_at": iso(start),
        "ended_at": iso(start + timedelta(seconds=seconds)),
    }


def _leg(call: Call, number: int, ids: Iterator[int]) -> dict[str, Any]:
    menu = call.menu_of(number)
    return {
        "id": next(ids),
        "agent_id": call.parts[number].agent,
        "acw_duration": 0,
        "bcw_duration": 0,
        "call_duration": 0,
        "hold_duration": None,
        "menu_path_id": MENUS[menu][0] if menu else None,
        "menu_path": menu,
        "lang": call.lang,
        "barged": False,
        "transfer": number > 0,
        "transfer_id": call.id + number if number else None,
        "transfer_cold": True if number else None,
        "scheduled_at": None,
        "assigned_connection_duration": 0,
        "started_at": None,
        "ended_at": None,
    }


def queues_of(call: Call, time: Timing, ids: Iterator[int]) -> list[dict[str, Any]]:
    """Give one entry per time the customer stood in a queue."""
    later = zip(time.legs, call.parts[1:], strict=False)
    waits = [(time.queued, call.wait_seconds), *((time.at(leg.end), part.wait_before) for leg, part in later)]
    entries = []
    for number, (start, seconds) in enumerate(waits):
        menu = call.menu_of(number) or ""
        entry = {
            "id": next(ids),
            "agent_id": call.parts[number].agent if call.parts else None,
            "lang": call.lang,
            "menu_path_id": MENUS[menu][0],
            "menu_path": menu,
            "queue_duration": seconds,
            "transfer": number > 0,
            "transfer_id": call.id + number if number else None,
            "transfer_cold": True if number else None,
            "service_level_event": "in_sla" if seconds <= TARGET_SECONDS else "not_in_sla",
            "service_level_target_percent": 90,
            "service_level_target_time": TARGET_SECONDS,
            "service_level_abandon_time_threshold": 8,
            "started_at": iso(start),
            "ended_at": iso(start + timedelta(seconds=seconds)),
        }
        entries.append(entry)
    return entries


def recording(call: Call, time: Timing, number: int) -> dict[str, Any]:
    """Give the one recording of the call with its redaction pauses."""
    pauses = []
    for pause in time.redactions:
        agent = next(part.agent for part, leg in zip(call.parts, time.legs, strict=True) if pause.start < leg.end)
        pauses.append(
            {
                "start": iso(time.at(pause.start)),
                "start_agent_id": agent,
                "end": iso(time.at(pause.end)),
                "end_agent_id": agent,
                "duration": pause.end - pause.start - 0.06,
            }
        )
    return {
        "id": number,
        "call_id": call.id,
        "conference_sid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://acme.example/conference/{call.id}")),
        "recording_type": "default",
        "started_at": iso(time.recording),
        "ended_at": None,
        "redaction_times": pauses,
    }


def virtual(call: Call, time: Timing, number: int) -> list[dict[str, Any]]:
    """Give the virtual agent's entry; it escalated where a human took over."""
    start = time.va_started(call)
    return [
        {
            "id": number,
            "virtual_agent": VIRTUAL_AGENT,
            "call_duration": call.virtual_agent_seconds,
            "escalation_reason": "by_virtual_agent" if call.parts else "unknown",
            "finish_reason": "escalated" if call.parts else "resolved",
            "sentiment": 52,
            "response_count": 3,
            "fallback_response_count": 0,
            "initiated_by": "end_user",
            "menu_path_id": 30,
            "menu_path": "VA",
            "lang": call.lang,
            "transfer": False,
            "transfer_id": None,
            "started_at": iso(start),
            "ended_at": iso(start + timedelta(seconds=call.virtual_agent_seconds)),
        }
    ]


def consumer(call: Call, time: Timing, number: int, held: int) -> list[dict[str, Any]]:
    """Give the whole leg of the end user."""
    start = time.leg_started(0) if "Outbound" in call.type else time.created
    seconds = int((time.ends - start).total_seconds())
    ends = {"started_at": iso(start), "ended_at": iso(time.ends)}
    return [{"id": number, "call_duration": seconds, "hold_duration": held, **ends}]


def menu_time(call: Call, time: Timing, number: int) -> list[dict[str, Any]]:
    """Give the time the customer spent in the menu before the virtual agent or the queue."""
    end = time.va_started(call) if call.virtual_agent_seconds else time.queued
    seconds = int((end - time.created).total_seconds())
    where = {"menu_path_id": None, "menu_path": None, "lang": call.lang}
    ends = {"started_at": iso(time.created), "ended_at": iso(end)}
    return [{"id": number, "duration": seconds, "event": "finished", **where, **ends}]


def survey(call: Call, time: Timing, number: int) -> list[dict[str, Any]]:
    """Give the time the customer spent in the survey after the call."""
    menu = call.menu_of(len(call.parts) - 1) or ""
    where = {"menu_path_id": MENUS[menu][0], "menu_path": menu, "lang": call.lang}
    ends = {"started_at": iso(time.ends + timedelta(seconds=1)), "ended_at": iso(time.ends + timedelta(seconds=11))}
    return [{"id": number, "type": "csat", "duration": 10, "event": "finished", **where, **ends}]
