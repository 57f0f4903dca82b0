"""Make configured senders, and what they read out of recorded bodies."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import SkipError
from connector.message.kinds import make_source
from connector.message.model import Accepted
from connector.message.options import Options

FIXTURES = Path(__file__).parents[2] / "fixtures"
RECEIVED_AT = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def body():
    """Give a function that gives a recorded body as its value, with parts of it changed."""

    def give(kind, name, **changes):
        return {**json.loads((FIXTURES / kind / f"{name}.json").read_bytes()), **changes}

    return give


@pytest.fixture
def source():
    """Give a function that makes a configured sender."""

    def make(kind, **options):
        return make_source(kind, Options(name=f"acme-{kind}", tenant="acme", **{"unsigned": True, **options}))

    return make


@pytest.fixture
def read(source):
    """Give a function that gives the one event which a sender reads out of a value or bytes."""

    def give(kind, value, *, headers=None, id_=1, received_at=RECEIVED_AT, **options):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        (event,) = source(kind, **options).read(Accepted(id_, received_at, headers or {}, raw))
        return event

    return give


@pytest.fixture
def attempt(source):
    """Give a function that reads any bytes: it gives the events, or the code of the reason there are none."""

    def give(kind, raw):
        try:
            return None, source(kind).read(Accepted(1, RECEIVED_AT, {}, raw))
        except SkipError as error:
            return error.code, ()

    return give


class TurnedClock:
    """A clock that a test turns: sleeping moves it at once."""

    def __init__(self):
        self.slept = []
        self.seconds = 0.0

    def now(self):
        return RECEIVED_AT + timedelta(seconds=self.seconds)

    def monotonic(self):
        return self.seconds

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock():
    """Give a clock that stands still until it is turned."""
    return TurnedClock()
