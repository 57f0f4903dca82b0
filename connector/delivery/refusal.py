"""Turn an answer that is no yes into the error that says what to do about it, without repeating what was sent."""

import html
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import orjson

from connector.delivery.model import Answer
from connector.errors import SkipError, StopError, TargetRejectedTokenError, TryAgainError
from connector.reason import Code

__all__ = ["cleaned", "judge"]

LONGEST_TEXT = 300
SHORTEST_VALUE = 2
SHORTEST_INSIDE = 6
DEEPEST_NESTING = 8
BLANK = "…"

_NEVER_HEALING = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})

_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
# Anchored at the begin of a word, or a long word without an @ would be scanned from each of its letters.
_E_MAIL = re.compile(r"(?<![^\s\"'<>@])[^\s\"'<>@]+@[^\s\"'<>@]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){5,}")
_WORD = re.compile(r"[^\W\d_]{2,}|\d{3,}")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")

# Words an error may need to be understood, kept even where a text that we sent has them too.
_PLAIN_WORDS = frozenset(
    (  # noqa: SIM905 - a column of quotes would hide the words
        "a already an and array at be body bool cannot characters code conversation date does empty "
        "error errors exceed exist exists expected failed false field fields for format found from greater has "
        "in int integer invalid is it json length less long may maximum message minimum missing more "
        "must no not null number object of on one only or property request required select should "
        "string than that the this time title to too true type unique unknown uid validation value "
        "values was with"
    ).split()
)


def judge(answer: Answer, sent: Any, *, audio: bool = False, remedy: str = "") -> None:
    """Return on success; else raise TargetRejectedTokenError, StopError, TryAgainError or SkipError.

    `sent` is what the request carried: none of its values stands in the error, even where the target quotes them.
    `remedy` says what to mend where the token is not accepted.
    """
    status = answer.status
    if status < HTTPStatus.MULTIPLE_CHOICES:
        _demand_api(answer)
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise TargetRejectedTokenError(f"the target does not accept the token (status {status})", hint=remedy)
    if status < HTTPStatus.BAD_REQUEST:
        raise StopError(f"the target has moved (status {status})", hint="see target.url; redirects are not followed")
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise StopError(f"the proxy wants other credentials (status {status})", hint="see HTTPS_PROXY")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NEVER_HEALING:
        raise TryAgainError(f"the target answered status {status}")
    if audio and status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise SkipError(Code.AUDIO_TOO_LARGE, f"the target refused the recording as too large (status {status})")
    text = cleaned(answer.body, sent)
    raise SkipError(Code.TARGET_REFUSED, f"the target refused with status {status}{': ' if text else ''}{text}")


def _demand_api(answer: Answer) -> None:
    # A log-in page of a proxy or a hotel also comes with status 200.
    if answer.headers.get("content-type", "").lower().startswith("text/html"):
        raise TryAgainError("a web page answered in place of the target", hint="is there a proxy between?")


def cleaned(body: bytes, sent: Any) -> str:
    """Give what the body of an error says in at most 300 characters, with everything that was sent blanked out."""
    text = _SPACE.sub(" ", _readable(body)).strip()
    values = set(_values(sent))
    for value in sorted(values, key=len, reverse=True):
        text = _pattern(value).sub(BLANK, text)
    text = _NUMBER.sub(BLANK, _E_MAIL.sub(BLANK, text))
    words = {word for value in values for word in _WORD.findall(value.casefold())} - _PLAIN_WORDS - set(_keys(sent))
    text = _WORD.sub(lambda found: BLANK if found[0].casefold() in words else found[0], text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + BLANK


def _pattern(value: str) -> re.Pattern[str]:
    # A short value inside a longer word is most likely not this value: 'name' in 'agentName' shall stay readable.
    edges = ("", "") if len(value) >= SHORTEST_INSIDE else (r"(?<![^\W\d_])", r"(?![^\W\d_])")
    return re.compile(f"{edges[0]}{re.escape(value)}{edges[1]}", re.IGNORECASE)


def _readable(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        text = "; ".join(_told(orjson.loads(body), "", 0))
    except orjson.JSONDecodeError:
        text = _TAG.sub(" ", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))
    return unquote(html.unescape(text)).encode("utf-8", "replace").decode()


def _told(value: Any, name: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST_NESTING:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _told(part, f"{name}.{key}" if name else key, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _told(part, name, depth + 1)
    elif value is not None:
        yield f"{name}: {value}" if name else str(value)


def _values(value: Any) -> Iterator[str]:
    """Give every text and number somewhere in the value that is long enough to tell something."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _values(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _values(part)
    elif value is not None and not isinstance(value, bool):
        text = _SPACE.sub(" ", str(value)).strip()
        if len(text) >= SHORTEST_VALUE:
            yield text


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key).casefold()
            yield from _keys(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _keys(part)
