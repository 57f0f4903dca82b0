"""State what must become of every chat: the case with its messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ruamel.yaml.comments import CommentedMap

from sample_data.chat_model import Chat, ChatSample, Entry
from sample_data.chat_record import WAIT_SECONDS
from sample_data.people import SENT_AS

__all__ = ["expected_chat"]

WITH_TEXT = ("text", "text_template", "markdown")


def expected_chat(sample: ChatSample, base: datetime) -> dict[str, Any]:
    """Give the chat's part of the answer sheet; the case, where there is anything to send now or later."""
    chat = sample.chat
    result: dict[str, Any] = {
        "shows": chat.shows,
        "outcome": sample.outcome,
        "reason": sample.reason,
        "why": sample.why,
    }
    if chat.entries:
        result["case" if sample.outcome == "delivered" else "case_later"] = _case(sample, base)
    return result


def _case(sample: ChatSample, base: datetime) -> dict[str, Any]:
    chat = sample.chat
    uid = f"acme-chat-{chat.id}"
    # a plain text tells a name, JSON none: then the job's stand-in fills it
    customer = "Customer" if (sample.transcript or "").endswith(".txt") else "Unknown"
    return {
        "caseUid": uid,
        "source": "CCAI Platform",
        "created": _utc(chat.began(base)),
        "updated": _utc(chat.ends(base) + chat.updated),
        "subject": chat.menu,
        "inbox": chat.menu,
        "status": "finished",
        "tags": _tags(chat),
        "customFields": _custom_fields(chat),
        "messages": [
            {
                "messageUid": f"{uid}-{number}",
                "created": _utc(chat.began(base) + timedelta(seconds=entry.second)),
                "direction": "Inbound" if entry.role == "end_user" else "Outbound",
                "from": _sender(entry, chat, customer),
            }
            for number, entry in enumerate(chat.entries, 1)
            if entry.role != "system" and entry.kind in WITH_TEXT
        ],
    }


def _tags(chat: Chat) -> list[str]:
    virtual = ["Virtual agent"] if chat.virtual_agent_seconds else []
    return ["SMS" if "SMS" in chat.type else "Web", *virtual, chat.lang]


def _custom_fields(chat: Chat) -> dict[str, str]:
    _, name, _, team = SENT_AS[chat.agent or 0]
    contact = {"contact": chat.identifier} if chat.identifier else {}
    talked = chat.seconds - chat.virtual_agent_seconds - WAIT_SECONDS - 2
    return {**contact, "agent": name, "team": team, "waitSeconds": str(WAIT_SECONDS), "chatSeconds": str(talked)}


def _sender(entry: Entry, chat: Chat, customer: str) -> CommentedMap:
    if entry.role == "end_user":
        told = {"name": customer, "email": "unknown@acme.example"}
    elif entry.role == "virtual_agent":
        told = {"id": "va:6", "name": "front_door_va", "email": "unknown@acme.example"}
    else:
        number, name, email, _ = SENT_AS[chat.agent or 0]
        told = {"id": number, "name": name, "email": email}
    line = CommentedMap(told)
    line.fa.set_flow_style()
    return line


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
