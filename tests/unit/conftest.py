"""Give every unit test a clock of its own."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest


class TestClock:
    """A clock that a test turns: sleeping moves it at once."""

    __test__ = False

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.start = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()
