"""List what the case calls take, as Capturi documents it (integration-api-clients, July 2026)."""

import re
from collections.abc import Iterator
from typing import Any

from connector.sandbox.field import Field, any_text, distinct_texts, flag, moment, objects, text, translate
from connector.sandbox.message_rules import message, messages, patch_messages
from connector.sandbox.options import Switches

__all__ = ["ADD_MESSAGE", "PATCH_CASE", "PUT_CASE", "PUT_MESSAGE", "kept_case"]

MOST_CUSTOM_FIELDS = 10

_CUSTOM_NAME = re.compile("[a-zA-Z0-9]+")


def _custom_name(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    if not isinstance(value, str) or not _CUSTOM_NAME.fullmatch(value):
        yield f"{place} must consist of the letters a to z and digits"


_CUSTOM_FIELD = (Field("name", _custom_name, required=True), Field("value", any_text, required=True))
_CUSTOM_FIELDS = Field("customFields", objects(_CUSTOM_FIELD, most=MOST_CUSTOM_FIELDS, least=0))
_CASE = (
    Field("caseUid", text, required=True),
    Field("source", text, required=True),
    Field("created", moment, required=True),
    Field("updated", moment, required=True),
    Field("subject", text, required=True),
    Field("inbox", text),
    Field("status", text),
    Field("priority", text),
    Field("tags", distinct_texts),
    _CUSTOM_FIELDS,
)
PUT_CASE = (*_CASE, Field("messages", messages, required=True))
PUT_MESSAGE = (*_CASE, Field("message", message, required=True))
ADD_MESSAGE = (_CASE[0], Field("message", message, required=True))
PATCH_CASE = (
    Field("externalUid", text, becomes="caseUid"),
    Field("updated", moment),
    Field("subject", text),
    Field("inbox", text),
    Field("status", text),
    Field("tags", distinct_texts),
    _CUSTOM_FIELDS,
    Field("onlyUpdateCustomFields", flag),
    Field("messages", patch_messages),
)

_NO_FIELDS_OF_THE_CASE = frozenset({"messages", "message", "onlyUpdateCustomFields"})


def kept_case(fields: tuple[Field, ...], body: dict[str, Any]) -> dict[str, Any]:
    """Give the case fields of a checked body; custom fields without a value are ignored, as documented."""
    kept = {name: value for name, value in translate(fields, body).items() if name not in _NO_FIELDS_OF_THE_CASE}
    if "customFields" in kept:
        kept["customFields"] = [one for one in kept["customFields"] if one["value"].strip()]
    return kept
