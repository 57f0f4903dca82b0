"""Put the sandbox together: its memory, its calls, and the gate before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from connector.sandbox import audio, conversation, readback
from connector.sandbox.gate import Gate
from connector.sandbox.options import SandboxOptions
from connector.sandbox.store import Store

__all__ = ["create_app"]


def create_app(options: SandboxOptions) -> Starlette:
    """Give the rehearsal Capturi as an ASGI application; raises ConfigurationError where the options do not fit."""
    store = Store(options.clock, options.keep)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    app = Starlette(
        routes=[*conversation.routes(), *audio.routes(), *readback.routes()],
        middleware=[Middleware(Gate, token=options.token)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.options = options
    app.state.store = store
    return app
