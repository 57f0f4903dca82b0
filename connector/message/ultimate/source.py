"""Take in what AI agents of Zendesk (Advanced, formerly Ultimate) and their visitors write.

The webhook of an AI agent tells its side alone. The visitor's side is what the customer's application sends to the Chat
API: the same bodies, sent here as well, make the conversation whole. How the webhook carries its secret is documented
nowhere, so the header and the mode are settings (`secret`).
"""

from datetime import datetime
from typing import Any, Final

from connector.message.model import Accepted, Event, Request, Source, Ticket
from connector.message.options import Options
from connector.message.signature import admit
from connector.message.ultimate.answer import answer_alone
from connector.message.ultimate.event import read_event
from connector.session.reader import read_json

__all__ = ["make"]

UNAVAILABLE: Final = 503
BOT: Final = "botid"
"""The header in which the Chat API is told the AI agent."""
MESSAGE: Final = "x-message-id"
"""The header in which an application may name a message: of two equal bodies without it one counts as a repetition."""


def make(options: Options) -> Source:
    """Give the sender that an intake file describes."""
    return _Ultimate(options)


class _Ultimate:
    """The AI agents of one organisation, and the application that stands between them and their visitors."""

    kind = "ultimate"
    reads = "ultimate.message"
    methods = frozenset({"POST", "PUT"})
    trouble_status = UNAVAILABLE

    def __init__(self, options: Options) -> None:
        self._options = options

    def admit(self, request: Request, now: datetime) -> Ticket:
        """Give the ticket of a request that holds the secret or the key, as the intake file asks."""
        return admit(request, self._options, now, repeats=request.headers.get(MESSAGE, ""), keep={BOT, MESSAGE})

    def read(self, accepted: Accepted) -> tuple[Event, ...]:
        """Give the one thing that the body tells; raise SkipError(UNREADABLE) where it is of no known shape."""
        body, notes = read_json(accepted.body, "the body")
        return (read_event(body, accepted, self._options, notes),)

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Give what can truly be said without the application that answers, or where it gave no answer in time."""
        return answer_alone(request.body, relays=self._options.relays)
