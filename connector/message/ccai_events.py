"""Take in what the agent adapter of the CCAI Platform tells the agents' browsers, as a forwarding page posts it.

The adapter's events are window messages `{type, data}` without id and without time; a page of the customer's forwards
them. Several browsers tell of one thing: what they tell is named by its content here, and counted by the inbox.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from connector.errors import SkipError
from connector.message.layout import table, written
from connector.message.model import Accepted, Act, Event, Request, Source, Ticket
from connector.message.options import Options
from connector.message.signature import admit
from connector.reason import Code
from connector.session.field import word
from connector.session.reader import read_json

__all__ = ["CallFactTold", "call_fact", "make", "teller_of"]

UNAVAILABLE: Final = 503
ID_LENGTH: Final = 32
LONGEST_DELAY: Final = timedelta(days=1)
REDACTION: Final = "redaction"
WAITED: Final = "x-waited-ms"
"""The header in which the page says how long it could not post; the body stays the same, so a repetition is known."""
CALL: Final = "call/"
"""Begins the id of what is told of a call; a chat's is its number alone."""

_DIRECTIONS: Final = {"chat_inbound_message": "Inbound", "chat_outbound_message": "Outbound"}
_ENDS: Final = frozenset({"end_chat"})
_KEPT: Final = (
    *("agent_id", "agent_custom_id", "from_agent_id", "to_agent_id", "virtual_agent_id", "queue_id", "from_queue_id"),
    *("to_queue_id", "queue_path", "from_queue_path", "to_queue_path", "session_type", "campaign_id", "campaign_name"),
    *("cobrowse_session_id", "cobrowse_session_ended_by", "cobrowse_session_requested_by", "type"),
)
"""What is kept of an event about a call: no name, no address, no text, no variables that anybody may have filled."""


class CallFactTold(NamedTuple):
    """A fact about a call: which one, what tells it from others, when, which kind of event, and its fields."""

    session_id: str
    digest: str
    at: datetime
    type: str
    facts: Mapping[str, Any]


def make(options: Options) -> Source:
    """Give the sender that an intake file describes."""
    return _Browsers(options)


class _Browsers:
    """The browsers of a contact centre's agents, each with the forwarding page."""

    kind = "ccai-events"
    reads = "ccai-events.message"
    methods = frozenset({"POST"})
    trouble_status = UNAVAILABLE

    def __init__(self, options: Options) -> None:
        self._options = options

    def admit(self, request: Request, now: datetime) -> Ticket:
        """Give the ticket of a request that holds the key; the page numbers its posts, so a repetition is known."""
        return admit(request, self._options, now, keep={WAITED})

    def read(self, accepted: Accepted) -> tuple[Event, ...]:
        """Give what the body tells, one event or a list of them; raise SkipError(UNREADABLE) where it is no event."""
        body, notes = read_json(accepted.body, "the body")
        given = body if isinstance(body, list) else [body]
        return tuple(_event(table(one), accepted, notes) for one in given)

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - a page reads no answer
        """Give what a page wants to hear: nothing but the status."""
        return 200, {}


def call_fact(event: Event) -> CallFactTold | None:
    """Give the fact that an event tells of a call; None where it is about a chat."""
    if not event.case.startswith(CALL) or event.at is None:
        return None
    kind = event.record["kind"]
    data = event.record["data"]
    facts = {name: data[name] for name in _KEPT if _is_plain(data.get(name))}
    told = f"{event.case}\n{kind}\n{sorted(facts.items(), key=lambda pair: pair[0])}"
    return CallFactTold(event.case.removeprefix(CALL), _digest(told), event.at, kind, facts)


def teller_of(event: Event) -> str:
    """Give which browser told an event, and which of its tellings it is; nothing where the page gives no names."""
    browser, number = word(event.record.get("browser")), word(event.record.get("sequence"))
    return f"{browser.replace('/', '-')}/{number or ''}" if browser else ""


def _event(given: Mapping[str, Any], accepted: Accepted, notes: tuple[str, ...]) -> Event:
    data = table(given.get("data"))
    kind = _kind(word(given.get("type")), data)
    chat, call = word(data.get("chat_id")), word(data.get("call_id"))
    if kind is None and chat is None and call is None:
        raise SkipError(Code.UNREADABLE, "the body is no event of the agent adapter")
    at = accepted.received_at - _delay(accepted.headers.get(WAITED, ""))
    text = written(data.get("message"))
    direction = _DIRECTIONS.get(kind or "")
    message = _digest(f"{chat}\n{direction}\n{text}") if direction and chat and text else None
    record = {
        **given,
        "kind": kind or "unknown",
        "data": data,
        "direction": direction,
        "text": text,
        "messageUid": message,
        **_ends(direction, data),
        "at": at.isoformat(),
        "received_at": accepted.received_at.isoformat(),
    }
    case = chat or (f"{CALL}{call}" if call else "")
    return Event(_act(kind, chat, message), case, message, record, at, case_updated_at=at, notes=notes)


def _ends(direction: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give who wrote it to whom, as far as it is told; of the customer an event tells nothing."""
    told = {"id": data.get("agent_id"), "email": data.get("agent_email"), "custom_id": data.get("agent_custom_id")}
    agent = {name: found for name, value in told.items() if (found := word(value))}
    if direction is None:
        return {"from": {}, "to": {}}
    return {"from": {}, "to": agent} if direction == "Inbound" else {"from": agent, "to": {}}


def _act(kind: str | None, chat: str | None, message: str | None) -> Act:
    if message is not None:
        return Act.MESSAGE
    return Act.CLOSE if chat and kind in _ENDS else Act.RECORD


def _kind(told: str | None, data: Mapping[str, Any]) -> str | None:
    """Give the event's type in lower case with underscores.

    The guide does not print the types of redaction, and names its end in two ways; nothing told means redaction where
    the data are those of its example.
    """
    if told is None:
        return REDACTION if set(data) == {"agent_id", "call_id"} else None
    kind = "_".join(re.findall("[a-z0-9]+", told.lower()))
    if REDACTION not in kind:
        return kind
    if "start" in kind:
        return f"{REDACTION}_started"
    return f"{REDACTION}_ended" if "end" in kind or "stop" in kind else REDACTION


def _delay(waited_ms: str) -> timedelta:
    """Give how long the page could not post what it was told; its own clock plays no part."""
    if not (waited_ms.isascii() and waited_ms.isdigit()):
        return timedelta()
    return min(timedelta(milliseconds=int(waited_ms[:9])), LONGEST_DELAY)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:ID_LENGTH]
