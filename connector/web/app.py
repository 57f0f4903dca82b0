"""Make the application that answers over HTTP: the addresses of all intakes, and whether it is well."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.web.browser import PREFLIGHT, answer_preflight, open_to_page
from connector.web.description import describe
from connector.web.health import Health
from connector.web.incoming import Incoming
from connector.web.reception import Reception

__all__ = ["create_app"]

HOOKS: Final = "/hooks/"
SILENT: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""What senders send is nobody else's business."""


class _Hooks:
    """The addresses of all intakes, told apart by one look into a table: each message pays for the way to it."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in a request of the sender that the intake at this address is for."""
        plan, request = self._reception.plan_at(scope["path"]), Incoming(scope, receive)
        if request.method == PREFLIGHT:
            response = answer_preflight(plan, request)
        else:
            response = open_to_page(plan, request, await self._reception.receive(plan, request))
        await response(scope, receive, send)


class _Fork:
    """The way to the hooks, short, and the way to all else, over a router."""

    def __init__(self, hooks: ASGIApp, rest: ASGIApp) -> None:
        self._hooks = hooks
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go the way that the path says."""
        way = self._hooks if scope["type"] == "http" and scope["path"].startswith(HOOKS) else self._rest
        await way(scope, receive, send)


def create_app(reception: Reception, health: Health) -> ASGIApp:
    """Give the application for these intakes; it opens and closes nothing.

    `/openapi.json` describes it. There are no pages that do: those would load scripts from elsewhere.
    """
    rest = FastAPI(openapi_url="/openapi.json", docs_url=None, redoc_url=None, telemetry=SILENT)
    document = describe(reception.plans.values())
    # What FastAPI would find out by itself is `/healthz` alone.
    rest.openapi = lambda: document  # type: ignore[method-assign]

    @rest.get("/healthz")
    async def tell_health() -> JSONResponse:
        """Tell with 200 that requests can be accepted, with 503 that they cannot."""
        if await health.is_good():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "trouble"}, 503, {"retry-after": "5"})

    @rest.exception_handler(Exception)
    async def tell_trouble(request: Request, _error: Exception) -> Response:
        """Tell the sender to come again; the error goes on to the log, with what was sent in no line of it."""
        return reception.fail(request.scope["path"])

    return _Fork(ServerErrorMiddleware(_Hooks(reception), handler=tell_trouble), rest)
