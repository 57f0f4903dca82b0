"""Get the tokens that Sangoma CX gives for a client id and secret, one for each kind of call."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from connector.clock import Clock
from connector.errors import StopError
from connector.line import Answer, Request, read_endpoint
from connector.message.layout import table
from connector.message.sangoma.refusal import refusal_of
from connector.session.field import seconds, word

__all__ = ["AGENT_CALLS", "DIGITAL_INTERACTIONS", "QUEUE_CALLS", "Access", "Tokens"]

DIGITAL_INTERACTIONS: Final = "cx.digital-interactions"
AGENT_CALLS: Final = "cx.agent-calls"
QUEUE_CALLS: Final = "cx.queue-calls"
LIFETIME: Final = timedelta(days=365)
"""How long a token lives where the answer does not say."""
MARGIN: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Access:
    """Whose Sangoma CX is asked, with which credentials (System > Configuration > CPaaS Credentials)."""

    tenant_domain: str
    """Like acme.cx.sangoma.com."""
    client_id: str
    client_secret: str = field(repr=False)
    url: str = "https://cpaas.sangoma.com/cx"
    token_url: str = "https://auth.sangoma.com/oauth/token"  # noqa: S105 - an address


class Tokens:
    """The tokens of one client, each asked for when it is first needed and kept until it ends."""

    def __init__(self, access: Access, clock: Clock, send: Callable[[Request], Awaitable[Answer]]) -> None:
        self._url = read_endpoint(access.token_url, secret=True, field="source.cpaas.token_url")
        pair = f"{access.client_id}:{access.client_secret}"
        self._headers = {
            "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._clock = clock
        self._send = send
        self._known: dict[str, tuple[str, datetime]] = {}

    async def get(self, scope: str) -> str:
        """Give a token for calls of this scope; raise StopError where none is given."""
        known = self._known.get(scope)
        if known is not None and self._clock.now() < known[1]:
            return known[0]
        form = urlencode({"grant_type": "client_credentials", "scope": scope})
        answer = await self._send(Request(self._url, self._headers, "POST", form.encode()))
        told = _told(answer)
        token = word(told.get("access_token"))
        if token is None:
            raise refusal_of(answer, token=True)
        if not (token.isascii() and token.isprintable()):
            raise StopError("Sangoma gave a token that no header can carry")
        lifetime = seconds(told.get("expires_in"))
        alive = min(timedelta(seconds=lifetime), LIFETIME) if lifetime is not None else LIFETIME
        self._known[scope] = (token, self._clock.now() + alive - MARGIN)
        return token

    def forget(self, scope: str) -> None:
        """Have the next call ask for a new token: this one is not taken any more."""
        self._known.pop(scope, None)


def _told(answer: Answer) -> Any:
    try:
        return table(orjson.loads(answer.body))
    except orjson.JSONDecodeError:
        return {}
