"""List what a message of a case must carry, as Capturi documents it (integration-api-clients, July 2026)."""

from collections.abc import Iterator, Sequence
from typing import Any

from connector.sandbox.field import Field, any_text, distinct_texts, moment, objects, problems, text, translate
from connector.sandbox.options import Switches

__all__ = ["kept_message", "kept_patch_message", "message", "messages", "patch_messages"]

_DIRECTIONS = ("Inbound", "Outbound")


def _spelt(direction: str, switches: Switches) -> str:
    return direction.capitalize() if switches.direction_case == "any" else direction


def _direction(place: str, value: Any, switches: Switches) -> Iterator[str]:
    if not isinstance(value, str) or _spelt(value, switches) not in _DIRECTIONS:
        yield f"{place} must be Inbound or Outbound"


# The id counts on the sender of an outbound message only and is ignored elsewhere, so it may be empty there.
_CONTACT = (Field("name", text, required=True), Field("email", text, required=True), Field("id", any_text))


def _contact(place: str, value: Any, switches: Switches) -> Iterator[str]:
    yield from problems(_CONTACT, value, switches, place)


_MESSAGE = (
    Field("messageUid", text, required=True),
    Field("created", moment, required=True),
    Field("direction", _direction, required=True),
    Field("from", _contact, required=True),
    Field("to", objects(_CONTACT), required=True),
    Field("text", text, required=True),
    Field("type", text),
    Field("subject", text),
    Field("attachments", distinct_texts),
)
# A PATCH names the id otherwise and carries the direction in `type`; which fields it insists on is not documented.
_PATCH_NAMES = {"messageUid": "externalUid", "direction": "type"}
_PATCH_MESSAGE = tuple(
    Field(_PATCH_NAMES.get(field.name, field.name), field.check, required=field.required, becomes=field.name)
    for field in _MESSAGE
    if field.name != "type"
)


def message(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want one message."""
    yield from problems(_MESSAGE, value, switches, place)
    yield from _sender_problems(place, value, switches)


def messages(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want a list of at least one message, each with an id of its own."""
    yield from _list_problems(_MESSAGE, place, value, switches)
    for index, one in enumerate(value if isinstance(value, list) else ()):
        yield from _sender_problems(f"{place}[{index}]", one, switches)


def patch_messages(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want a list of at least one message in the form that a PATCH takes; the example there has no sender's id."""
    yield from _list_problems(_PATCH_MESSAGE, place, value, switches)


def _list_problems(fields: Sequence[Field], place: str, value: Any, switches: Switches) -> Iterator[str]:
    yield from objects(fields)(place, value, switches)
    if not isinstance(value, list) or switches.repeated_message == "duplicate":
        return
    id_name = fields[0].name
    seen = set()
    for index, one in enumerate(value):
        uid = one.get(id_name) if isinstance(one, dict) else None
        if isinstance(uid, str):
            if uid in seen:
                yield f"{place}[{index}].{id_name} repeats an earlier one"
            seen.add(uid)


def _sender_problems(place: str, value: Any, switches: Switches) -> Iterator[str]:
    """Want an id of the sender on an outbound message: Capturi finds or makes the agent by it."""
    if not isinstance(value, dict) or not isinstance(value.get("from"), dict):
        return
    is_outbound = _spelt(str(value.get("direction")), switches) == "Outbound"
    sender_id = value["from"].get("id")
    if is_outbound and (sender_id is None or (isinstance(sender_id, str) and not sender_id.strip())):
        yield f"{place}.from.id is missing, and an Outbound message needs it"


def kept_message(value: dict[str, Any], switches: Switches) -> dict[str, Any]:
    """Give a checked message as the read-back shows it."""
    kept = translate(_MESSAGE, value)
    return {**kept, "direction": _spelt(kept["direction"], switches)}


def kept_patch_message(value: dict[str, Any], switches: Switches) -> dict[str, Any]:
    """Give a checked message of a PATCH by the names of the other calls."""
    kept = translate(_PATCH_MESSAGE, value)
    return {**kept, "direction": _spelt(kept["direction"], switches)}
