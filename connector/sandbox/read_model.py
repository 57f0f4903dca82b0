"""Show a conversation as Capturi's own look-ups would, as far as the model they give is known."""

from itertools import islice
from typing import Any

from connector.sandbox.memory import Conversation, Memory

__all__ = ["page_of_conversations", "read_model"]

_SHOWN = ("externalIdentity", "subject", "customer", "status", "dateTime")


def read_model(conversation: Conversation) -> dict[str, Any]:
    """Give the fields of the look-up that a rehearsal can know; nothing is transcribed here."""
    fields, audio = conversation.fields, conversation.audio
    return {
        "uid": conversation.uid,
        **{name: fields.get(name) for name in _SHOWN},
        "labels": fields.get("labels", []),
        "state": "Processing" if audio else "Created",
        "hasAudio": audio is not None,
        "hasConsent": fields.get("hasConsent", True),
        "deleted": False,
        "metadata": {name: value for name, value in fields.items() if name.startswith("custom") and "Prop" in name},
        "metrics": {"created": conversation.received_at, "audioAdded": audio.received_at if audio else None},
    }


def page_of_conversations(memory: Memory, offset: int, limit: int) -> dict[str, Any]:
    """Give a page of all conversations, the newest first; a null token ends the list."""
    newest_first = reversed(memory.conversations.values())
    shown = [read_model(one) for one in islice(newest_first, offset, offset + limit)]
    has_more = offset + limit < len(memory.conversations)
    return {"conversations": shown, "continuationToken": str(offset + limit) if has_more else None}
