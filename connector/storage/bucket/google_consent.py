"""Ask a person once, in the browser, for the consent to read buckets, and give the refresh token it brings."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import urlencode

import orjson
from aiohttp import web

from connector.errors import StopError
from connector.line import Answer, Line, Request
from connector.storage.bucket.oauth import AUTH_URI, READ_SCOPE, TOKEN_URI

__all__ = ["Client", "get_refresh_token"]

HOST = "127.0.0.1"

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Conversation connector</title>
<body style="font-family: sans-serif; margin: 4em"><h1>{title}</h1><p>{text}</p></body></html>"""


@dataclass(frozen=True, slots=True)
class Client:
    """The OAuth client of the kind "Desktop app" that was made in Google's console."""

    client_id: str
    client_secret: str = field(repr=False)
    auth_uri: str = AUTH_URI
    token_uri: str = TOKEN_URI
    scope: str = READ_SCOPE
    """What the person is asked to allow."""


async def get_refresh_token(
    client: Client, line: Line, show: Callable[[str], None], *, port: int = 0, wait_seconds: float = 600
) -> str:
    """Give the refresh token after a person has opened the shown address and said yes.

    Google sends the browser back to this port of this machine (0: any free one); who else comes there is turned away.
    Raises StopError where the person says no or nobody comes, or Google gives no token.
    """
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    async with _Landing(state, port) as landing:
        show(_address(client, landing.address, state, verifier))
        try:
            code = await asyncio.wait_for(landing.code, wait_seconds)
        except TimeoutError:
            raise StopError("nobody gave consent in time", hint="run the command again") from None
        return await _exchange(client, line, code, landing.address, verifier)


class _Landing:
    """The place on this machine to which Google sends the browser back."""

    def __init__(self, state: str, port: int) -> None:
        self._state = state
        self._port = port
        self._runner: web.AppRunner | None = None
        self.address = ""
        self.code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._land)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            hint = "name another one with --port, or leave it out"
            raise StopError(f"the port {self._port} is taken", hint=hint) from error
        self.address = f"http://{HOST}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _land(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.query.get("state", "").encode(), self._state.encode()):
            return _page(
                "Not expected", "This address belongs to a login that is not under way.", HTTPStatus.BAD_REQUEST
            )
        code = request.query.get("code")
        if not self.code.done():
            if code:
                self.code.set_result(code)
            else:
                self.code.set_exception(StopError("no consent was given", hint="run the command again"))
        if code:
            return _page("Thank you", "The connector has your consent. You can close this window.")
        return _page("No consent", "The connector may not read. You can close this window.")


def _page(title: str, text: str, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(text=_PAGE.format(title=title, text=text), content_type="text/html", status=status)


def _address(client: Client, back: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": client.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": client.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Without these two, whoever gave consent before gets no refresh token again.
        "access_type": "offline",
        "prompt": "consent",
    }
    return f"{client.auth_uri}?{urlencode(query)}"


async def _exchange(client: Client, line: Line, code: str, back: str, verifier: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await line.answer(Request(client.token_uri, headers, "POST", urlencode(form).encode()))
    found = _object(answer)
    token = found.get("refresh_token")
    if isinstance(token, str) and token:
        return token
    code_word = str(found.get("error", ""))
    told = f" ({code_word})" if code_word.isidentifier() else ""
    hint = "compare client id and client secret with those in Google's console; the client must be a desktop app"
    raise StopError(f"Google gives no refresh token{told}", hint=hint)


def _object(answer: Answer) -> dict[str, object]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
