"""Tell who wrote a comment and who got it, where the vendor's recipe names the wrong one."""

from typing import Any, Final

from connector.message.options import Mailbox
from connector.message.zendesk.words import is_end_user, is_staff, told

__all__ = ["INBOUND", "OUTBOUND", "contact", "direction_of", "recipient_of"]

INBOUND: Final = "Inbound"
OUTBOUND: Final = "Outbound"

_PARTS: Final = ("name", "email", "id", "role")


def contact(value: Any) -> dict[str, str]:
    """Give the parts of a person that are told; of a list the first person."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return {}
    return {part: found for part in _PARTS if (found := told(value.get(part))) is not None}


def direction_of(given: Any, author: dict[str, str], requester: dict[str, str], notes: list[str]) -> str | None:
    """Give the direction: by the author's role, else as the template says, else by whether the requester wrote.

    The template's word depends on which trigger fired, and that on who changed the ticket last.
    """
    said = (told(given) or "").capitalize()
    stated = said if said in {INBOUND, OUTBOUND} else None
    by_role = _by_role(author.get("role"))
    if by_role is not None:
        if stated not in {None, by_role}:
            notes.append("message.direction follows from the author's role, against the template's word")
        return by_role
    if "role" in author:
        notes.append("the author's role is no word that is known")
    if stated is not None or not requester.get("id") or not author.get("id"):
        return stated
    notes.append("message.direction follows from whether the requester wrote")
    return INBOUND if author["id"] == requester["id"] else OUTBOUND


def recipient_of(
    body: dict[str, Any], author: dict[str, str], mailbox: Mailbox | None, *, outbound: bool, notes: list[str]
) -> dict[str, str]:
    """Give who got the comment, empty where nobody says.

    The recipe always names the assignee. An answer goes to the requester, who only the extended template names; what
    comes in goes to the assignee, else to the ticket's group at the mailbox's address, else to the mailbox.
    """
    message = body.get("message")
    assignee = contact(message.get("to")) if isinstance(message, dict) else {}
    if outbound:
        requester = contact(body.get("requester"))
        if _is_named(requester):
            notes.append("message.to is the requester: the template names the assignee")
            return requester
        notes.append("message.to is not told: the template names the assignee, and no requester")
        return {}
    if _is_named(assignee) and not _is_same(assignee, author):
        return assignee
    shared = {} if mailbox is None else {"name": mailbox.name, "email": mailbox.email}
    group = told(body.get("inbox"))
    if group is not None:
        notes.append("message.to is the group: nobody is assigned")
        return shared | {"name": group}
    if mailbox is None:
        return {}
    notes.append("message.to is the mailbox of the intake: nobody is assigned, and no group")
    return shared | ({"id": mailbox.id} if mailbox.id else {})


def _by_role(role: str | None) -> str | None:
    if role is None:
        return None
    if is_end_user(role):
        return INBOUND
    return OUTBOUND if is_staff(role) else None


def _is_named(person: dict[str, str]) -> bool:
    return "name" in person or "email" in person


def _is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    return bool(one.get("id")) and one.get("id") == other.get("id")
