"""Hold the bodies that triggers send: the vendor's recipe, and ours with what the recipe lacks."""

import json
from typing import Any, Final

__all__ = ["KEYS", "MACHINE_KEYS", "SUCCESSOR", "template"]

_PERSON: Final = ("email", "id", "name")

KEYS: Final = frozenset(
    {
        *("caseUid", "created", "inbox", "message", "priority", "source", "status", "subject", "updated"),
        *("direction", "from", "messageUid", "text", "to", "createdAt", "isPublic", "role"),
        *("requester", "brand", "tags"),
        *_PERSON,
    }
)
"""Every key of the recipe's template and of ours, wherever it stands."""

MACHINE_KEYS: Final = frozenset(
    {"caseUid", "created", "updated", "direction", "messageUid", "createdAt", "isPublic", "role", "email", "id"}
)
"""Keys whose values Zendesk itself makes: no person can put a quote into them."""

SUCCESSOR: Final = {"text": "to"}
"""The key that follows on what a customer wrote, in both templates."""


def _person(of: str, **more: str) -> dict[str, str]:
    return {name: f"{{{{ticket.{of}.{name}}}}}" for name in _PERSON} | more


def template(direction: str | None = None) -> str:
    """Give the body of a trigger, as text with placeholders.

    Without a direction it follows from the role of the comment's author. Every placeholder stands in quotes: an empty
    one would leave a hole that no JSON has.
    """
    author = "{{ticket.latest_comment.author.role}}"
    message: dict[str, Any] = {"direction": direction} if direction else {}
    message |= {
        "created": "{{ticket.updated_at_with_timestamp}}",
        "from": _person("latest_comment.author", role=author),
        "messageUid": "{{ticket.latest_comment.id}}",
        "subject": "{{ticket.title}}",
        "text": "{{ticket.latest_comment.value}}",
        "to": [_person("assignee")],
        "createdAt": "{{ticket.latest_comment.created_at_with_time}}",
        "isPublic": "{{ticket.latest_comment.is_public}}",
    }
    body = {
        "caseUid": "{{ticket.id}}",
        "created": "{{ticket.created_at_with_timestamp}}",
        "inbox": "{{ticket.group.name}}",
        "message": message,
        "priority": "{{ticket.priority}}",
        "source": "{{ticket.via}}",
        "status": "{{ticket.status}}",
        "subject": "{{ticket.title}}",
        "updated": "{{ticket.updated_at_with_timestamp}}",
        "requester": _person("requester"),
        "brand": "{{ticket.brand.name}}",
    }
    return json.dumps(body, indent=2)
