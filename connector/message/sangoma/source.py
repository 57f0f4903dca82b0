"""Take in the text conversations of Sangoma CX Digital Interactions, which sends what a Chatwoot sends.

Sangoma documents neither payloads nor signatures; that they are Chatwoot's is inferred from its public interface. So
everything is read leniently, and the signature is one of three ways to know the sender: `signing_secret` (Chatwoot's
own, which its older versions lack), `secret` (any header), or `unsigned: true`.
"""

from datetime import datetime
from typing import Any, Final

from connector.errors import SkipError
from connector.message.layout import table
from connector.message.model import Accepted, Act, Event, Request, Source, Ticket
from connector.message.options import Options
from connector.message.sangoma.conversation import case_id, conversation_of, updated_at
from connector.message.sangoma.message import read_message
from connector.message.signature import admit, chatwoot_signed_at
from connector.reason import Code
from connector.session.field import rows, word
from connector.session.reader import read_json

__all__ = ["make"]

MESSAGES: Final = frozenset({"message_created", "message_updated"})
CONVERSATIONS: Final = {
    "conversation_created": None,
    "conversation_updated": None,
    "conversation_status_changed": None,
    "conversation_opened": "open",
    "conversation_resolved": "resolved",
}
"""Events about a conversation as a whole, and the status that each one means where it does not tell it."""
STATUSES: Final = frozenset({"conversation_status_changed", "conversation_resolved"})
ENDED: Final = "resolved"
DELIVERY: Final = "x-chatwoot-delivery"
TOO_MANY_REQUESTS: Final = 429


def make(options: Options) -> Source:
    """Give the sender that an intake file describes."""
    return _Sangoma(options)


class _Sangoma:
    """Sangoma CX, or any Chatwoot, as a sender of messages."""

    kind = "sangoma"
    reads = "sangoma.message"
    methods = frozenset({"POST", "PUT"})
    # A bot's events are sent again after 429 and 500 alone; those of a webhook after nothing at all.
    trouble_status = TOO_MANY_REQUESTS

    def __init__(self, options: Options) -> None:
        self._options = options

    def admit(self, request: Request, now: datetime) -> Ticket:
        """Give the ticket of a request that is signed, or holds the secret, as the intake file asks."""
        return admit(
            request,
            self._options,
            now,
            signed_at=chatwoot_signed_at,
            repeats=request.headers.get(DELIVERY, ""),
            keep={DELIVERY},
        )

    def read(self, accepted: Accepted) -> tuple[Event, ...]:
        """Give the one thing the event tells; raise SkipError(UNREADABLE) where it is none of Chatwoot's shape."""
        body, notes = read_json(accepted.body, "the body")
        name = word(table(body).get("event"))
        if name is None:
            raise SkipError(Code.UNREADABLE, "the body names no event", hint="is this the webhook of Sangoma CX?")
        if name in MESSAGES:
            return (read_message(body, accepted.received_at, notes=notes, with_notes=self._options.notes == "send"),)
        if name in CONVERSATIONS:
            return (_read_conversation(body, name, accepted.received_at, notes),)
        # Contacts, inboxes, typing, and what a newer version adds: nothing that Capturi takes.
        return (Event(Act.RECORD, case_id(body) or "", None, body, accepted.received_at, notes=notes),)

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - every event gets the same
        """Give the yes that a stored event is answered with."""
        return 200, {}


def _read_conversation(body: dict[str, Any], name: str, received_at: datetime, notes: tuple[str, ...]) -> Event:
    conversation = conversation_of(body, CONVERSATIONS[name])
    moment = updated_at(conversation) or received_at
    record = {**body, "conversation": conversation, "updated": moment.isoformat()}
    # Other changes of an ended conversation, a label say, are changes of its fields.
    tells_status = name in STATUSES or any("status" in row for row in rows(body, "changed_attributes"))
    act = Act.CLOSE if tells_status and conversation.get("status") == ENDED else Act.CASE
    case = case_id(record)
    if case is None:
        raise SkipError(Code.UNREADABLE, "the event names no conversation")
    return Event(act, case, None, record, moment, case_updated_at=moment, notes=notes)
