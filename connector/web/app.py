"""Make the application that answers over HTTP: the addresses of all intakes, and whether it is well."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.telemetry import TelemetryConfig
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from connector.web.browser import PREFLIGHT, answer_preflight, open_to_page
from connector.web.description import describe
from connector.web.health import Health
from connector.web.reception import Reception

__all__ = ["create_app"]


SILENT: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""What senders send is nobody else's business; asking for each request whether somebody listens costs as well."""


class _Hook:
    """The address of every intake."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in a request of the sender that the intake of this kind and name is for."""
        named, request = scope["path_params"], Request(scope, receive)
        plan = self._reception.plans.get((named["kind"], named["name"]))
        if request.method == PREFLIGHT:
            response = answer_preflight(plan, request)
        else:
            taken = await self._reception.receive(named["kind"], named["name"], request)
            response = open_to_page(plan, request, taken)
        await response(scope, receive, send)


def create_app(reception: Reception, health: Health) -> FastAPI:
    """Give the application for these intakes; it opens and closes nothing."""
    # Pages that describe it would load scripts from elsewhere, and tell everybody what there is to try.
    app = FastAPI(
        title="Conversation analytics connector", openapi_url=None, docs_url=None, redoc_url=None, telemetry=SILENT
    )

    # Served nowhere: for whoever has the program itself, as `connector schema hooks` does.
    app.openapi = lambda: describe(reception.plans.values())  # type: ignore[method-assign]

    # A route below FastAPI's own, whose reading of parameters would cost more than all the rest of a request.
    app.router.routes.append(Route("/hooks/{kind}/{name}", _Hook(reception)))

    @app.get("/healthz")
    async def tell_health() -> JSONResponse:
        """Tell with 200 that requests can be accepted, with 503 that they cannot."""
        if await health.is_good():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "trouble"}, 503, {"retry-after": "5"})

    @app.exception_handler(Exception)
    async def tell_trouble(request: Request, _error: Exception) -> Response:
        """Tell the sender to come again; the error goes on to the log, with what was sent in no line of it."""
        return reception.fail(request)

    return app
