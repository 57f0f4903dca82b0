"""Write what a call's metadata says of the people in it: who took part, who handed over to whom."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sample_data.call_model import MENUS, Call, Timing, iso
from sample_data.people import AGENTS, Agent

__all__ = ["agent_info", "menu_path", "participants", "transfers"]


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
        start = time.va_started(call)
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
