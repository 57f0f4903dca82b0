"""Ask the real answerer what a sender wants to know, and pass on his answer or none: never one of our own."""

from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import orjson

from connector.delivery.model import Answer
from connector.delivery.transport import LARGEST_ANSWER_BYTES, AiohttpTransport, Route
from connector.errors import StopError, TryAgainError
from connector.job.definition.loader import IntakePlan
from connector.logs import logger
from connector.message import model
from connector.message.ultimate import goes_to_chat
from connector.settings import Settings

__all__ = ["Relay"]

_LEFT_OUT: Final = frozenset(
    (
        *("connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade"),
        *("transfer-encoding", "host", "content-length", "accept-encoding", "expect", "user-agent"),
    )
)
"""Headers that belong to one connection, or that the way on has its own of."""
_SILENT: Final = (HTTPStatus.GATEWAY_TIMEOUT, orjson.dumps({"error": "the chat API gave no answer in time"}))


class Relay:
    """The ways to every real answerer of one process; use it as `async with`.

    What an AI agent sends goes on to `relay`, what its application sends to the Chat API goes on to `chat`: the same
    bytes with the same headers, secrets among them, since both ends check them.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._ways: dict[tuple[str, float], AiohttpTransport] = {}

    async def __aenter__(self) -> Self:
        """Get ready; connections are made when the first request needs one."""
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._stack.__aexit__(kind, error, trace)

    async def answer(self, plan: IntakePlan, request: model.Request) -> tuple[int, bytes] | None:
        """Give status and JSON body of the real answerer's answer; None where the intake has none or he is silent."""
        source = plan.intake.source
        if source.relay is None and source.chat is None:
            return None
        to_chat = goes_to_chat(request.body)
        address = source.chat if to_chat else source.relay
        if address is None:
            return None
        found = await self._ask(plan, address, request)
        return _SILENT if found is None and to_chat else found

    async def _ask(self, plan: IntakePlan, address: str, request: model.Request) -> tuple[int, bytes] | None:
        way = await self._way(address, plan.intake.source.relay_timeout.total_seconds())
        headers = {name: value for name, value in request.headers.items() if name not in _LEFT_OUT}
        # A closing slash is part of the address: some answerers know no other.
        path = "/" if urlsplit(address).path.endswith("/") and len(urlsplit(address).path) > 1 else ""
        try:
            answer = await way.exchange(request.method, path, headers, request.body)
        except (TryAgainError, StopError) as error:
            logger().warning("relay.failed", intake=plan.intake.intake, why=error.message)
            return None
        if (why := _unfit(answer)) is not None:
            logger().warning("relay.failed", intake=plan.intake.intake, why=why)
            return None
        return answer.status, answer.body

    async def _way(self, address: str, seconds: float) -> AiohttpTransport:
        key = (address, seconds)
        if key not in self._ways:
            route = Route(
                address, self._settings.ca_file, connect_seconds=seconds, idle_seconds=seconds, answer_seconds=seconds
            )
            self._ways[key] = await self._stack.enter_async_context(AiohttpTransport(route, {}))
        return self._ways[key]


def _unfit(answer: Answer) -> str | None:
    """Say why an answer cannot be passed on, None where it can."""
    if answer.status < HTTPStatus.OK or HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        return f"the answer sends the request elsewhere (status {answer.status})"
    return "the answer is too large" if len(answer.body) >= LARGEST_ANSWER_BYTES else None
