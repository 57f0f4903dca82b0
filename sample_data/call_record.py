"""Write the metadata of a call as the CCAI Platform exports it, around the recording's real length."""

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

from sample_data import call_legs as legs
from sample_data.call_model import MENUS, VIRTUAL_AGENT, Call, Timing, iso
from sample_data.call_people import agent_info, menu_path, participants, transfers
from sample_data.people import AGENTS

__all__ = ["record"]


ENDED: dict[str, Any] = {
    "voicemail_reason": "not_voicemail",
    "deflection": "no_deflection",
    "deflection_details": [],
    "disconnected_by": "disconnected_by_end_user",
    "finish_reason": "no_reason",
    "fail_reason": "nothing",
    "fail_details": None,
    "in_queue_wait_time_va": None,
    "automation_redirection": None,
}
"""How an ordinary call ends."""


def record(call: Call, time: Timing, *, reexport: bool = True) -> dict[str, Any]:
    """Give the whole metadata of a call; the first export lacks the last wrap-up and everything of the survey."""
    ids = itertools.count(call.id * 100)
    handled = legs.handled_by(call, time, ids) if call.parts else []
    updated = time.ends + (call.updated if reexport else timedelta(seconds=12))
    queues = legs.queues_of(call, time, ids) if call.wait_seconds and call.menu else []
    body = _root(call, time, updated)
    body |= _durations(handled, queues)
    body |= _people(call)
    body["participants"] = participants(call, time, ids)
    body["recordings"] = [legs.recording(call, time, next(ids))] if call.parts else []
    body["queue_durations"] = queues
    body["transfers"] = transfers(call, time, ids)
    body["handle_durations"] = handled
    body["virtual_agent_handle_durations"] = legs.virtual(call, time, next(ids)) if call.virtual_agent_seconds else []
    body["virtual_agent_deflected_escalations"] = []
    body["consumer_handle_durations"] = legs.consumer(call, time, next(ids), body["hold_duration"] or 0)
    body["consumer_in_menu_durations"] = legs.menu_time(call, time, next(ids)) if call.menu else []
    body["consumer_event_durations"] = legs.survey(call, time, next(ids)) if call.survey else []
    if call.parts and reexport:  # last, so that both exports give everything else the same ids
        handled.append(legs.wrap_up(call, len(call.parts) - 1, time.ends, 90, ids))
    if call.survey and reexport:
        body |= {"rating": call.survey[0], "has_feedback": True, "feedback": call.survey[1]}
    return body | call.root


def _root(call: Call, time: Timing, updated: datetime) -> dict[str, Any]:
    answered, outbound = bool(call.parts), "Outbound" in call.type
    url = f"https://storage.googleapis.com/example-bucket/ujet-voice-recordings/call-{call.id}.mp3"
    return {
        "id": call.id,
        "parent_id": None,
        "call_uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://acme.example/call/{call.id}")),
        "lang": call.lang,
        "call_type": call.type,
        "session_type": call.type,
        "session_type_v2": call.type_v2 or call.type,
        "status": "finished",
        "sub_status": None,
        **_moments(call, time, updated),
        "wait_duration": 0,
        "queue_duration": 0,
        "call_duration": 0,
        "hold_duration": None,
        "rating": None,
        "has_feedback": False,
        "feedback": None,
        "voip_provider": "deprecated",
        "out_ticket_id": None,
        "out_ticket_url": None,
        "is_out_ticket_account": False,
        "verified": False,
        "recording_url": url if answered else None,
        "recording_permission": call.permission,
        **ENDED,
        "answer_type": "manual" if answered else None,
        "offer_type": None,
        "offer_events": [],
        "support_number": None if outbound else "+12125550100",
        "outbound_number": "+1 212-555-0100" if outbound else None,
    }


def _moments(call: Call, time: Timing, updated: datetime) -> dict[str, Any]:
    answered = bool(call.parts)
    connected = time.va_started(call) if call.virtual_agent_seconds else time.leg_started(0) if answered else None
    queued = time.queued if call.wait_seconds and call.menu else None
    return {
        "created_at": iso(time.created),
        "queued_at": iso(queued),
        "assigned_at": iso(time.recording - timedelta(seconds=7)) if answered else None,
        "connected_at": iso(connected),
        "ends_at": iso(time.ends),
        "scheduled_at": iso(time.ends - call.scheduled) if call.scheduled is not None else None,
        "updated_at": iso(updated),
    }


def _durations(handled: list[dict[str, Any]], queues: list[dict[str, Any]]) -> dict[str, Any]:
    waited = sum(queue["queue_duration"] for queue in queues)
    talked = sum(leg["call_duration"] + leg["acw_duration"] for leg in handled)
    held = sum(leg["hold_duration"] or 0 for leg in handled)
    connecting = handled[0]["assigned_connection_duration"] if handled else 0
    return {
        "wait_duration": waited,
        "queue_duration": waited,
        "call_duration": talked + connecting,
        "hold_duration": held if handled else None,
    }


def _people(call: Call) -> dict[str, Any]:
    path = call.menu_of(len(call.parts) - 1)
    menu = None
    if path:
        menu = {
            "id": MENUS[path][0],
            "name": path.rpartition("/")[2],
            "parent_id": 6 if "/" in path else None,
            "position": 1,
            "deleted": False,
            "hidden": False,
            "menu_type": "ivr_menu",
            "output_msg": None,
        }
    agent = agent_info(AGENTS[call.parts[-1].agent]) if call.parts else None
    return {
        "selected_menu": menu,
        "menu_path": menu_path(path) if path else None,
        "agent_info": agent or (VIRTUAL_AGENT if call.virtual_agent_seconds else None),
        "end_user": {"id": call.end_user_id, "identifier": None, "out_contact_id": call.contact},
        "photos": [],
        "videos": [],
    }
