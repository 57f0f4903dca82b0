"""Read a conversation of Sangoma CX: which one it is, how new it is, and who the customer in it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connector.message.layout import table
from connector.session.field import rows, word
from connector.session.moment import read_moment

__all__ = ["case_id", "conversation_of", "customer_of", "person", "updated_at"]

CHANGED: Final = ("updated_at", "last_activity_at", "timestamp", "created_at")


def case_id(body: Mapping[str, Any]) -> str | None:
    """Give the conversation's id, which is the one people see; None where the body names none."""
    return word(table(body.get("conversation")).get("id")) or word(body.get("conversation_id"))


def conversation_of(body: Mapping[str, Any], status: str | None) -> dict[str, Any]:
    """Give the conversation that an event about it as a whole tells, with the status it now has.

    `status` is what the event means by its name, where it says nothing else.
    """
    if type(body.get("conversation")) is dict:
        found = dict(body["conversation"])
    else:
        found = {name: value for name, value in body.items() if name not in {"event", "changed_attributes"}}
    changed = [table(row.get("status")).get("current_value") for row in rows(body, "changed_attributes")]
    told = [word(found.get("status")), *(word(one) for one in changed), status]
    now = next((one for one in told if one), None)
    return {**found, "status": now} if now else found


def updated_at(conversation: Mapping[str, Any]) -> datetime | None:
    """Give the newest time that the conversation tells of itself; None where it tells none."""
    told = (read_moment(conversation.get(name)) for name in CHANGED)
    return max((moment for moment in told if moment is not None), default=None)


def customer_of(body: Mapping[str, Any], sender: Any = None) -> dict[str, str]:
    """Give the customer by id, name, e-mail and phone, as far as anything in the body tells them.

    What the message's own `sender` says comes first, then the `contact` of the oldest versions, then the conversation.
    A customer without an e-mail address gets the one that the application gave as his id at the inbox.
    """
    conversation = table(body.get("conversation"))
    places = (sender, body.get("contact"), table(conversation.get("meta")).get("sender"))
    found: dict[str, str] = {}
    for place in places:
        one = person(place)
        if not found or one.get("id") in {None, found.get("id")}:
            found = {**one, **found}
    source_id = word(table(conversation.get("contact_inbox")).get("source_id")) or ""
    if "email" not in found and "@" in source_id:
        found["email"] = source_id
    return found


def person(value: Any) -> dict[str, str]:
    """Give what is told of a contact, an agent or a bot, without what is blank."""
    one = table(value)
    names = {"id": "id", "name": "name", "email": "email", "phone": "phone_number"}
    return {ours: told for ours, theirs in names.items() if (told := word(one.get(theirs)))}
