"""Be one worker process of a backfill: python -m connector.job.backfill.child ASSIGNMENT PARENT."""

import asyncio
import os
import signal
import sys

from connector import logs, settings
from connector.errors import ConnectorError
from connector.job.backfill.assignment import Assignment
from connector.job.backfill.brake import Brake
from connector.job.backfill.worker import work_on
from connector.job.definition import loader
from connector.job.execution.memory import keep_small
from connector.job.execution.summary import ExitCode

__all__ = ["main"]

LOOK_SECONDS = 1.0


def main() -> int:
    """Work until nothing is left, or until told to end; give the exit code."""
    assignment = Assignment.from_json(sys.argv[1])
    mine = settings.load(assignment.folder)
    logs.configure(mine.log, mine.log_format)
    keep_small()
    try:
        return asyncio.run(_work(assignment, mine, parent=int(sys.argv[2])))
    except ConnectorError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.STOPPED


async def _work(assignment: Assignment, mine: settings.Settings, *, parent: int) -> int:
    brake, task = Brake(), asyncio.current_task()
    loop = asyncio.get_running_loop()

    def end() -> None:
        if brake.ending and task is not None:
            task.cancel()
        brake.ending = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    watching = asyncio.create_task(_watch_parent(brake, parent))
    try:
        await work_on(loader.load(assignment.job, mine), mine, assignment, brake)
    except asyncio.CancelledError:
        return ExitCode.DONE
    finally:
        watching.cancel()
    return ExitCode.DONE


async def _watch_parent(brake: Brake, parent: int) -> None:
    """End the work in order when the process that started this one is no more.

    That one names itself: it may be gone before this one has begun to look.
    """
    while os.getppid() == parent:  # noqa: ASYNC110 - the death of another process sets no event
        await asyncio.sleep(LOOK_SECONDS)
    brake.ending = True


if __name__ == "__main__":
    sys.exit(main())
