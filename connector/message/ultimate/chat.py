"""Speak the Chat API of AI agents as the application of a visitor, and have all he writes captured."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from connector.errors import OutcomeUnknownError, StopError, TryAgainError
from connector.line import Line, Request, read_endpoint

__all__ = ["BotAccess", "Capture", "ChatApi"]

Capture = Callable[[bytes, Mapping[str, str]], Awaitable[None]]
"""Keeps a body and the headers that say whose it is; returns once they are safe."""

_REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("the AI agent does not take what was sent", "see the conversation's id and the text"),
    HTTPStatus.UNAUTHORIZED: ("the AI agent does not accept the key", "see the secret of the custom CRM integration"),
    HTTPStatus.NOT_FOUND: ("there is no such AI agent", "see its id, and whether it is hosted in the US"),
}


@dataclass(frozen=True, slots=True)
class BotAccess:
    """One AI agent and its key: the two always go together."""

    bot_id: str
    """24 characters."""
    key: str = field(repr=False)
    url: str = "https://api.ultimate.ai/converse/chat"
    """That of agents hosted in the US is documented nowhere; the data export has api.us.ultimate.ai."""


class ChatApi:
    """The visitor's side of one AI agent; use it as `async with`.

    Every method returns once the event is accepted, which the AI agent works on later. Raises StopError where it is
    refused, OutcomeUnknownError where no answer tells whether it was accepted.
    """

    def __init__(self, access: BotAccess, capture: Capture | None = None, *, ca_file: Path | None = None) -> None:
        self._url = read_endpoint(access.url, secret=True, field="source.chat")
        self._bot = {"botid": access.bot_id}
        self._headers = {**self._bot, "Authorization": access.key, "Content-Type": "application/json"}
        self._capture = capture
        self._line = Line(ca_file=ca_file)

    async def __aenter__(self) -> Self:
        """Get ready; the first event makes a connection."""
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._line.__aexit__(kind, error, trace)

    async def start_session(self, conversation: str, metadata: Mapping[str, str] | None = None) -> None:
        """Begin a conversation; without this its first message does."""
        await self._send(conversation, "startSession", **_metadata(metadata))

    async def send_message(self, conversation: str, text: str, *, card_index: int | None = None) -> None:
        """Say what the visitor wrote, or the button he pressed; `card_index` counts a carousel's cards from 0."""
        card = {} if card_index is None else {"cardIndex": card_index}
        await self._send(conversation, "message", text=text, **card)

    async def set_metadata(self, conversation: str, metadata: Mapping[str, str]) -> None:
        """Set parameters of the session, which the AI agent may use until its end."""
        await self._send(conversation, "metadata", **_metadata(metadata))

    async def end_session(self, conversation: str) -> None:
        """End a conversation; another message under its id begins a new one."""
        await self._send(conversation, "endSession")

    async def _send(self, conversation: str, event: str, **parts: Any) -> None:
        body = orjson.dumps({"platformConversationId": conversation, "eventType": event, **parts})
        if self._capture is not None:
            # Kept first: what a visitor wrote is part of the conversation, whatever becomes of it.
            await self._capture(body, self._bot)
        try:
            async with aclosing(await self._line.send(Request(self._url, self._headers, "POST", body))) as response:
                answer = await response.whole()
        except TryAgainError as trouble:
            raise OutcomeUnknownError(trouble.message, hint=trouble.hint) from trouble
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise OutcomeUnknownError(f"the AI agent is in trouble (status {answer.status})")
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            message, hint = _REFUSALS.get(answer.status, ("the AI agent refuses the event", ""))
            raise StopError(f"{message} (status {answer.status})", hint=hint)


def _metadata(given: Mapping[str, str] | None) -> dict[str, Any]:
    """Give session parameters as older pages have them, a list: one call may then set several."""
    told = [{"key": key, "value": value, "sanitize": True} for key, value in (given or {}).items()]
    return {"metaData": told} if told else {}
