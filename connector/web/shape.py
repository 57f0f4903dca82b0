"""Say what the bodies look like that senders of messages are known to send."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

__all__ = ["SHAPES"]

Schema = Mapping[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NOTHING: Final[Schema] = {"type": ["string", "null"]}
_FLAG: Final[Schema] = {"type": ["boolean", "string", "null"]}
_ID: Final[Schema] = {"type": ["integer", "string"]}
_ANY_OBJECT: Final[Schema] = {"type": "object"}


def _object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "maxItems": 5}


def _words(*words: str) -> Schema:
    return {"anyOf": [{"enum": list(words)}, _TEXT]}


def _ordered(*pairs: tuple[str, Schema]) -> Schema:
    """Give an object with a key that is a word of Python, too."""
    return {"type": "object", "properties": dict(pairs)}


_PERSON: Final = _object(email=_TEXT, id=_TEXT, name=_TEXT, role=_words("end-user", "agent", "admin"))
_COMMENT: Final = _ordered(
    ("direction", _words("Inbound", "Outbound", "inbound", "outbound")),
    ("created", _TEXT),
    ("createdAt", _TEXT),
    ("from", _PERSON),
    ("messageUid", _TEXT),
    ("subject", _TEXT),
    ("text", _TEXT),
    ("to", {"anyOf": [_list(_PERSON), _PERSON]}),
    ("isPublic", _FLAG),
)
_ZENDESK: Final = _object(
    *("caseUid", "message"),
    caseUid=_TEXT,
    created=_TEXT,
    updated=_TEXT,
    inbox=_TEXT,
    message=_COMMENT,
    priority=_TEXT,
    source=_TEXT,
    status=_TEXT,
    subject=_TEXT,
    requester=_PERSON,
    brand=_TEXT,
    tags={"anyOf": [_TEXT, _list(_TEXT)]},
)
_BUTTON: Final = _object(type=_words("button", "link"), text=_TEXT)
_CARD: Final = _object(title=_TEXT, description=_TEXT, imageUrl=_TEXT, buttons=_list(_BUTTON))
_HOOKS: Final = ("sendMessage", "escalate", "isTeamOnline", "widgetEscalate", "widgetMessage", "widgetEndSession")
_TOLD: Final = _object(
    "eventType",
    eventType=_words(*_HOOKS),
    platformConversationId=_TEXT,
    type=_words("text", "carousel"),
    text=_TEXT,
    buttons=_list(_BUTTON),
    carouselCards=_list(_CARD),
    replyId=_TEXT,
    messageId=_TEXT,
    escalateTo=_TEXT,
    teamId=_TEXT,
)
_PARAMETER: Final = _object(key=_TEXT, value={}, saveAs=_TEXT, sanitize={"type": "boolean"})
_WHICH: Final = {"botId": _TEXT, "conversationId": _TEXT, "platformConversationId": _TEXT}
_ULTIMATE: Final[Schema] = {
    "anyOf": [
        _object("botId", "data", botId=_TEXT, channel=_TEXT, data=_TOLD),
        _object("data", **_WHICH, name=_TEXT, data=_list(_PARAMETER)),
        _object("text", **_WHICH, text=_TEXT, predictedIntents=_list(_ANY_OBJECT), attachments=_list(_ANY_OBJECT)),
        _object(
            "eventType",
            eventType=_words("startSession", "message", "metadata", "endSession"),
            platformConversationId=_TEXT,
            text=_TEXT,
            cardIndex={"type": "integer"},
            agent=_TEXT,
            metaData={"anyOf": [_PARAMETER, _list(_PARAMETER)]},
        ),
    ]
}
_MOMENT: Final[Schema] = {"type": ["string", "integer", "number", "null"]}
_CONTACT: Final = _object(
    id=_ID, name=_TEXT_OR_NOTHING, email=_TEXT_OR_NOTHING, phone_number=_TEXT_OR_NOTHING, type=_words("user", "contact")
)
_PERHAPS_CONTACT: Final[Schema] = {"anyOf": [_CONTACT, {"type": "null"}]}
_STATUS: Final = _words("open", "pending", "resolved", "snoozed")
_CHATWOOT: Final = {
    "id": _ID,
    "private": _FLAG,
    "created_at": _MOMENT,
    "content": _TEXT_OR_NOTHING,
    "message_type": {"anyOf": [{"enum": ["incoming", "outgoing", "template", 0, 1, 2, 3]}, _ID]},
}
_CONVERSATION: Final = {
    "id": _ID,
    "status": _STATUS,
    "updated_at": _MOMENT,
    "labels": _list(_TEXT),
    "meta": _object(sender=_PERHAPS_CONTACT, assignee=_PERHAPS_CONTACT),
    "contact_inbox": _object(source_id=_TEXT_OR_NOTHING),
    "messages": _list(_object(**_CHATWOOT)),
}
_SANGOMA: Final[Schema] = {
    "anyOf": [
        _object(
            *("event", "id", "conversation"),
            event={"enum": ["message_created", "message_updated"]},
            **_CHATWOOT,
            content_type=_words("text", "cards", "input_select"),
            content_attributes=_object(deleted=_FLAG, items=_list(_ANY_OBJECT)),
            sender=_PERHAPS_CONTACT,
            contact=_PERHAPS_CONTACT,
            inbox=_CONTACT,
            attachments=_list(_object(file_type=_TEXT, data_url=_TEXT, fallback_title=_TEXT_OR_NOTHING)),
            conversation=_object(**_CONVERSATION),
        ),
        _object(
            "event",
            event=_words("conversation_created", "conversation_updated", "conversation_status_changed"),
            **_CONVERSATION,
            changed_attributes=_list(_object(status=_object(previous_value=_STATUS, current_value=_STATUS))),
        ),
    ]
}
_ADAPTER: Final = _object(
    *("type", "data"),
    type=_words("New_Chat", "End_Chat", "Chat_Inbound_Message", "Chat_Outbound_Message", "New_Call", "End_Call"),
    data=_object(chat_id=_ID, call_id=_ID, agent_id=_ID, agent_email=_TEXT, message=_TEXT, queue_id=_ID),
    browser=_TEXT,
    sequence={"type": "integer"},
)

SHAPES: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "zendesk": _ZENDESK,
        "ultimate": _ULTIMATE,
        "sangoma": _SANGOMA,
        "ccai-events": {"anyOf": [_ADAPTER, _list(_ADAPTER)]},
    }
)
"""JSON Schemas of the known bodies by the kind of sender; what is of another shape is taken in as well."""
