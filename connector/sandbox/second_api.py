"""Answer the look-ups of Capturi's second API, at /audio/integrations as on api.capturi.ai.

Whether the token of the integrations API opens it is not known: by default it does not, and everything is 403.
"""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.sandbox.field import Field, problems, text, whole
from connector.sandbox.options import Switches
from connector.sandbox.read_model import page_of_conversations, read_model
from connector.sandbox.rehearsal import rehearsal_of
from connector.sandbox.request import last_segment, read_json

__all__ = ["routes"]

PREFIX = "/audio/integrations/conversations/"
MOST_PER_PAGE = 10_000
_KINDS = frozenset({"application/json", "application/json-patch+json"})


def _token(place: str, value: Any, _switches: Switches) -> Iterator[str]:
    if not isinstance(value, str) or not value.isdecimal():
        yield f"{place} must be one that was given out"


# The real list has many more filters; an unknown one is refused, since ignoring it would find too much.
_FILTERS = (Field("externalIdentity", text), Field("limit", whole(1)), Field("continuationToken", _token))


def routes() -> list[Route]:
    """Give the calls that look a conversation up."""
    return [
        Route(f"{PREFIX}list-full", _list_full, methods=["POST"]),
        Route(f"{PREFIX}{{rest:path}}", _by_uid),
    ]


async def _by_uid(request: Request) -> Response:
    if refusal := _refusal(request):
        return refusal
    found = rehearsal_of(request).memory.conversations.get(last_segment(request, PREFIX))
    return JSONResponse(read_model(found)) if found else Response(status_code=204)


async def _list_full(request: Request) -> Response:
    if refusal := _refusal(request):
        return refusal
    filters = await read_json(request, _KINDS)
    if found := list(problems(_FILTERS, filters, Switches())):
        return _problem(400, "; ".join(found))
    limit, token = min(filters.get("limit", MOST_PER_PAGE), MOST_PER_PAGE), filters.get("continuationToken", "0")
    memory = rehearsal_of(request).memory
    if "externalIdentity" in filters:
        known = memory.by_external_identity.get(filters["externalIdentity"])
        return JSONResponse({"conversations": [read_model(known)] if known else [], "continuationToken": None})
    return JSONResponse(page_of_conversations(memory, int(token), limit))


def _refusal(request: Request) -> Response | None:
    if rehearsal_of(request).switches.second_api == "refuse":
        return _problem(403, "this token does not open this API")
    if not request.query_params.get("api-version"):
        return _problem(400, "the query parameter api-version is missing")
    return None


def _problem(status: int, detail: str) -> Response:
    content: dict[str, Any] = {"type": "about:blank", "title": detail, "status": status, "detail": detail}
    return JSONResponse(content, status, media_type="application/problem+json")
