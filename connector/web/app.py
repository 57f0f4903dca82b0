"""Make the application that answers over HTTP: the addresses of all intakes, and whether it is well."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from connector.web.health import Health
from connector.web.reception import Reception

__all__ = ["create_app"]


def create_app(reception: Reception, health: Health) -> FastAPI:
    """Give the application for these intakes; it opens and closes nothing."""
    # Pages that describe it would load scripts from elsewhere, and tell everybody what there is to try.
    app = FastAPI(title="Conversation analytics connector", openapi_url=None, docs_url=None, redoc_url=None)

    @app.api_route("/hooks/{kind}/{name}", methods=["POST", "PUT"])
    async def take_in(kind: str, name: str, request: Request) -> Response:
        """Take in a request of the sender that the intake of this kind and name is for."""
        return await reception.receive(kind, name, request)

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
