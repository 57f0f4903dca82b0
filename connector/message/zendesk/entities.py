"""Undo HTML entities in what people wrote, where the account writes them."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal

__all__ = ["Entities", "undo_entities"]

Entities = Literal["auto", "decode", "keep"]

_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_RAW: Final = re.compile(r"[<>]|&(?!(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_PERSON: Final = ("name",)


def undo_entities(body: dict[str, Any], way: Entities) -> tuple[dict[str, Any], bool]:
    """Give the body with entities read in text, subjects and names, and whether any was.

    `auto` does it where these fields hold entities and none of the signs that an account which writes entities would
    have written as one.
    """
    values = [value for value in _values(body) if isinstance(value, str)]
    found = any(_ENTITY.search(value) for value in values)
    if way == "keep" or not found or (way == "auto" and any(_RAW.search(value) for value in values)):
        return body, False
    return _changed(body, html.unescape), True


def _values(body: dict[str, Any]) -> Iterator[Any]:
    for holder, names in _places(body):
        yield from (holder[name] for name in names if name in holder)


def _places(body: dict[str, Any]) -> Iterable[tuple[dict[str, Any], tuple[str, ...]]]:
    message = _table(body.get("message"))
    recipients = message.get("to")
    people = [
        body.get("requester"),
        message.get("from"),
        *(recipients if isinstance(recipients, list) else [recipients]),
    ]
    yield body, ("subject", "inbox", "brand")
    yield message, ("text", "subject")
    yield from ((_table(person), _PERSON) for person in people)


def _changed(body: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    for holder, names in _places(body):
        for name in names:
            if isinstance(holder.get(name), str):
                holder[name] = change(holder[name])
    return body


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
