"""Speak Capturi's integrations API: one method per call, each giving what came of it or raising what to do about it."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import orjson

from connector.breaker import Breaker, target_in_trouble
from connector.clock import Clock, SystemClock
from connector.delivery import refusal
from connector.delivery.address import checked_token
from connector.delivery.limits import Limits
from connector.delivery.model import Answer, Api, Created, Recording, Uploaded
from connector.delivery.retry import Policy, Watcher, persist
from connector.delivery.transport import AiohttpTransport, Content, Route, Transport
from connector.delivery.upload import Upload
from connector.errors import OutcomeUnknownError, SkipError, StopError, TryAgainError

__all__ = ["Capturi"]

_JSON = {"Content-Type": "application/json"}
VERIFYING_TRIES = 2
BROKEN_STATUSES = frozenset({500, 502, 503, 504})


class Capturi:
    """The target, for use as `async with`; one per token, since limits belong to the token.

    Every call raises TargetRejectedTokenError where the token is not accepted, SkipError where this one request is
    refused, TryAgainError after the policy's tries, StopError where the address cannot be right.
    """

    def __init__(
        self,
        route: Route,
        token: str,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self.clock = clock or SystemClock()
        self.limits = limits or Limits(clock=self.clock)
        patience_seconds = self.policy.patience_seconds
        self.breaker = Breaker(self.clock, patience_seconds=patience_seconds, given_up=self._given_up)
        self._place, self._mend = route.address_remedy, ""
        self._token = checked_token(token)
        self._remedy = route.token_remedy
        self._transport: Transport = AiohttpTransport(route, {"Authorization": self._token})

    async def __aenter__(self) -> Self:
        """Get ready; nothing is sent yet."""
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._transport.__aexit__(kind, error, trace)

    @property
    def health(self) -> dict[str, Any]:
        """Tell how the target is: the breaker's state, and how many requests may be under way, of how many."""
        slots = self.limits.slots
        return {"breaker": self.breaker.state, "concurrency": slots.limit, "of": slots.ceiling}

    async def verify(self) -> None:
        """Return where the target is reached and takes the token; nothing is created.

        No call without effect is documented. Inferred: a conversation without fields is refused with 400, and a bad
        token before that with 401 or 403. Raises StopError where something else answers at the address.
        """
        policy = replace(self.policy, tries=min(self.policy.tries, VERIFYING_TRIES))
        answer = await self.ask("POST", "/v3/conversation", {}, policy=policy)
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            raise StopError(f"the address does not answer like Capturi (status {answer.status})", hint="see target.url")
        try:
            self.judge(answer, {})
        except SkipError:
            return

    async def create(self, body: Mapping[str, Any], *, api: Api = "v3", watcher: Watcher | None = None) -> Created:
        """Create a conversation; one that is there already is no error.

        A create whose outcome is unknown is repeated: the external id is unique, so a 409 settles it.
        """
        answer = await self.ask("POST", f"/{api}/conversation", body, watcher=watcher)
        if answer.status == HTTPStatus.CONFLICT:
            return Created(_uid(answer), existed=True)
        self.judge(answer, body)
        return Created(_uid(answer), existed=False)

    async def upload(
        self,
        recording: Recording,
        *,
        uid: str | None = None,
        external_id: str | None = None,
        fields: Mapping[str, str] | None = None,
        watcher: Watcher | None = None,
    ) -> Uploaded:
        """Send the audio of the conversation with this uid, or where none is known with this external id.

        Raises OutcomeUnknownError when the recording went out whole and no answer came back: that a second upload
        is harmless is not known, so it is not repeated here.
        """
        path = audio_path(uid=uid, external_id=external_id)
        upload: Upload | None = None

        async def attempt() -> Answer:
            nonlocal upload
            upload = Upload(recording, fields or {})
            return await self._once("POST", path, {}, upload)

        answer = await persist(attempt, self.policy, self.clock, repeat_unknown=False, watcher=watcher)
        if answer.status == HTTPStatus.CONFLICT:
            return Uploaded(0, None, already=True)
        self.judge(answer, [recording.file_name, external_id, fields], audio=True)
        if upload is None or not upload.sent_whole:
            raise OutcomeUnknownError("the target said yes before it had the whole recording")
        return Uploaded(recording.size_bytes, upload.sha256)

    async def put_case(self, body: Mapping[str, Any]) -> None:
        """Create a case or overwrite it whole, with all its messages."""
        self.judge(await self.ask("PUT", "/v1/case", body), body)

    async def put_message(
        self, body: Mapping[str, Any], *, repeated: bool = False, watcher: Watcher | None = None
    ) -> bool:
        """Add one message, creating the case where it is missing; the case's own fields are overwritten.

        What Capturi does with a messageUid that it has is not documented. Should it answer 409, that means that the
        message is there, but only where this one went out before: `repeated`, or a try of this call without answer.
        Gives whether it was there.
        """
        tries = 0

        async def count(tried: int, trouble: str) -> None:
            nonlocal tries
            tries = tried
            if watcher is not None:
                await watcher(tried, trouble)

        answer = await self.ask("PUT", "/v1/case/messages", body, watcher=count)
        if answer.status == HTTPStatus.CONFLICT and (repeated or tries):
            return True
        self.judge(answer, body)
        return False

    async def patch_case(self, external_id: str, body: Mapping[str, Any], *, watcher: Watcher | None = None) -> None:
        """Change only those fields of a case that the body names."""
        answer = await self.ask("PATCH", f"/v1/case/{segment(external_id)}", body, watcher=watcher)
        self.judge(answer, [external_id, body])

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        watcher: Watcher | None = None,
        policy: Policy | None = None,
    ) -> Answer:
        """Send one request, within the limits and with the policy's tries, and give its answer, whatever it says."""
        content = b"" if body is None else orjson.dumps(body)

        async def attempt() -> Answer:
            return await self._once(method, path, _JSON if content else {}, content)

        return await persist(attempt, policy or self.policy, self.clock, repeat_unknown=True, watcher=watcher)

    def judge(self, answer: Answer, sent: Any, *, audio: bool = False) -> None:
        """Return where the answer is a yes, else raise what is to be done; nothing that was sent stands in it."""
        refusal.judge(answer, [sent, self._token], audio=audio, remedy=self._remedy)

    def _given_up(self, trouble: str) -> StopError:
        return target_in_trouble(trouble, self._mend)

    async def _once(self, method: str, path: str, headers: Mapping[str, str], content: Content) -> Answer:
        await self.limits.enter()
        look = None
        try:
            if self.breaker.is_open:
                look = await self.breaker.enter()
            began = self.clock.monotonic()
            answer = await self._transport.exchange(method, path, headers, content)
            # How long an upload takes tells of its size; how long a small request takes, of the target.
            self._weigh(answer, self.clock.monotonic() - began if isinstance(content, bytes) else None, look)
        except TryAgainError as error:
            self._mend = error.hint or self._place
            self.breaker.failed(error.message, look)
            self.limits.slots.congested()
            raise
        else:
            return answer
        finally:
            self.breaker.leave(look)
            self.limits.leave()

    def _weigh(self, answer: Answer, seconds: float | None, look: int | None) -> None:
        """Let an answer tell how the target is."""
        if answer.status in BROKEN_STATUSES:
            # It answers, so its address is right.
            self._mend = ""
            self.breaker.failed(f"status {answer.status}", look)
            self.limits.slots.congested()
            return
        self.breaker.succeeded()
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self.limits.slots.congested()
        else:
            self.limits.slots.eased(seconds)


def audio_path(*, uid: str | None, external_id: str | None) -> str:
    """Give the path that takes the audio of the conversation with this uid, else with this external id."""
    if uid:
        return f"/v1/audio/{segment(uid)}"
    if external_id:
        return f"/v1/audio/external/{segment(external_id)}"
    raise ValueError("an upload needs a uid or an external id")


def segment(text: str) -> str:
    """Give the text as one segment of a path: percent-encoded whole, and never `.` or `..`."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in {".", ".."} else quoted


def _uid(answer: Answer) -> str | None:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    uid = found.get("uid") or found.get("UID")
    return uid if isinstance(uid, str) and uid.strip() else None
