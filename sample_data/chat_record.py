"""Write the metadata and the transcript of a chat as the CCAI Platform exports them."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from sample_data.call_model import VIRTUAL_AGENT, iso
from sample_data.call_people import agent_info
from sample_data.chat_model import Chat
from sample_data.people import AGENTS

__all__ = ["json_transcript", "record", "text_transcript"]

MENU_ID = 13
WAIT_SECONDS = 5
TARGET_SECONDS = 60


UNTOLD: dict[str, Any] = {
    "rating": None,
    "has_feedback": False,
    "feedback": None,
    "verified": False,
    "fail_reason": None,
    "disconnected_by": None,
    "out_ticket_id": None,
    "out_ticket_url": None,
}
"""What an ordinary chat has nothing to say of."""


def record(chat: Chat, base: datetime) -> dict[str, Any]:
    """Give the whole metadata of a chat; an abandoned one has no agent."""
    began, ends = chat.began(base), chat.ends(base)
    queued = began + timedelta(seconds=chat.virtual_agent_seconds)
    taken = queued + timedelta(seconds=WAIT_SECONDS + 2)
    agent = AGENTS[chat.agent] if chat.agent else None
    menu = {"id": MENU_ID, "name": chat.menu, "parent_id": None, "position": 3, "deleted": False, "hidden": False}
    waited = WAIT_SECONDS if agent else int((ends - queued).total_seconds())
    photos = [int(entry.text) for entry in chat.entries if entry.kind == "photo"]
    body: dict[str, Any] = {
        "id": chat.id,
        "chat_uuid": None,
        "lang": chat.lang,
        "chat_type": chat.type,
        "session_type": chat.type,
        "session_type_v2": chat.type_v2 or chat.type,
        "status": "finished",
        "sub_status": None,
        "created_at": iso(began),
        "assigned_at": iso(taken - timedelta(seconds=2)) if agent else None,
        "ends_at": iso(ends),
        "updated_at": iso(ends + chat.updated),
        "wait_duration": waited,
        "queue_duration": waited,
        "chat_duration": int((ends - taken).total_seconds()) if agent else 0,
        **UNTOLD,
        "selected_menu": menu | {"menu_type": "web_menu", "output_msg": None},
        "menu_path": {"items_count": 1, "name": chat.menu, "materialized_path": str(MENU_ID)},
        "agent_info": agent_info(agent) if agent else None,
        "end_user": {"id": chat.id % 500 + 10, "identifier": chat.identifier, "out_contact_id": None},
        "photos": [{"id": photo, "photo_type": "example_photo", "url": None} for photo in photos],
        "videos": [],
        **_stretches(chat, (began, queued, taken, ends), waited),
        "consumer_event_durations": [],
    }
    return {**body, **chat.root}


def _stretches(chat: Chat, moments: tuple[datetime, ...], waited: int) -> dict[str, Any]:
    """Give who took part and for how long; the ids count on from one to the next."""
    began, queued, taken, ends = moments
    ids = itertools.count(chat.id * 100)
    return {
        "transfers": [],
        "participants": _participants(chat, moments, ids),
        "queue_durations": [_queue(chat, queued, waited, ids)],
        "handle_durations": [_handled(chat, taken, ends, ids)] if chat.agent else [],
        "consumer_handle_durations": [_consumer(chat, began, ends, ids)],
        "virtual_agent_handle_durations": [_virtual(chat, began, ids)] if chat.virtual_agent_seconds else [],
    }


def _participants(chat: Chat, moments: tuple[datetime, ...], ids: "itertools.count[int]") -> list[dict[str, Any]]:
    began, queued, taken, ends = moments
    customer = _row(chat, "end_user", (began, ends), ids)
    rows = [customer | {"end_user_id": chat.id % 500 + 10, "phone_number": chat.phone}]
    if chat.virtual_agent_seconds:
        row = _row(chat, "virtual_agent", (began, queued), ids)
        rows.append(row | {"virtual_agent_id": 6, "virtual_agent": {"conversation_id": f"{chat.id}HyExample"}})
    if chat.agent:
        agent = AGENTS[chat.agent]
        names = {"email": agent.email, "first_name": agent.first_name, "last_name": agent.last_name}
        place: dict[str, Any] = {"middle_name": None, "teams": [], "location": None, "location_id": None}
        rows.append(_row(chat, "agent", (taken, ends), ids) | {"user_id": agent.id} | names | place)
    return rows


def _row(chat: Chat, kind: str, span: tuple[datetime, datetime], ids: "itertools.count[int]") -> dict[str, Any]:
    return {
        "id": next(ids),
        "type": kind,
        "entry_type": "queue_or_transfer",
        "user_id": None,
        "end_user_id": None,
        "virtual_agent_id": None,
        "sip_headers": None,
        "chat_id": chat.id,
        "status": "finished",
        "chat_duration": int((span[1] - span[0]).total_seconds()),
        "fail_reason": None,
        "connected_at": iso(span[0]),
        "finished_at": iso(span[1]),
        "virtual_agent": None,
        "agent_assist": {"spelling_and_grammar_check": {}},
    }


def _where(chat: Chat) -> dict[str, Any]:
    return {"menu_path_id": MENU_ID, "menu_path": chat.menu, "lang": chat.lang, "transfer": False, "transfer_id": None}


def _queue(chat: Chat, queued: datetime, waited: int, ids: "itertools.count[int]") -> dict[str, Any]:
    return {
        "id": next(ids),
        "agent_id": chat.agent,
        **_where(chat),
        "queue_duration": waited,
        "transfer_cold": None,
        "service_level_event": "in_sla" if waited <= TARGET_SECONDS else "not_in_sla",
        "service_level_target_percent": 90,
        "service_level_target_time": TARGET_SECONDS,
        "service_level_abandon_time_threshold": 10,
        "started_at": iso(queued),
        "ended_at": iso(queued + timedelta(seconds=waited)),
    }


def _handled(chat: Chat, taken: datetime, ends: datetime, ids: "itertools.count[int]") -> dict[str, Any]:
    answers = sum(1 for entry in chat.entries if entry.role == "agent")
    return {
        "id": next(ids),
        "agent_id": chat.agent,
        "acw_duration": 0,
        "chat_duration": int((ends - taken).total_seconds()),
        **_where(chat),
        "response_count": answers,
        "response_time_total": answers * 8,
        "response_time_max": 12,
        "response_time_avg": "8.0",  # a string here, a number for the consumer: so the platform writes it
        "assigned_connection_duration": 2,
        "started_at": iso(taken),
        "ended_at": iso(ends),
    }


def _consumer(chat: Chat, began: datetime, ends: datetime, ids: "itertools.count[int]") -> dict[str, Any]:
    written = sum(1 for entry in chat.entries if entry.role == "end_user")
    return {
        "id": next(ids),
        "chat_duration": int((ends - began).total_seconds()),
        "message_count": written,
        "response_count": written,
        "response_time_total": written * 6,
        "response_time_max": 9,
        "response_time_avg": 6.0,
        "started_at": iso(began),
        "ended_at": iso(ends),
    }


def _virtual(chat: Chat, began: datetime, ids: "itertools.count[int]") -> dict[str, Any]:
    return {
        "id": next(ids),
        "virtual_agent": VIRTUAL_AGENT,
        "chat_duration": chat.virtual_agent_seconds,
        "escalation_reason": "by_virtual_agent",
        "finish_reason": "escalated",
        "sentiment": 48,
        "response_count": 2,
        "fallback_response_count": 0,
        "initiated_by": "end_user",
        **_where(chat),
        "started_at": iso(began),
        "ended_at": iso(began + timedelta(seconds=chat.virtual_agent_seconds)),
    }


def text_transcript(chat: Chat, base: datetime) -> str:
    """Give the transcript as text; the real layout of its lines is documented nowhere, this one is made up."""
    lines = []
    for entry in chat.entries:
        moment = chat.began(base) + timedelta(seconds=entry.second)
        name = AGENTS[chat.agent].name if entry.role == "agent" and chat.agent else "Customer"
        lines.append(f"[{moment:%Y-%m-%d %H:%M:%S %z}] {name}: {entry.text}\n")
    return "".join(lines)


def json_transcript(chat: Chat, base: datetime) -> dict[str, Any]:
    """Give the transcript in its documented JSON form, times in seconds since 1970."""
    began = chat.began(base)
    agent = AGENTS[chat.agent].name if chat.agent else ""
    names = {"agent": {"name": agent}, "virtual_agent": {"name": VIRTUAL_AGENT["name"]}}
    entries = [
        {
            "timestamp": int(began.timestamp()) + entry.second,
            "type": entry.kind,
            "role": entry.role,
            "user_data": names.get(entry.role, {}),
            "body": {"type": entry.kind} | _content(entry, chat.lang),
        }
        for entry in chat.entries
    ]
    taken = began + timedelta(seconds=chat.virtual_agent_seconds + WAIT_SECONDS)
    return {
        "comm_type": "chat",
        "comm_id": chat.id,
        "transcript_version": "1.0",
        "assigned_at": iso(taken),
        "timezone": "America/Los_Angeles",
        "entries": entries,
    }


def _content(entry: Any, lang: str) -> dict[str, Any]:
    if entry.kind == "photo":
        return {"media_id": int(entry.text)}
    if entry.kind == "noti":
        return {}
    if entry.kind.startswith("example_"):
        return {"anything": entry.text}
    return {"content": entry.text} | ({"lang": lang} if entry.kind == "text" else {})
