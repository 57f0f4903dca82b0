"""Give the tests of the session stage sample files of the platform, whole or with changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.session import Session, Transcript, parse
from connector.storage import FileInfo

SAMPLES = Path(__file__).parents[2] / "fixtures" / "ccai"

Sample = Callable[[str], bytes]
Parse = Callable[..., Session | Transcript]


@pytest.fixture(scope="session")
def sample() -> Sample:
    """Give a sample file's bytes by its name."""
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture(scope="session")
def info() -> Callable[[str], FileInfo]:
    """Make the listing of a file, changed at 2026-03-25 00:00 UTC."""
    return lambda path: FileInfo(path, 1, 1_774_396_800_000_000_000)


@pytest.fixture(scope="session")
def parsed(sample, info) -> Parse:
    """Parse a sample file, some of its root fields changed; `...` takes a field away."""

    def read(name: str, path: str | None = None, **changes: Any) -> Session | Transcript:
        raw = sample(name)
        if changes:
            body = {**orjson.loads(raw), **changes}
            raw = orjson.dumps({key: value for key, value in body.items() if value is not ...})
        return parse(raw, info(path or name))

    return read
