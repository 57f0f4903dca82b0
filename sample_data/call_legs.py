"""Write what a call's metadata says of its legs, queues, transfers and people."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sample_data.call_model import MENUS, VIRTUAL_AGENT, Call, Timing, iso
from sample_data.people import AGENTS, Agent

__all__ = [
    "agent_info",
    "consumer",
    "handled_by",
    "menu_path",
    "menu_time",
    "participants",
    "queues_of",
    "recording",
    "transfers",
    "va_started",
    "virtual",
    "wrap_up",
]

CONNECTING_SECONDS = 4


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
    waits = [(time.queued, call.wait_seconds)]
    for number in range(1, len(time.legs)):
        waits.append((time.at(time.legs[number - 1].end), call.parts[number].wait_before))
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
            "service_level_event": "in_sla" if seconds <= 60 else "not_in_sla",
            "service_level_target_percent": 90,
            "service_level_target_time": 60,
            "service_level_abandon_time_threshold": 8,
            "started_at": iso(start),
            "ended_at": iso(start + timedelta(seconds=seconds)),
        }
        entries.append(entry)
    return entries


def transfers(call: Call, time: Timing, ids: Iterator[int]) -> list[dict[str, Any]]:
    """Give one entry per hand-over from one agent to the next."""
    entries = []
    for number in range(1, len(time.legs)):
        left, taken = time.at(time.legs[number - 1].end), time.leg_started(number)
        next(ids)
        entry = {
            "id": call.id + number,
            "status": "transferred",
            "fail_reason": "nothing",
            "created_at": iso(left),
            "assigned_at": iso(taken - timedelta(seconds=1)),
            "connected_at": iso(taken),
            "updated_at": iso(time.at(time.legs[number].end)),
            "call_duration": time.legs[number].end - time.legs[number].start,
            "wait_duration": call.parts[number].wait_before,
            "deflection": "no_deflection",
            "answer_type_path": "manual_to_manual",
            "from_menu_path": menu_path(call.menu_of(number - 1) or ""),
            "to_menu_path": menu_path(call.menu_of(number) or ""),
            "from_agent": agent_info(AGENTS[call.parts[number - 1].agent]),
            "to_agent": agent_info(AGENTS[call.parts[number].agent]),
            "from_virtual_agent": None,
            "to_virtual_agent": None,
            "from_queue_priority_level": 0,
            "to_queue_priority_level": 0,
        }
        entries.append(entry)
    return entries


def participants(call: Call, time: Timing, ids: Iterator[int]) -> list[dict[str, Any]]:
    """Give one row per leg: the customer, the virtual agent, each human agent as often as he had the call."""
    first = time.leg_started(0) if "Outbound" in call.type else time.created
    rows = [_row(call, "end_user", (first, time.ends), ids) | {"phone_number": call.phone}]
    rows[0]["end_user_id"] = call.end_user_id
    if call.virtual_agent_seconds:
        start = va_started(call, time)
        row = _row(call, "virtual_agent", (start, start + timedelta(seconds=call.virtual_agent_seconds)), ids)
        row |= {"virtual_agent_id": 6, "virtual_agent": {"conversation_id": f"{call.id}HyExample"}}
        ani = {"ani": call.phone, "dnis": "+12125550100", "queue_id": 25, "call_id": call.id}
        rows.append(row | {"virtual_agent_params": ani})
    for number, span in enumerate(time.legs):
        agent = AGENTS[call.parts[number].agent]
        row = _row(call, "agent", (time.leg_started(number), time.at(span.end)), ids) | {"user_id": agent.id}
        names = {"email": agent.email, "first_name": agent.first_name, "last_name": agent.last_name}
        rows.append(row | names | {"middle_name": None, "teams": [], "location": None, "location_id": None})
    return rows


def _row(call: Call, kind: str, span: tuple[Any, Any], ids: Iterator[int]) -> dict[str, Any]:
    return {
        "id": next(ids),
        "type": kind,
        "entry_type": "queue_or_transfer",
        "user_id": None,
        "end_user_id": None,
        "virtual_agent_id": None,
        "status": "finished",
        "fail_reason": "nothing",
        "call_id": call.id,
        "call_duration": int((span[1] - span[0]).total_seconds()),
        "hold_duration": None if kind == "virtual_agent" else 0,
        "connected_at": iso(span[0]),
        "ended_at": iso(span[1]),
        "sip_headers": None,
        "agent_assist": None,
        "virtual_agent": None,
        "adapter_fail_code": None,
        "adapter_fail_message": None,
    }


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


def va_started(call: Call, time: Timing) -> Any:
    """Give the moment the virtual agent took the call: before the queue."""
    return time.queued - timedelta(seconds=call.virtual_agent_seconds + 2)


def virtual(call: Call, time: Timing, number: int) -> list[dict[str, Any]]:
    """Give the virtual agent's entry; it escalated where a human took over."""
    start = va_started(call, time)
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
    end = va_started(call, time) if call.virtual_agent_seconds else time.queued
    seconds = int((end - time.created).total_seconds())
    where = {"menu_path_id": None, "menu_path": None, "lang": call.lang}
    ends = {"started_at": iso(time.created), "ended_at": iso(end)}
    return [{"id": number, "duration": seconds, "event": "finished", **where, **ends}]


def menu_path(menu: str) -> dict[str, Any]:
    """Give a menu path as it stands at the root and in transfers."""
    return {"items_count": menu.count("/") + 1, "name": menu, "materialized_path": MENUS[menu][1]}


def agent_info(agent: Agent) -> dict[str, Any]:
    """Give a human agent as `agent_info` and transfers show one."""
    return {
        "id": agent.id,
        "agent_number": agent.number,
        "email": agent.email,
        "name": agent.name,
        "last_name": agent.last_name,
        "first_name": agent.first_name,
        "avatar_url": f"https://avatar.example.com/user/{agent.id}.png",
    }
