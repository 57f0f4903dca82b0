"""Say what a refusal of Zendesk's interface means, and what to do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson

from connector.errors import StopError
from connector.line import Answer

__all__ = ["refusal_of"]

LONGEST_TOLD: Final = 300

_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: (
        "Zendesk does not accept the e-mail address with this API token",
        "see source.api, and in the Admin Center whether token access is on and the token still active",
    ),
    HTTPStatus.FORBIDDEN: (
        "Zendesk does not let this account do that",
        "webhooks, triggers and exports take an administrator's account",
    ),
    HTTPStatus.NOT_FOUND: ("Zendesk does not know what is to be changed", "run it again: it looks anew"),
    HTTPStatus.CONFLICT: ("somebody changed it in Zendesk at the same time", "run it again"),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Zendesk's limit is used up for a long time",
        "other programs may use it up: lower source.api.requests_per_minute, or run it at another time",
    ),
}


def refusal_of(answer: Answer) -> StopError:
    """Give the error to raise for an answer that is no success."""
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return StopError("Zendesk sends the request elsewhere", hint="see source.api: is it the right address?")
    message, hint = _WORDS.get(answer.status, (f"Zendesk refuses the request with status {answer.status}", ""))
    told = _told(answer.body)
    return StopError(f"{message}: {told}" if told else message, hint=hint)


def _told(body: bytes) -> str:
    """Give Zendesk's own words for what is wrong with what was sent: names of fields and why they do not fit."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    words = dict.fromkeys(_descriptions(found))
    return "; ".join(words)[:LONGEST_TOLD]


def _descriptions(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _descriptions(one)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("description", "detail", "title", "message") if isinstance(value.get(key), str)]
    below = [text for key in ("details", "errors", "error", "base") for text in _descriptions(value.get(key))]
    other = [text for key, one in value.items() if isinstance(one, list) for text in _descriptions(one)]
    return [*own[:1], *below, *other]
