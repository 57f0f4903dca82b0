"""Stand in for the interface of Sangoma CX: tokens for a client, and the documented calls."""

from base64 import b64encode
from types import TracebackType
from typing import Any, Self

from aiohttp import web

__all__ = ["SangomaServer"]

ROOT = "/cx/api/v1/digital-interactions"
NEEDS = {
    "webhooks": ("url", "subscriptions"),
    "agent-bot": ("outgoing_url", "name"),
    "assign-agent-bot": ("inbox_id", "agent_bot_id"),
    "contacts": ("name", "email", "inbox_id"),
    "conversations": ("source_id", "contact_id", "inbox_id", "priority", "initial_message"),
    "messages": ("content", "conversation_id"),
    "conversations/deliver-to-agent": ("conversation_id",),
    "conversations/finish": ("conversation_id",),
}
CALLS = {"agents": ("agent_name", "cx.agent-calls"), "queues": ("queue_name", "cx.queue-calls")}


class SangomaServer:
    """A Sangoma CX on a port of its own; it lets one client in and demands every field that is documented."""

    client_id = "client-1"
    client_secret = "s3cret-of-the-client"
    tenant_domain = "acme.cx.sangoma.example"

    def __init__(self) -> None:
        self.address = ""
        self.tokens: dict[str, str] = {}
        self.asked: list[tuple[str, Any]] = []
        self.instead: list[web.Response] = []
        """What the next calls get, tokens excepted."""
        self.expires_in: Any = 31_536_000
        self.inboxes: Any = [{"id": 9, "name": "Web chat", "channel_type": "Channel::WebWidget"}, {"name": "no id"}]
        self.extra: dict[str, Any] = {}
        """What the answer to a webhook tells beside its id."""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/oauth/token", self._token)
        app.router.add_get(f"{ROOT}/inboxes/", self._inboxes)
        app.router.add_post(ROOT + "/{call:.+}/", self._call)
        app.router.add_post("/cx/api/v1/{whose:agents|queues}/call/", self._place_call)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.asked.append(("token", dict(form)))
        pair = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {pair}" or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=401)
        scope = str(form["scope"])
        self.tokens[scope] = f"token-{len(self.asked)}"
        return web.json_response({"access_token": self.tokens[scope], "expires_in": self.expires_in})

    async def _inboxes(self, request: web.Request) -> web.Response:
        return self._refused(request, "cx.digital-interactions") or web.json_response(self.inboxes)

    async def _call(self, request: web.Request) -> web.Response:
        call = request.match_info["call"]
        body = await request.json()
        self.asked.append((call, body))
        refused = self._refused(request, "cx.digital-interactions")
        if refused is not None:
            return refused
        if call not in NEEDS or self._lacks(body, *NEEDS[call]):
            return web.json_response({"error": "what you sent is wrong"}, status=422)
        return web.json_response({"id": 40 + len(self.asked), **(self.extra if call == "webhooks" else {})})

    async def _place_call(self, request: web.Request) -> web.Response:
        whose, scope = CALLS[request.match_info["whose"]]
        body = await request.json()
        self.asked.append((request.match_info["whose"], body))
        refused = self._refused(request, scope)
        lacks = self._lacks(body, whose, "destination")
        return refused or (web.Response(status=422) if lacks else web.Response(status=204))

    def _refused(self, request: web.Request, scope: str) -> web.Response | None:
        if self.instead:
            return self.instead.pop(0)
        if request.headers.get("Authorization") != f"Bearer {self.tokens.get(scope)}":
            return web.json_response({"error": "unauthorised"}, status=401)
        return None

    def _lacks(self, body: dict[str, Any], *names: str) -> bool:
        return body.get("tenant_domain") != self.tenant_domain or any(body.get(name) is None for name in names)
