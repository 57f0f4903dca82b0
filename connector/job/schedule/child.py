"""Run a job in a process of its own, so that a nightly run slows nothing else down."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from connector.settings import Settings

__all__ = ["Ended", "Start", "start_run"]

PATIENCE_SECONDS: Final = 30.0
"""How long a run that is asked to end may take to put down what it has in hand."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process of a run ended: its exit code, and the object it printed, empty where it was killed."""

    exit_code: int
    told: Mapping[str, Any] = field(default_factory=dict)


class Start(Protocol):
    """What runs a job for one slot of its schedule."""

    async def __call__(self, job: str, slot: datetime) -> Ended:
        """Return when the run has ended; where the caller is cancelled, the run ends in order first."""
        ...


def start_run(settings: Settings) -> Start:
    """Give what starts `connector run` for a slot in the project of these settings."""

    async def start(job: str, slot: datetime) -> Ended:
        command = [sys.executable, "-m", "connector", "--home", str(settings.home), "run", job]
        process = await asyncio.create_subprocess_exec(
            *command,
            *("--slot", slot.isoformat(), "--json"),
            # What is a setting of this process need not stand in its environment.
            env={**os.environ, "CONNECTOR_LEDGER": settings.ledger_url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            out, _ = await process.communicate()
        except asyncio.CancelledError:
            await _end(process)
            raise
        return Ended(process.returncode or 0, _told(out))

    return start


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the run to end in order; it is killed where it does not."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _told(out: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(out)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
