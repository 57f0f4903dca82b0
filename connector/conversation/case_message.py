"""Build one message of a case, or new fields of it, from a draft, checking every rule at once."""

from collections.abc import Mapping
from typing import Any

from connector.conversation.case_model import CaseMessage, CasePatch
from connector.conversation.custom_field import CUSTOM_FIELD, custom_fields
from connector.conversation.rules import Broken, checked, from_refusals, rules_of
from connector.mapping.model import Draft
from connector.message.options import Mailbox

__all__ = ["build_case_message", "build_case_patch"]

MESSAGE = "message."
SENDER = "message.from."
RECIPIENT = "message.to."
SENDER_ID = "message.from.id"
PATCHED = ("caseUid", "updated", "subject", "inbox", "status", "tags")
KEPT = ("created", "priority")
"""What no change can carry: it waits for the next message, and a change without it is none the worse."""


def build_case_message(draft: Draft, *, stand_in: Mailbox, mailbox: Mailbox | None = None) -> CaseMessage:
    """Give the message with the fields of its case.

    `stand_in` fills the name and the e-mail that a contact lacks; `mailbox` is who got an inbound message, or wrote an
    outbound one, that names nobody there. Raises RulesBrokenError with every broken rule.
    """
    found = draft.values
    values = {name: value for name, value in found.items() if not name.startswith((CUSTOM_FIELD, MESSAGE))}
    values["customFields"] = custom_fields(found) or None
    inbound = found.get("message.direction") == "Inbound"
    sender, told = _contact(found, SENDER, None if inbound else mailbox, stand_in)
    recipient, told_too = _contact(found, RECIPIENT, mailbox if inbound else None, stand_in)
    values["message"] = {
        **_own_fields(found),
        "from": sender,
        "to": (recipient,),
    }
    values["message"].setdefault("subject", found.get("subject"))
    values["notes"] = tuple(dict.fromkeys((*told, *told_too)))
    values["assumed"] = tuple(name for name in PATCHED if _is_assumed(draft, name))
    broken, known = [*from_refusals(draft.refusals)], dict(draft.refusals)
    if found.get("message.direction") == "Outbound" and "id" not in sender and SENDER_ID not in known:
        broken.append(Broken(SENDER_ID, "is missing, and whoever writes outbound needs it", lacks=True))
        # The model says the same of the message as a whole.
        known["message"] = known[SENDER_ID] = "no_value"
    return checked(rules_of(CaseMessage), values, broken, known)


def build_case_patch(draft: Draft) -> CasePatch:
    """Give new fields of a case, those that were told.

    A default tells nothing new, and what the mapping says of a message plays no part. Raises RulesBrokenError with
    every broken rule.
    """
    told = (name for name in (*PATCHED, *KEPT) if name in draft.values and not _is_assumed(draft, name))
    values = {name: draft.values[name] for name in told}
    values["customFields"] = custom_fields(draft.values) or None
    refusals = {name: why for name, why in draft.refusals.items() if name in PATCHED}
    return checked(rules_of(CasePatch), values, [*from_refusals(refusals)], refusals)


def _is_assumed(draft: Draft, name: str) -> bool:
    """Tell whether a value is a default: no news about a case that may have a better one."""
    return name in draft.traces and draft.traces[name].is_default


def _own_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(MESSAGE): value
        for name, value in values.items()
        if name.startswith(MESSAGE) and not name.startswith((SENDER, RECIPIENT))
    }


def _contact(
    values: Mapping[str, Any], prefix: str, mailbox: Mailbox | None, stand_in: Mailbox
) -> tuple[dict[str, str], list[str]]:
    """Give one end of a message and what was filled in; a contact that is named in part keeps that part."""
    parts = ("name", "email", "id")
    contact = {part: values[prefix + part] for part in parts if prefix + part in values}
    notes = []
    if not contact and mailbox is not None:
        contact = {part: getattr(mailbox, part) for part in parts if getattr(mailbox, part)}
        notes.append(f"{prefix.rstrip('.')} is the mailbox of the intake")
    for part in ("name", "email"):
        if part not in contact:
            contact[part] = getattr(mailbox, part, None) or getattr(stand_in, part)
            notes.append(f"{prefix}{part} is filled in")
    return contact, notes
