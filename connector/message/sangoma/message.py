"""Read a message of Sangoma CX: which way it went, between whom, and what it says; and whether it may go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connector.errors import SkipError
from connector.message.layout import button_line, card_lines, file_lines, joined, table, written
from connector.message.model import Act, Event
from connector.message.sangoma.conversation import case_id, customer_of, person, updated_at
from connector.reason import Code, Verdict
from connector.session.field import rows, word
from connector.session.moment import read_moment

__all__ = ["read_message"]

TYPES: Final = {"0": "incoming", "1": "outgoing", "2": "activity", "3": "template"}
"""The numbers that stand for the words inside `conversation.messages`, and on the documentation page everywhere."""
DIRECTIONS: Final = {"incoming": "Inbound", "outgoing": "Outbound", "template": "Outbound"}
ACTIVITY: Final = "activity"
CREATED: Final = "message_created"
TRUE: Final = frozenset({"true", "1"})
SYSTEM: Final = {"id": "system", "name": "System"}


def read_message(body: dict[str, Any], received_at: datetime, *, notes: tuple[str, ...], with_notes: bool) -> Event:
    """Give the event of a message that was written or changed; `with_notes` lets internal notes go.

    Raises SkipError(UNREADABLE) where it names no conversation or has no id.
    """
    case, message = case_id(body), word(body.get("id"))
    if case is None or message is None:
        raise SkipError(Code.UNREADABLE, "the message names no conversation" if case is None else "it has no id")
    within = _within(body, message)
    kind = _kind(body) or _kind(within)
    at = read_moment(body.get("created_at")) or read_moment(within.get("created_at")) or received_at
    conversation = {**table(body.get("conversation")), "id": case}
    moment = max(at, updated_at(conversation) or at)
    record = {
        **body,
        "message_type": kind,
        "created_at": at.isoformat(),
        "conversation": conversation,
        "updated": moment.isoformat(),
        **_ends(body, kind),
        "text": _text(body),
    }
    act, verdict = _judge(body, within, kind, with_notes=with_notes)
    return Event(
        act,
        case,
        message,
        record,
        at,
        case_updated_at=moment,
        notes=(*notes, *_repairs(body, kind, record["text"])),
        verdict=verdict,
        is_first=word(body.get("event")) == CREATED,
    )


def _within(body: Mapping[str, Any], message: str) -> Mapping[str, Any]:
    """Give the same message as the conversation tells it, in other types."""
    found = (one for one in rows(table(body.get("conversation")), "messages") if word(one.get("id")) == message)
    return next(found, {})


def _kind(message: Mapping[str, Any]) -> str | None:
    told = word(message.get("message_type"))
    return TYPES.get(told, told.lower()) if told else None


def _judge(
    body: Mapping[str, Any], within: Mapping[str, Any], kind: str | None, *, with_notes: bool
) -> tuple[Act, Verdict | None]:
    if table(body.get("content_attributes")).get("deleted"):
        return Act.RECORD, None
    if kind == ACTIVITY:
        return Act.MESSAGE, Verdict.usual(Code.FILTERED, "an activity: what happened, not what somebody wrote")
    if not with_notes and (_is_true(body.get("private")) or _is_true(within.get("private"))):
        return Act.MESSAGE, Verdict.usual(Code.FILTERED, "an internal note")
    if kind not in DIRECTIONS:
        return Act.MESSAGE, Verdict.usual(Code.FIELD_INVALID, "message_type is none that says which way it went")
    return Act.MESSAGE, None


def _is_true(value: Any) -> bool:
    return value is True or (word(value) or "").lower() in TRUE


def _ends(body: Mapping[str, Any], kind: str | None) -> dict[str, Any]:
    """Give who wrote it to whom: by the type of the message alone, since a sender often does not say what he is."""
    direction = DIRECTIONS.get(kind or "")
    sender = body.get("sender")
    if direction == "Outbound":
        return {"direction": direction, "from": _writer(table(sender)), "to": customer_of(body)}
    return {"direction": direction, "from": customer_of(body, sender), "to": person(body.get("inbox"))}


def _writer(sender: Mapping[str, Any]) -> dict[str, str]:
    """Give the agent, the bot as `bot:ID`, since bots and agents count their ids apart, or the system."""
    found = person(sender)
    if not found:
        return SYSTEM
    kind = (word(sender.get("type")) or "user").lower()
    if "id" in found and kind != "user":
        found["id"] = f"{'bot' if kind == 'agent_bot' else kind}:{found['id']}"
    return {"id": found.get("email") or found["name"], **found} if "email" in found or "name" in found else found


def _text(body: Mapping[str, Any]) -> str:
    """Give what the message shows: its text, what there is to choose from, and its files by name."""
    items = rows(table(body.get("content_attributes")), "items")
    choices = [*card_lines(items, "actions")] if body.get("content_type") == "cards" else [button_line(items, "title")]
    return joined(written(body.get("content")), *choices, *file_lines(rows(body, "attachments")))


def _repairs(body: Mapping[str, Any], kind: str | None, text: str) -> tuple[str, ...]:
    found = []
    if kind != body.get("message_type"):
        found.append("message_type was written as a number")
    if type(body.get("created_at")) is not str:
        found.append("created_at was no ISO 8601 text")
    if body.get("sender") is None and kind == "incoming":
        found.append("the sender was taken from the contact")
    if text and not written(body.get("content")).strip():
        found.append("the text names what the message shows, since it has none of its own")
    return tuple(found)
