"""Write an old comment as the body that a trigger would have sent for it, so that one reader knows both."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from connector.session.field import word

__all__ = ["People", "write_body"]

People = Mapping[str, Mapping[str, Any]]
"""Users by id, as the exports bring them beside the tickets."""

_PERSON: Final = ("name", "email", "role")


def write_body(
    ticket: Mapping[str, Any], comment: Mapping[str, Any], people: People, *, group: str | None, brand: str | None
) -> bytes:
    """Give the body for one comment of a ticket; always the same bytes for the same comment of the same ticket."""
    via = ticket.get("via")
    body = {
        "caseUid": word(ticket.get("id")),
        "created": ticket.get("created_at"),
        "updated": ticket.get("updated_at"),
        "inbox": group,
        "priority": ticket.get("priority"),
        "status": ticket.get("status"),
        "source": via.get("channel") if isinstance(via, dict) else None,
        "subject": ticket.get("subject"),
        "brand": brand,
        "tags": ticket.get("tags"),
        "requester": _person(ticket.get("requester_id"), people),
        "message": {
            "messageUid": word(comment.get("id")),
            "createdAt": comment.get("created_at"),
            "from": _person(comment.get("author_id"), people),
            "to": [_person(ticket.get("assignee_id"), people)],
            "subject": ticket.get("subject"),
            "text": comment.get("body"),
            "isPublic": "false" if comment.get("public") is False else "true",
        },
    }
    return orjson.dumps(body)


def _person(number: Any, people: People) -> dict[str, Any]:
    uid = word(number)
    if uid is None:
        return {}
    known = people.get(uid, {})
    return {"id": uid} | {name: known[name] for name in _PERSON if known.get(name)}
