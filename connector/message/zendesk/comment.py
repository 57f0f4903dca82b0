"""Make one event of what a trigger told, with what the vendor's recipe gets wrong put right."""

from datetime import UTC, datetime
from typing import Any, Final

from connector.errors import SkipError
from connector.message.model import Act, Event
from connector.message.options import Options
from connector.message.zendesk.entities import undo_entities
from connector.message.zendesk.people import OUTBOUND, contact, direction_of, recipient_of
from connector.message.zendesk.words import CHANNELS, PRIORITIES, STATUSES, is_false, known_word, told
from connector.reason import Code, Verdict
from connector.session.moment import read_moment

__all__ = ["read_comment"]

NOTE: Final = "note"
LONGEST_ID: Final = 200
_TYPES: Final = {"mail": "email"}
_LABELS: Final = {"status": STATUSES, "priority": PRIORITIES, "source": CHANNELS}


def read_comment(body: dict[str, Any], options: Options, mended: tuple[str, ...]) -> Event:
    """Give the event of one body; `mended` are the notes of its reading. Raises SkipError where no ticket is named."""
    notes = [*mended]
    body, unescaped = undo_entities(body, options.entities)
    if unescaped:
        notes.append("HTML entities were read in text, subjects and names")
    case = _case_id(body)
    message = _part(body)
    updated = _moment(body.get("updated"))
    at = _written_at(message, updated, notes)
    internal = is_false(message.get("isPublic"))
    record = {
        **body,
        **_times(body),
        "caseUid": case,
        "inbox": told(body.get("inbox")),
        "subject": told(body.get("subject")),
        "brand": told(body.get("brand")),
        "requester": contact(body.get("requester")),
        "assignee": contact(message.get("to")),
        "labels": {name: told(body.get(name)) for name in _LABELS},
        "tags": _tags(body.get("tags")),
        "message": {**message, **_message(body, options, notes, internal=internal), "created": _written(at)},
    }
    record |= {name: known_word(body.get(name), table) for name, table in _LABELS.items()}
    record["message"]["type"] = NOTE if internal else _TYPES.get(record["source"], record["source"])
    return Event(
        Act.MESSAGE,
        case,
        record["message"]["messageUid"],
        record,
        at=at,
        case_updated_at=updated or at,
        notes=tuple(dict.fromkeys(notes)),
        verdict=_verdict(options) if internal else None,
        doubt=None if _tells_visibility(message) else _verdict(options),
    )


def _case_id(body: dict[str, Any]) -> str:
    case = told(body.get("caseUid"))
    if case is not None and len(case) <= LONGEST_ID:
        return case
    if "zendesk_event_version" in body:
        hint = "connect it to a trigger: a webhook that is subscribed to events stays so for life, so make another one"
        raise SkipError(Code.UNREADABLE, "the webhook is subscribed to events and sends no template", hint=hint)
    hint = "a test send fills in no placeholders; else see caseUid in the trigger's body"
    raise SkipError(Code.UNREADABLE, "the request names no ticket", hint=hint)


def _message(body: dict[str, Any], options: Options, notes: list[str], *, internal: bool) -> dict[str, Any]:
    message = _part(body)
    author = contact(message.get("from"))
    direction = direction_of(message.get("direction"), author, contact(body.get("requester")), notes)
    text = message.get("text")
    uid = told(message.get("messageUid"))
    if uid is None:
        notes.append("the trigger fired without the id of a comment")
    if internal:
        notes.append("an internal note: its isPublic says false")
    elif not _tells_visibility(message) and direction == OUTBOUND:
        notes.append("whether it is an internal note is not told: the template has no isPublic")
    return {
        "messageUid": uid,
        "direction": direction,
        "from": author,
        # Internal notes stay among colleagues, whatever their direction.
        "to": recipient_of(body, author, options.mailbox, outbound=direction == OUTBOUND and not internal, notes=notes),
        "subject": told(message.get("subject")),
        "text": text if isinstance(text, str) and text.strip() else None,
        "internal": internal,
    }


def _part(body: dict[str, Any]) -> dict[str, Any]:
    message = body.get("message")
    return message if isinstance(message, dict) else {}


def _tells_visibility(message: dict[str, Any]) -> bool:
    given = message.get("isPublic")
    return isinstance(given, bool) or told(given) is not None


def _verdict(options: Options) -> Verdict | None:
    if options.notes == "send":
        return None
    return Verdict.usual(Code.FILTERED, "an internal note; source.notes decides")


def _written_at(message: dict[str, Any], updated: datetime | None, notes: list[str]) -> datetime | None:
    """Give when the comment was written; the recipe tells only when its ticket changed last."""
    if (at := _moment(message.get("createdAt"))) is not None:
        return at
    if told(message.get("createdAt")) is not None:
        notes.append("message.createdAt is no time that can be read")
    notes.append("message.created is when the ticket changed: the template tells no time of the comment")
    return _moment(message.get("created")) or updated


def _times(body: dict[str, Any]) -> dict[str, str | None]:
    """Give the case's times in full; one that cannot be read stays as it came, for the mapping to refuse."""
    return {name: _written(_moment(body.get(name))) or told(body.get(name)) for name in ("created", "updated")}


def _moment(value: Any) -> datetime | None:
    return read_moment(told(value))


def _written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None


def _tags(value: Any) -> list[str]:
    if isinstance(value, list):
        return [tag for tag in value if isinstance(tag, str)]
    return value.split() if isinstance(value, str) else []
