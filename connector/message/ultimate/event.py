"""Read one body of an AI agent's webhook, or one that its application sends to the Chat API."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from connector.errors import SkipError
from connector.message.layout import button_line, card_lines, joined, table, written
from connector.message.model import Accepted, Act, Event
from connector.message.options import Options
from connector.reason import Code, Verdict
from connector.session.field import rows, word

__all__ = ["read_event"]


class _Kind(NamedTuple):
    """What an event means: which way a message of it goes, or what it makes of the conversation."""

    act: Act
    direction: str | None = None
    status: str | None = None


_TICKET: Final = "ticket"
_ACTION: Final = "action"
_HOOK: Final = {
    "sendMessage": _Kind(Act.MESSAGE, "Outbound"),
    "widgetMessage": _Kind(Act.MESSAGE, "Inbound"),
    "escalate": _Kind(Act.CASE, status="escalated"),
    "widgetEscalate": _Kind(Act.CASE, status="escalated"),
    "widgetEndSession": _Kind(Act.CLOSE, status="closed"),
    _TICKET: _Kind(Act.MESSAGE, "Outbound"),
}
"""What AI agents send; every other event is written down only."""
_CHAT: Final = {
    "message": _Kind(Act.MESSAGE, "Inbound"),
    "endSession": _Kind(Act.CLOSE, status="closed"),
}
"""What the application sends to the Chat API, where it lets us know."""
_RECORD: Final = _Kind(Act.RECORD)
_UID_LENGTH: Final = 32


class _Told(NamedTuple):
    """A body in one form: what kind of event it is, and its fields."""

    name: str
    kind: _Kind
    data: dict[str, Any]
    bot: str | None


def read_event(body: Any, accepted: Accepted, options: Options, notes: tuple[str, ...]) -> Event:
    """Give what the body tells; raise SkipError(UNREADABLE) where it is neither a webhook's nor the Chat API's."""
    told = _told(table(body), accepted, options)
    conversation = word(told.data.get("platformConversationId"))
    if conversation is None and told.kind is not _RECORD:
        raise SkipError(Code.UNREADABLE, "the event names no conversation")
    case = ":".join(part for part in (told.bot, conversation) if part) if conversation else ""
    text = _text(told.data)
    own_id = word(told.data.get("messageId")) or word(accepted.headers.get("x-message-id"))
    message = (own_id or _uid(case, accepted, text)) if told.kind.act is Act.MESSAGE else None
    at = accepted.received_at
    record = {
        **body,
        "botId": told.bot,
        "data": told.data,
        "eventType": told.name,
        "received_at": at.isoformat(),
        "status": told.kind.status,
        "messageUid": message,
        "metadata": _metadata(told.data),
        **_ends(told, options),
        "text": text,
    }
    if message and not own_id:
        notes = (*notes, "the message has no id: it got one of its conversation, time of receipt and text")
    verdict = _judge(told, options)
    return Event(told.kind.act, case, message, record, at, case_updated_at=at, notes=notes, verdict=verdict)


def _told(given: Mapping[str, Any], accepted: Accepted, options: Options) -> _Told:
    """Give the body in one form, whichever of the four it has: event, ticket, action, or what goes to the Chat API."""
    body = dict(given)
    bot = word(body.get("botId")) or word(accepted.headers.get("botid"))
    data = body.get("data")
    name = word(table(data).get("eventType"))
    if name is not None:
        return _Told(name, _HOOK.get(name, _RECORD), {**body, **table(data)}, bot)
    name = word(body.get("eventType"))
    if name is not None:
        return _Told(name, _CHAT.get(name, _RECORD), body, bot or _only(options.bots))
    if type(data) is list or word(body.get("name")):
        return _Told(_ACTION, _RECORD, body, bot)
    if word(body.get("text")):
        return _Told(_TICKET, _HOOK[_TICKET], body, bot)
    raise SkipError(Code.UNREADABLE, "the body tells no event", hint="is this the webhook of an AI agent?")


def _only(bots: tuple[str, ...]) -> str | None:
    """Give the AI agent that is meant where the application does not say which: the only one that is listed."""
    return bots[0] if len(bots) == 1 else None


def _judge(told: _Told, options: Options) -> Verdict | None:
    if options.bots and told.bot not in options.bots:
        which = "names no AI agent" if told.bot is None else "is of an AI agent that is not listed"
        return Verdict.usual(Code.FILTERED, f"it {which}: see `bots` of the intake")
    if told.bot is None and told.kind is not _RECORD:
        return Verdict.usual(
            Code.FIELD_MISSING, "it names no AI agent: send the header botId, or list the one there is"
        )
    return None


def _ends(told: _Told, options: Options) -> dict[str, Any]:
    """Give who wrote it to whom; of a visitor nothing is told but the metadata, which the mapping knows to read.

    Whoever speaks for the centre has an address here already: the visitor's must not fill the gap.
    """
    direction = told.kind.direction
    email = (options.mailbox or options.stand_in).email
    bot = {"id": told.bot, "name": options.mailbox.name if options.mailbox else "AI agent", "email": email}
    agent = _agent(told.data, email)
    if told.name == "message" and agent:
        # The application's words to the visitor in an agent's name: the widget's API has the same event for them.
        return {"direction": "Outbound", "from": agent, "to": {}}
    ends = (bot, {}) if direction == "Outbound" else ({}, bot)
    return {"direction": direction, **dict(zip(("from", "to"), ends, strict=True))}


def _agent(data: dict[str, Any], email: str) -> dict[str, str]:
    """Give the human agent, who has his name as id where he has no other: Capturi tells agents apart by it."""
    name = word(data.get("agent"))
    return {"id": name, "name": name, "email": email} if name else {}


def _metadata(data: dict[str, Any]) -> dict[str, str]:
    """Give the session parameters by key; they are one object in the current table, a list of such in older pages.

    An object without the word `key` is taken for parameters by their names.
    """
    given = data.get("metaData")
    if type(given) is dict and "key" not in given:
        named = ((name, word(value)) for name, value in given.items())
        return {name: value for name, value in named if name and value}
    entries = [given] if type(given) is dict else rows(data, "metaData")
    pairs = ((word(one.get("key")), word(one.get("value"))) for one in entries)
    return {key: value for key, value in pairs if key and value}


def _text(data: dict[str, Any]) -> str:
    """Give what the visitor sees: the text, then the buttons, then each card."""
    cards = card_lines(rows(data, "carouselCards"), "buttons")
    return joined(written(data.get("text")), button_line(rows(data, "buttons")), *cards)


def _uid(case: str, accepted: Accepted, text: str) -> str:
    """Give an id that is the same whenever this very delivery is read again."""
    told = f"{case}\n{accepted.received_at.isoformat()}\n{text}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:_UID_LENGTH]
