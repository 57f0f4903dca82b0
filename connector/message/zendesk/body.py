"""Read the JSON that a trigger sends, in steps from strict to merciful."""

import json
from collections.abc import Sequence
from typing import Any, Final

from connector.errors import SkipError
from connector.message.zendesk.rescue import rescue
from connector.reason import Code
from connector.session.reader import clean, decode, reject_deep

__all__ = ["read_body"]

WHAT: Final = "the request's body"


class _TwiceError(ValueError):
    """One object bears a key twice, with two values."""


def read_body(raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give the object that the bytes hold, and a note for each thing that had to be mended.

    Numbers become text, digit by digit: an id never passes through a float. Values that were put between quotes
    without escaping are told by the template's keys. Where one object bears a key twice, somebody's text may pass for
    keys: that is read by the template as well. Raises SkipError(UNREADABLE).
    """
    notes: list[str] = []
    text = decode(raw, WHAT, notes)
    try:
        value = _parse(text, notes)
        reject_deep(raw, value, WHAT)
        value = clean(value, notes)
    except RecursionError as error:
        raise SkipError(Code.UNREADABLE, f"{WHAT} nests its values too deeply") from error
    if not isinstance(value, dict):
        raise SkipError(Code.UNREADABLE, f"{WHAT} is no JSON object", hint="see the body of the trigger in Zendesk")
    return value, tuple(dict.fromkeys(notes))


def _parse(text: str, notes: list[str]) -> Any:
    for strict in (True, False):
        decoder = json.JSONDecoder(
            strict=strict, parse_int=str, parse_float=str, parse_constant=_nothing, object_pairs_hook=_object
        )
        try:
            value = decoder.decode(text)
        except _TwiceError:
            break
        except json.JSONDecodeError:
            continue
        if not strict:
            notes.append("line breaks or tabs stood in a text as they are")
        return value
    found = rescue(text)
    if found is None:
        hint = "see what the trigger sends; a quote or a line break in a text may have spoilt it"
        raise SkipError(Code.UNREADABLE, f"{WHAT} is no JSON, and no filled-in template", hint=hint)
    notes.append("quotes were not escaped: read by the keys of the template")
    return found


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) and any(found[key] != value for key, value in pairs):
        raise _TwiceError
    return found


def _nothing(_text: str) -> None:
    return None
