"""Do to one request what the dice say."""

from datetime import timedelta
from email.utils import format_datetime

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message

from connector.sandbox.exchange import Exchange
from connector.sandbox.faults import Fault, Mishap
from connector.sandbox.rehearsal import Rehearsal

__all__ = ["play"]

BEFORE_COMMIT = 0.5


async def play(app: ASGIApp, exchange: Exchange, rehearsal: Rehearsal, fault: Fault, depth: float) -> None:
    """Answer a request with a fault; `depth` (0 to 1) decides on which side of the commit a reset falls."""
    match fault.mishap:
        case Mishap.TOO_MANY:
            await _answer(exchange, "too many requests", 429, _retry_after(rehearsal, fault))
        case Mishap.ERROR:
            await _answer(exchange, "something went wrong", 500)
        case Mishap.ERROR_AFTER_COMMIT:
            await _commit(app, exchange)
            await _answer(exchange, "something went wrong", 500)
        case Mishap.COMMIT_TIMEOUT:
            await _commit(app, exchange)
            await exchange.hang(rehearsal.options.hang_seconds, rehearsal.ending)
        case Mishap.RESET:
            if depth < BEFORE_COMMIT:
                await exchange.receive_half()
            else:
                await exchange.send_half(await _commit(app, exchange))
            await exchange.reset()


async def _commit(app: ASGIApp, exchange: Exchange) -> list[Message]:
    """Let the application do its work and keep its answer from the client."""
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    await app(exchange.scope, exchange.receive, keep)
    await exchange.drain()
    return answer


async def _answer(exchange: Exchange, text: str, status: int, headers: dict[str, str] | None = None) -> None:
    await PlainTextResponse(text, status, headers)(exchange.scope, exchange.receive, exchange.send)


def _retry_after(rehearsal: Rehearsal, fault: Fault) -> dict[str, str]:
    if fault.retry_seconds is None:
        return {}
    if not fault.retry_as_date:
        return {"Retry-After": str(fault.retry_seconds)}
    moment = rehearsal.options.clock.now() + timedelta(seconds=fault.retry_seconds)
    return {"Retry-After": format_datetime(moment, usegmt=True)}
