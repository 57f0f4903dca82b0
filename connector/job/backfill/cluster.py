"""Let a dask cluster work on a plan: small tasks, few at a time, nothing but words passed and nothing kept."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker, get_worker
from distributed.client import FutureCancelledError

from connector import settings
from connector.errors import ConfigurationError, ConnectorError, Problem, StopError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake
from connector.job.backfill.view import View
from connector.job.backfill.worker import work_on
from connector.job.definition import loader
from connector.ledger import database

__all__ = ["Cluster", "scheduler_address", "work_one_part"]

WINDOW = 2
"""Tasks for each slot: one is worked on while the next is there already; more would only lie in the scheduler."""
CONNECT_SECONDS = 10
LOOK_SECONDS = 0.5


def scheduler_address(engine: str, ledger_url: str) -> str:
    """Give the scheduler's address as dask writes it.

    Raises ConfigurationError for another engine, and for a ledger that only one machine can write.
    """
    scheme, separator, place = engine.partition("://")
    if scheme != "dask" or not separator or ":" not in place:
        raise ConfigurationError([Problem("is no engine", field="--engine", hint="write dask://HOST:8786")])
    if database.file_of(ledger_url) is not None:
        hint = "set CONNECTOR_LEDGER=postgresql://…, or use --workers N on this machine"
        message = "several machines cannot share a SQLite ledger"
        raise ConfigurationError([Problem(message, field="--engine", hint=hint)])
    return f"tcp://{place}"


def work_one_part(told: str) -> int:
    """Claim one part of the plan, work on it, and give 1; 0 where none was left. This runs on a worker of the cluster.

    Job, mappings and secrets are those of the worker's own machine: its project folder, its environment.
    """
    assignment = Assignment.from_json(told)
    home = os.environ.get(f"{settings.PREFIX}HOME")
    mine = settings.load(Path(home) if home else assignment.folder)
    try:
        return asyncio.run(work_on(loader.load(assignment.job, mine), mine, assignment, Brake()))
    except ConnectorError as error:
        # An error of this program's own is told in words: its class need not travel.
        raise RuntimeError(f"{_here()}: {error}") from None


def _here() -> str:
    try:
        return str(get_worker().name)
    except ValueError:
        return "worker"


class Cluster:
    """The workers that a scheduler knows; more may come and some may go while it goes on."""

    def __init__(self, address: str, assignment: Assignment, view: View) -> None:
        self._address, self._assignment, self._view = address, assignment, view
        self._ending = False
        self._killed = False

    async def work(self) -> None:
        """Keep every slot busy until no part is left, as Crew promises."""
        try:
            client: Any = await Client(self._address, asynchronous=True, timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            raise StopError(f"the scheduler {self._address} cannot be reached", hint="is it running?") from error
        try:
            await self._feed(client)
        finally:
            await client.close()

    def end(self) -> None:
        """Submit nothing more; what runs goes on to its end."""
        self._ending = True

    def kill(self) -> None:
        """Wait for nothing; what the cluster has in hand is let go when its lease ends."""
        self._ending = self._killed = True

    async def _feed(self, client: Any) -> None:
        running: set[asyncio.Task[int]] = set()
        number, is_left = 0, True
        while running or (is_left and not self._ending):
            slots = await _slots(client)
            while is_left and not self._ending and len(running) < WINDOW * slots:
                number += 1
                task = asyncio.create_task(self._one(client, number, slots))
                task.add_done_callback(_hear)
                running.add(task)
            if not slots:
                self._view.say("the cluster has no worker; waiting for one")
            done, running = await asyncio.wait(running, timeout=LOOK_SECONDS) if running else (set(), running)
            is_left = is_left and all(task.result() for task in done)
            if self._killed:
                return
            if not done and not running:
                await asyncio.sleep(LOOK_SECONDS)

    async def _one(self, client: Any, number: int, slots: int) -> int:
        """Give 1 where a part was worked on, or may have been; the future is let go at once."""
        told = replace(self._assignment, workers=slots, number=(number - 1) % slots + 1, most_parts=1).to_json()
        future = client.submit(work_one_part, told, pure=False)
        try:
            return int(await future.result())
        except KilledWorker:
            # What it had in hand is claimed anew, and finished by another one.
            self._view.say("a task met the end of several workers; the part is claimed anew")
            return 1
        except FutureCancelledError as error:
            raise StopError("the scheduler is gone", hint="start it and the same command again") from error
        except RuntimeError as error:
            self._ending = True
            raise StopError(str(error)) from error
        finally:
            # A future that is kept is worked on again when the worker that holds its result goes.
            future.release()


def _hear(task: asyncio.Task[int]) -> None:
    """Look at what the task failed with: where all of them fail at once, the first one tells for all."""
    if not task.cancelled():
        task.exception()


async def _slots(client: Any) -> int:
    """Give how many tasks the cluster can work on at a time."""
    try:
        told = await client.scheduler.identity(n_workers=-1)
    except OSError as error:
        raise StopError("the scheduler is gone", hint="start it and the same command again") from error
    return sum(worker["nthreads"] for worker in told["workers"].values())
