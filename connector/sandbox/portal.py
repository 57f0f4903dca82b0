"""Answer the developer portal: magic links, and under a link the look-ups of /dev/{token}/api.

The paths and parameters are documented, the shapes of the answers are not: those here are the sandbox's own.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.sandbox.field import Field, flag, problems, text
from connector.sandbox.paging import read_number
from connector.sandbox.read_model import page_of_conversations, read_model
from connector.sandbox.rehearsal import rehearsal_of
from connector.sandbox.request import last_segment, read_json, refuse
from connector.sandbox.request_log import Logged

__all__ = ["routes"]

Call = Callable[[Request], Awaitable[Response]]

MOST_PER_PAGE = 1000
USUAL_PER_PAGE = 50
_LINK_FIELDS = (
    Field("name", text, required=True),
    Field("email", text, required=True),
    Field("reasonForAccess", text, required=True),
    Field("singleUse", flag),
)
_PERIODS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


def routes() -> list[Route]:
    """Give the calls of the portal."""
    return [
        Route("/v1/dev/magic-link", _magic_link, methods=["POST"]),
        Route("/dev/{secret}/api/requests", _behind_link(_requests)),
        Route("/dev/{secret}/api/requests/{id:int}", _behind_link(_request)),
        Route("/dev/{secret}/api/errors", _behind_link(_errors)),
        Route("/dev/{secret}/api/stats", _behind_link(_stats)),
        Route("/dev/{secret}/api/conversations", _behind_link(_conversations)),
        Route("/dev/{secret}/api/conversations/{rest:path}", _behind_link(_conversation)),
    ]


def _behind_link(call: Call) -> Call:
    """Answer 404 unless the secret in the path opens the portal."""

    async def guarded(request: Request) -> Response:
        if not rehearsal_of(request).links.opens(request.path_params["secret"]):
            raise HTTPException(404, "this link does not exist or has expired")
        return await call(request)

    return guarded


async def _magic_link(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    body = await read_json(request)
    refuse(list(problems(_LINK_FIELDS, body, rehearsal.switches)))
    link = rehearsal.links.make(single_use=bool(body.get("singleUse")))
    if link is None:
        raise HTTPException(429, "more than 5 links within an hour")
    expires_at = link.expires_at.isoformat().replace("+00:00", "Z")
    return JSONResponse({"url": f"{request.base_url}dev/{link.secret}", "expiresAt": expires_at})


async def _requests(request: Request) -> Response:
    query = request.query_params
    method, status = query.get("method"), query.get("status")
    return _page_of_requests(
        request,
        lambda one: (
            (method is None or one.method == method.upper())
            and (status is None or str(one.status) == status)
            and (query.get("errors_only") != "true" or one.is_error)
        ),
    )


async def _errors(request: Request) -> Response:
    return _page_of_requests(request, lambda one: one.is_error)


def _page_of_requests(request: Request, wanted: Callable[[Logged], bool]) -> Response:
    limit = read_number(request, "limit", default=USUAL_PER_PAGE, most=MOST_PER_PAGE)
    offset = read_number(request, "offset", default=0, most=10**9)
    found = (one for one in reversed(rehearsal_of(request).log) if wanted(one))
    return JSONResponse({"requests": [asdict(one) for one in islice(found, offset, offset + limit)]})


async def _request(request: Request) -> Response:
    found = rehearsal_of(request).log.find(request.path_params["id"])
    if found is None:
        raise HTTPException(404, "there is no such request")
    logged, carried = found
    return JSONResponse({**asdict(logged), **(asdict(carried) if carried else {})})


async def _stats(request: Request) -> Response:
    period = request.query_params.get("period", "24h")
    if period not in _PERIODS:
        raise HTTPException(400, f"period must be one of {', '.join(_PERIODS)}")
    rehearsal = rehearsal_of(request)
    since = rehearsal.options.clock.now() - _PERIODS[period]
    recent = [one for one in reversed(rehearsal.log) if datetime.fromisoformat(one.at) >= since]
    by_status = Counter(str(one.status) for one in recent)
    errors = sum(one.is_error for one in recent)
    return JSONResponse({"period": period, "requests": len(recent), "errors": errors, "byStatus": by_status})


async def _conversations(request: Request) -> Response:
    limit = read_number(request, "limit", default=USUAL_PER_PAGE, most=MOST_PER_PAGE)
    offset = read_number(request, "continuationToken", default=0, most=10**9)
    return JSONResponse(page_of_conversations(rehearsal_of(request).memory, offset, limit))


async def _conversation(request: Request) -> Response:
    memory = rehearsal_of(request).memory
    identity = last_segment(request, f"/dev/{request.path_params['secret']}/api/conversations/")
    found = memory.by_external_identity.get(identity) or memory.conversations.get(identity)
    if found is None:
        raise HTTPException(404, "there is no such conversation")
    return JSONResponse(read_model(found))
