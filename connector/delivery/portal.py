"""Look conversations up in Capturi's developer portal, the one documented way to find one by its external id.

Addresses and parameters are documented; the shape of the answers is not, so only a few fields are read and each may be
missing. A link lasts 24 hours and is a secret; at most five an hour are made per token.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from connector.delivery.client import Capturi, segment
from connector.delivery.model import Answer
from connector.errors import StopError

__all__ = ["Found", "Portal", "Visitor"]

LINK_LIFETIME = timedelta(hours=23)
PAGE_SIZE = 100
_GONE = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})
_LISTS = ("conversations", "items", "data", "results")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks; Capturi wants to know and writes it down."""

    name: str
    email: str
    reason: str = "Check of uploaded conversations"


@dataclass(frozen=True, slots=True)
class Found:
    """What the portal says of a conversation; None where it does not say."""

    uid: str | None
    external_id: str | None
    has_audio: bool | None


class Portal:
    """The developer portal behind one link, which is asked for when the first look-up needs it."""

    def __init__(self, target: Capturi, visitor: Visitor) -> None:
        self._target = target
        self._visitor = visitor
        self._link = ""
        self._made_at: datetime | None = None

    async def look_up(self, external_id: str) -> Found | None:
        """Give what the target has under this external id, or None where it has nothing."""
        answer = await self._get(f"/conversations/{segment(external_id)}")
        if answer.status in _GONE:
            return None
        self._target.judge(answer, external_id)
        value = _parsed(answer)
        return _found(value) if isinstance(value, dict) else None

    async def has_audio(self, external_id: str) -> bool | None:
        """Tell whether the target has audio under this external id; None where it does not say."""
        found = await self.look_up(external_id)
        return found.has_audio if found is not None else None

    async def conversations(self) -> AsyncIterator[Found]:
        """Give everything the target has, page after page, in its own order."""
        token = ""
        while True:
            after = f"&continuationToken={quote(token, safe='')}" if token else ""
            answer = await self._get(f"/conversations?limit={PAGE_SIZE}{after}")
            self._target.judge(answer, None)
            page = _parsed(answer)
            for one in _listed(page):
                yield _found(one)
            following = page.get("continuationToken") if isinstance(page, dict) else None
            if not following or following == token:
                return
            token = str(following)

    async def _get(self, path: str) -> Answer:
        now = self._target.clock.now()
        if self._made_at is None or now - self._made_at > LINK_LIFETIME:
            self._link = await self._make_link()
            self._made_at = now
        return await self._target.ask("GET", f"{self._link}/api{path}")

    async def _make_link(self) -> str:
        body = {
            "name": self._visitor.name,
            "email": self._visitor.email,
            "reasonForAccess": self._visitor.reason,
            "singleUse": False,
        }
        answer = await self._target.ask("POST", "/v1/dev/magic-link", body)
        self._target.judge(answer, body)
        value = _parsed(answer)
        # Only the path is taken: the link must not lead the requests, and the token in them, to another host.
        path = urlsplit(str(value.get("url", ""))).path if isinstance(value, dict) else ""
        start = path.find("/dev/")
        if start < 0:
            raise StopError("the target gave no link to its developer portal")
        return path[start:].rstrip("/")


def _parsed(answer: Answer) -> Any:
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise StopError("the developer portal did not answer with JSON, or with more than is read") from error


def _listed(page: Any) -> list[Mapping[str, Any]]:
    if isinstance(page, dict):
        page = next((page[name] for name in _LISTS if isinstance(page.get(name), list)), [])
    return [one for one in page if isinstance(one, dict)] if isinstance(page, list) else []


def _found(value: Mapping[str, Any]) -> Found:
    uid, external_id, has_audio = value.get("uid"), value.get("externalIdentity"), value.get("hasAudio")
    return Found(
        uid if isinstance(uid, str) else None,
        external_id if isinstance(external_id, str) else None,
        has_audio if isinstance(has_audio, bool) else None,
    )
