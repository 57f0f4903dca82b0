"""Run workers of a backfill as processes of their own on this machine, and start those anew that were killed."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from connector.errors import StopError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.view import View
from connector.job.execution.summary import ExitCode
from connector.settings import PREFIX, Settings

__all__ = ["Children"]

MOST_STARTS = 5
"""How often one worker is started before something must be wrong with the machine."""


class Children:
    """The workers of one backfill."""

    def __init__(self, settings: Settings, assignment: Assignment, view: View) -> None:
        self._settings, self._assignment, self._view = settings, assignment, view
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._ending = False

    async def work(self) -> None:
        """Return when every worker has ended because nothing was left; raise StopError with what stopped one."""
        numbers = range(1, self._assignment.workers + 1)
        async with asyncio.TaskGroup() as tasks:
            watched = [tasks.create_task(self._keep(number)) for number in numbers]
        if stopped := [text for task in watched if (text := task.result())]:
            raise StopError(stopped[0])

    def end(self) -> None:
        """Let every worker finish what is under way; asked again, it ends at once."""
        self._ending = True
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End every worker on the spot."""
        self._ending = True
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.send_signal(number)

    async def _keep(self, number: int) -> str | None:
        """Run one worker to its end, again where it was killed; give what stopped it."""
        for start in range(1, MOST_STARTS + 1):
            code, last = await self._run(number)
            if code == ExitCode.DONE or self._ending:
                return None
            if code >= 0:
                self.end()
                return last or f"worker {number} ended with code {code}"
            self._view.say(f"worker {number} was killed (signal {-code}); start {start + 1}")
        self.end()
        return f"worker {number} was killed {MOST_STARTS} times"

    async def _run(self, number: int) -> tuple[int, str]:
        told = replace(self._assignment, number=number).to_json()
        process = await asyncio.create_subprocess_exec(
            *_command(told),
            env=environment(self._settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            # A Ctrl-C of the terminal goes to the parent alone, which tells the workers to finish.
            start_new_session=True,
        )
        self._running[number] = process
        last = ""
        try:
            if process.stderr is not None:
                async for line in process.stderr:
                    last = line.decode(errors="replace").strip()
                    self._view.say(f"worker {number}: {last}")
            return await process.wait(), last
        finally:
            del self._running[number]
            if process.returncode is None:
                process.kill()


def _command(told: str) -> Sequence[str]:
    return (sys.executable, "-m", "connector.job.backfill.child", told, str(os.getpid()))


def environment(settings: Settings) -> dict[str, str]:
    """Give the environment in which another process finds the same settings."""
    told = {"HOME": str(settings.home), "LEDGER": settings.ledger_url, "LOG": settings.log}
    told["LOG_FORMAT"] = settings.log_format
    if settings.hash_key is not None:
        told["HASH_KEY"] = settings.hash_key.get_secret_value()
    if settings.ca_file is not None:
        told["CA_FILE"] = str(settings.ca_file)
    return {**os.environ, **{f"{PREFIX}{name}": value for name, value in told.items()}}
