"""Put the sandbox together: its memory, its calls, and the gate before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from connector.sandbox import audio, case, conversation, page, portal, readback, second_api
from connector.sandbox.faults import Dice, parse_faults
from connector.sandbox.gate import Gate
from connector.sandbox.magic_link import MagicLinks
from connector.sandbox.options import SandboxOptions
from connector.sandbox.rehearsal import Rehearsal
from connector.sandbox.store import Store

__all__ = ["create_app"]

_CALLS = (conversation, audio, case, portal, second_api, readback, page)


def create_app(options: SandboxOptions) -> Starlette:
    """Give the rehearsal Capturi as an ASGI application; raises ConfigurationError where the options do not fit."""
    faults = parse_faults(options.faults)
    store = Store(options.clock, options.keep)
    rehearsal = Rehearsal(options, store, Dice(faults), MagicLinks(options.clock))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    app = Starlette(
        routes=[route for call in _CALLS for route in call.routes()],
        middleware=[Middleware(Gate, rehearsal=rehearsal)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.rehearsal = rehearsal
    return app
