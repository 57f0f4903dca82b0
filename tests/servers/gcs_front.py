"""Put before the storage emulator what it lacks of Google: tokens, pages, generations that bind, refusals, faults."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote

import aiohttp
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from yarl import URL

from tests.servers.thread import serving

__all__ = ["Fault", "GcsFront", "running_front"]


@dataclass
class Fault:
    """What the next requests meet whose path and query hold the text."""

    status: int
    times: int = 1
    holding: str = ""
    reason: str = "backendError"
    headers: dict[str, str] = field(default_factory=dict)


class GcsFront:
    """What the front knows and does; a test may change any of it while requests come."""

    def __init__(self, emulator: str, clients: dict[str, str], keys: dict[str, RSAPublicKey]) -> None:
        self._emulator = emulator
        self._clients = clients
        self._keys = keys
        self.address = ""
        self._count = 0
        # The emulator takes one connection at a time, and its system turns the sixth away that waits.
        self._few = asyncio.Semaphore(4)
        self.reset()

    def reset(self) -> None:
        """Forget what a test did."""
        self.refresh_tokens = {"refresh-1"}
        self.codes: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.readers: set[str] = set()
        self.may_write = True
        self.fixed: set[str] = set()
        self.page_files = 1000
        self.faults: list[Fault] = []
        self.forbidden: set[str] = set()
        self.may_list = True
        self.payer: str | None = None
        self.spoilt: set[str] = set()
        self.requests: list[str] = []
        self.token_answers: list[dict[str, Any]] = []

    def serve(self) -> web.Application:
        app = web.Application(client_max_size=1024**3)
        app.router.add_post("/token", self._token)
        app.router.add_get("/auth", self._consent)
        app.router.add_get("/storage/v1/b/{bucket}/o", self._list)
        app.router.add_get("/storage/v1/b/{bucket}/o/{name:.+}", self._object)
        app.router.add_route("*", "/storage/v1/b/{bucket}/o/{name:.+}", self._change)
        return app

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        self.requests.append(f"token {form.get('grant_type', '')}")
        if self.token_answers:
            answer = self.token_answers.pop(0)
            return web.json_response(answer["body"], status=answer["status"])
        if form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            granted = self._is_signed(form["assertion"])
        else:
            if self._clients.get(form.get("client_id", "")) != form.get("client_secret"):
                return web.json_response({"error": "invalid_client"}, status=401)
            granted = self._is_granted(form)
        if not granted:
            body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            return web.json_response(body, status=400)
        self._count += 1
        token = f"access-{self._count}"
        self.tokens.add(token)
        if "devstorage.read_only" in _claims(form.get("assertion", "")).get("scope", ""):
            self.readers.add(token)
        body = {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
        if form.get("grant_type") == "authorization_code":
            self.refresh_tokens.add("refresh-of-consent")
            body["refresh_token"] = "refresh-of-consent"
        return _packed(body)

    def _is_granted(self, form: dict[str, str]) -> bool:
        if form.get("grant_type") == "authorization_code":
            digest = hashes.Hash(hashes.SHA256())
            digest.update(form.get("code_verifier", "").encode())
            challenge = base64.urlsafe_b64encode(digest.finalize()).rstrip(b"=").decode()
            return self.codes.pop(form.get("code", ""), None) == f"{challenge} {form.get('redirect_uri')}"
        return form.get("refresh_token") in self.refresh_tokens

    def _is_signed(self, assertion: str) -> bool:
        content, _, signature = assertion.rpartition(".")
        claims = _claims(assertion)
        try:
            self._keys[claims["iss"]].verify(_decoded(signature), content.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (KeyError, InvalidSignature):
            return False
        return "devstorage." in claims["scope"]

    async def _consent(self, request: web.Request) -> web.Response:
        """Do what a person's browser does who says yes: go back to where the program listens."""
        query = request.query
        self.codes["code-1"] = f"{query['code_challenge']} {query['redirect_uri']}"
        raise web.HTTPFound(f"{query['redirect_uri']}?state={query['state']}&code=code-1")

    def _refusal(self, request: web.Request) -> web.Response | None:
        self.requests.append(request.raw_path)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "authError")
        for fault in self.faults:
            if fault.times and fault.holding in request.raw_path:
                fault.times -= 1
                return _error(fault.status, fault.reason, headers=fault.headers)
        if self.payer and request.query.get("userProject") != self.payer:
            return _error(400, "required", "Bucket is a requester pays bucket but no user project provided.")
        return None

    async def _list(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if not self.may_list:
            return _error(403, "forbidden")
        status, body = await self._ask(f"/storage/v1/b/{request.match_info['bucket']}/o", request.query.get("prefix"))
        if status != 200:
            return _error(status, "notFound")
        after = request.query.get("pageToken", "")
        items = sorted((item for item in json.loads(body)["items"] if item["name"] > after), key=lambda i: i["name"])
        most = min(int(request.query.get("maxResults", 1000)), self.page_files)
        page: dict[str, Any] = {"kind": "storage#objects", "items": items[:most]}
        if len(items) > most:
            page["nextPageToken"] = items[most - 1]["name"]
        return _packed(page)

    async def _object(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        name = request.match_info["name"]
        if name in self.forbidden:
            return _error(403, "forbidden")
        path = f"/storage/v1/b/{request.match_info['bucket']}/o/{quote(name, safe='')}"
        status, body = await self._ask(path)
        if status != 200:
            return _error(status, "notFound")
        facts = json.loads(body)
        wanted = request.query.get("ifGenerationMatch")
        if wanted is not None and wanted != facts["generation"]:
            return _error(412, "conditionNotMet")
        if request.query.get("alt") != "media":
            return web.json_response(facts)
        return self._media(request, facts, (await self._ask(f"{path}?alt=media"))[1])

    async def _change(self, request: web.Request) -> web.Response:
        """Copy, remove or note something on an object, for those who may write."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        name, _, target = request.match_info["name"].partition("/rewriteTo/b/")
        is_reader = request.headers["Authorization"].removeprefix("Bearer ") in self.readers
        if is_reader or not self.may_write or name in self.fixed:
            return _error(403, "forbidden")
        bucket = f"/storage/v1/b/{request.match_info['bucket']}/o"
        path, wanted = f"{bucket}/{quote(name, safe='')}", request.query
        status, body = await self._ask(path)
        if status != 200:
            return _error(status, "notFound")
        source_wanted = wanted.get("ifSourceGenerationMatch") or (not target and wanted.get("ifGenerationMatch"))
        if source_wanted and source_wanted != json.loads(body)["generation"]:
            return _error(412, "conditionNotMet")
        if target:
            goal = target.partition("/o/")[2]
            if (
                wanted.get("ifGenerationMatch") == "0"
                and (await self._ask(f"{bucket}/{quote(goal, safe='')}"))[0] == 200
            ):
                return _error(412, "conditionNotMet")
            path = f"{path}/rewriteTo{bucket.removeprefix('/storage/v1')}/{quote(goal, safe='')}"
        status, body = await self._ask(path, method=request.method, content=await request.read())
        return web.Response(status=status, body=body, content_type="application/json")

    def _media(self, request: web.Request, facts: dict[str, Any], content: bytes) -> web.Response:
        headers = {
            "X-Goog-Generation": facts["generation"],
            "X-Goog-Hash": f"crc32c={facts['crc32c']},md5={facts['md5Hash']}",
        }
        if facts["name"] in self.spoilt:
            content = bytes([content[0] ^ 1]) + content[1:]
        span = request.http_range
        if span.start is None:
            return web.Response(body=content, headers=headers)
        if span.start >= len(content):
            return _error(416, "requestedRangeNotSatisfiable")
        part = content[span.start : span.stop]
        headers["Content-Range"] = f"bytes {span.start}-{span.start + len(part) - 1}/{len(content)}"
        return web.Response(status=206, body=part, headers=headers)

    async def _ask(
        self, path: str, prefix: str | None = None, *, method: str = "GET", content: bytes = b""
    ) -> tuple[int, bytes]:
        query = f"?prefix={quote(prefix, safe='')}" if prefix else ""
        async with self._few, aiohttp.ClientSession() as session:
            url = URL(f"{self._emulator}{path}{query}", encoded=True)
            headers = {"Content-Type": "application/json"} if content else {}
            async with session.request(method, url, data=content or None, headers=headers) as response:
                return response.status, await response.read()


def _claims(assertion: str) -> dict[str, str]:
    """Give what a signed assertion claims; nothing where there is none."""
    parts = assertion.split(".")
    found: dict[str, str] = json.loads(_decoded(parts[1])) if len(parts) == 3 else {}
    return found


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _packed(body: dict[str, Any]) -> web.Response:
    """Give an answer as Google does: packed for whoever takes it so."""
    found = web.json_response(body)
    found.enable_compression()
    return found


def _error(status: int, reason: str, message: str = "", *, headers: dict[str, str] | None = None) -> web.Response:
    error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
    return web.json_response({"error": error}, status=status, headers=headers)


@contextmanager
def running_front(front: GcsFront) -> Iterator[GcsFront]:
    """Serve it and tell it where it stands."""
    with serving(front.serve()) as front.address:
        yield front
