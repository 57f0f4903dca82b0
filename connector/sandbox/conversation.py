"""Answer POST /v1, /v2 and /v3/conversation."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.sandbox.conversation_rules import VERSIONS, Version
from connector.sandbox.request import options_of, read_json, refuse, store_of

__all__ = ["routes"]


def routes() -> list[Route]:
    """Give the create call of every version."""
    return [_route(version) for version in VERSIONS.values()]


def _route(version: Version) -> Route:
    async def create(request: Request) -> Response:
        body = await read_json(request)
        refuse(version.problems(body, options_of(request).switches))
        fields = version.current(body)
        store = store_of(request)
        known = store.memory.by_external_identity.get(fields["externalIdentity"])
        if known:
            store.repeat(known)
            raise HTTPException(409, "a conversation with this external identity exists already")
        return JSONResponse({version.reply_key: store.create(version.api, fields, body).uid})

    return Route(f"/{version.api}/conversation", create, methods=["POST"])
