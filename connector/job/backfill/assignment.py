"""State what a worker of a backfill is told, in words that go from process to process."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import orjson

from connector.job.execution.summary import Options

__all__ = ["Assignment"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which plan to work on, as which of how many workers."""

    home: str
    job: str
    run_id: str
    since: datetime
    until: datetime
    newest_first: bool = True
    workers: int = 1
    number: int = 1
    most_parts: int | None = None
    """End after so many parts; None goes on until nothing is left."""

    @property
    def folder(self) -> Path:
        """Give the project folder."""
        return Path(self.home)

    @property
    def options(self) -> Options:
        """Give the options of the run that the worker is a part of."""
        return Options(self.since, self.until, report=False)

    def to_json(self) -> str:
        """Give the assignment as one line of text; no secret is in it."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Give the assignment that to_json wrote."""
        told: dict[str, Any] = orjson.loads(text)
        moments = {name: datetime.fromisoformat(told[name]) for name in ("since", "until")}
        return cls(**{**told, **moments})
