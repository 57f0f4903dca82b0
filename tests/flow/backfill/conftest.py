"""Give projects whose calls ended on chosen days, and ways to hold a backfill from outside."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")
FIRST = datetime.fromisoformat("2026-03-24T00:00:00+00:00")


def on(day: str, example: dict[str, Any]) -> dict[str, Any]:
    """Give the example call as if it had been on that day."""
    shift = datetime.fromisoformat(f"{day}T00:00:00+00:00") - FIRST
    return {name: moved(name, value, shift) for name, value in example.items() if name not in {"id", "call_uuid"}}


def moved(name: str, value: Any, shift: timedelta) -> Any:
    if isinstance(value, dict):
        return {inner: moved(inner, one, shift) for inner, one in value.items()}
    if isinstance(value, list):
        return [moved(name, one, shift) for one in value]
    if not value or not name.endswith("_at"):
        return value
    return (datetime.fromisoformat(value) + shift).isoformat(timespec="milliseconds")


@pytest.fixture
def history(make_project, monkeypatch) -> Callable[..., Any]:
    """Give a function that gives a project with so many calls a day, on days of January 2026."""
    monkeypatch.setenv("CONNECTOR_HASH_KEY", "a-key-for-tests")

    def make(address: str, *, days: int = 4, a_day: int = 10, audio: bool = True) -> Any:
        project = make_project(address, with_samples=False)
        example = project.call(1)
        (project.folder / "export/metadata/call-1.json").unlink()
        (project.folder / "export/recordings/call-1.wav").unlink()
        for number in range(days * a_day):
            day = f"2026-01-{1 + number // a_day:02d}"
            project.call(100 + number, audio=audio, **on(day, example))
        return project

    return make


@pytest.fixture
def delivered() -> Callable[..., Any]:
    """Give a function that waits until the ledger has so many delivered entries, and gives how many there are."""

    async def wait(project: Any, least: int) -> int:
        async with asyncio.timeout(60):
            while (found := count(project)) < least:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.02)
            return found

    return wait


def count(project: Any) -> int:
    return sum(row["state"] == "delivered" for row in project.entries())


@pytest.fixture
def children() -> Callable[[Path], list[int]]:
    """Give a function that gives the worker processes of the project's backfill."""

    def find(folder: Path) -> list[int]:
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if b"connector.job.backfill.child" in command and str(folder).encode() in command:
                found.append(int(process.name))
        return found

    return find
