"""The application over a real ledger, without a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector import ledger
from connector.job.definition import loader
from connector.settings import Settings
from connector.web import Bounds, Reception, create_app
from connector.web.health import Health
from tests.servers.service import write_project

NOW = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)


class MovedClock:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Desk:
    """What a test works with: the client, and what stands behind the addresses."""

    client: httpx.AsyncClient
    reception: Reception
    book: ledger.Ledger
    clock: MovedClock

    async def stored(self, intake: str) -> list[ledger.InboxRow]:
        """Give what is stored for the intake."""
        return await self.book.read(ledger.waiting_messages, intake)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return write_project(tmp_path / "project")


@pytest.fixture
def open_desk(settings: Settings) -> Callable[..., AbstractAsyncContextManager[Desk]]:
    """Give a function that opens the application; with `book` it uses this ledger."""

    @asynccontextmanager
    async def opened(bounds: Bounds | None = None, book: Any = None, **options: Any) -> AsyncIterator[Desk]:
        clock = MovedClock()
        plans = [loader.load_intake(name, settings) for name in loader.intakes(settings.home)]
        async with ledger.open_ledger(settings.ledger_url) as opened_book:
            used = book or opened_book
            reception = Reception(plans, used, clock=clock, bounds=bounds, **options)
            transport = httpx.ASGITransport(create_app(reception, Health(reception, used, clock)), False)
            async with httpx.AsyncClient(transport=transport, base_url="http://connector.example") as client:
                yield Desk(client, reception, opened_book, clock)

    return opened


@pytest.fixture
async def desk(open_desk: Callable[..., AbstractAsyncContextManager[Desk]]) -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened
