"""Answer POST /v1, /v2 and /v3/conversation."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.sandbox.conversation_rules import VERSIONS, Version
from connector.sandbox.rehearsal import rehearsal_of
from connector.sandbox.request import read_json, refuse

__all__ = ["routes"]


def routes() -> list[Route]:
    """Give the create call of every version."""
    return [_route(version) for version in VERSIONS.values()]


def _route(version: Version) -> Route:
    async def create(request: Request) -> Response:
        rehearsal = rehearsal_of(request)
        body = await read_json(request)
        refuse(version.problems(body, rehearsal.switches))
        fields = version.current(body)
        known = rehearsal.memory.by_external_identity.get(fields["externalIdentity"])
        if known:
            rehearsal.store.repeat(known)
            raise HTTPException(409, "a conversation with this external identity exists already")
        return JSONResponse({version.reply_key: rehearsal.store.create(version.api, fields, body).uid})

    return Route(f"/{version.api}/conversation", create, methods=["POST"])
