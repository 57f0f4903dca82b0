"""Build the case of a chat from its draft and its transcript, checking every rule at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from connector.conversation.case_model import Case
from connector.conversation.custom_field import CUSTOM_FIELD, custom_fields
from connector.conversation.people import CUSTOMER, STAFF, People, Person
from connector.conversation.rules import checked, from_refusals, rules_of
from connector.enrichment.model import Agent
from connector.errors import SkipError
from connector.mapping.instant import write_instant
from connector.mapping.model import Draft
from connector.reason import Code
from connector.session import name_roles
from connector.session.model import Session, Transcript, TranscriptEntry

__all__ = ["build_case"]


def build_case(
    draft: Draft, session: Session, transcript: Transcript, *, stand_in: tuple[str, str], agents: Iterable[Agent] = ()
) -> Case:
    """Give the case with one message per entry that somebody wrote.

    A message's id is the case's with the entry's position among all entries of the transcript, so that a transcript
    that has grown keeps the ids it had. `stand_in` is the name and the e-mail of whoever has none; `agents` are the
    customer's own words about his agents, which win. A transcript without roles gets them from the session's names.
    Raises SkipError(TRANSCRIPT_MISSING) where nobody wrote anything, RulesBrokenError with every broken rule.
    """
    people = People(session, stand_in, agents)
    entries = [entry for entry in name_roles(transcript, session).entries if entry.text.strip()]
    written = [entry for entry in entries if entry.role == CUSTOMER or entry.role in STAFF]
    if not written:
        raise SkipError(Code.TRANSCRIPT_MISSING, "nobody wrote anything in the transcript")
    values = {name: value for name, value in draft.values.items() if not name.startswith(CUSTOM_FIELD)}
    values["customFields"] = custom_fields(draft.values) or None
    values["messages"] = _messages(draft.values, written, people)
    unknown = len({entry.role for entry in entries} - STAFF - {CUSTOMER, "system"})
    left_out = [f"entries of {unknown} unknown roles were left out"] if unknown else []
    values["notes"] = (*transcript.notes, *people.notes, *left_out)
    return checked(rules_of(Case), values, [*from_refusals(draft.refusals)], draft.refusals)


def _messages(values: dict[str, Any], entries: Sequence[TranscriptEntry], people: People) -> list[dict[str, Any]]:
    """Give the messages; what the customer writes goes to whoever of the contact centre wrote last, or will first."""
    writers = [None if entry.role == CUSTOMER else people.writer(entry) for entry in entries]
    customer = people.customer(next((entry.name for entry in entries if entry.role == CUSTOMER and entry.name), None))
    fallback = people.agent() or customer
    partner = next((writer for writer in writers if writer is not None), fallback)
    messages = []
    for entry, writer in zip(entries, writers, strict=True):
        partner = writer or partner
        messages.append(_message(values, entry, (writer, customer) if writer else (customer, partner)))
    return messages


def _message(values: dict[str, Any], entry: TranscriptEntry, ends: tuple[Person, Person]) -> dict[str, Any]:
    sender, recipient = ends
    return {
        "messageUid": f"{values.get('caseUid', '')}-{entry.position}",
        "created": write_instant(entry.at),
        "direction": "Inbound" if entry.role == CUSTOMER else "Outbound",
        "from": sender,
        "to": (recipient,),
        "text": entry.text,
        "type": "chat",
        "subject": values.get("subject"),
    }
