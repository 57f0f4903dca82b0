"""Have the report of a run rendered by a process of its own: the run keeps its memory small."""

import asyncio
import os
import sys
from pathlib import Path

from connector.logs import logger
from connector.settings import Settings

__all__ = ["render_report"]

LONGEST_SECONDS = 300


async def render_report(settings: Settings, run_id: str) -> Path | None:
    """Give the path of the run's report, or None, with a line in the log, where it could not be made."""
    path = settings.home / "reports" / f"{run_id}.html"
    command = [sys.executable, "-m", "connector", "--home", str(settings.home), "report", run_id, "--out", str(path)]
    # What is a setting of this process need not stand in its environment.
    environment = {**os.environ, "CONNECTOR_LEDGER": settings.ledger_url}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, told = await asyncio.wait_for(process.communicate(), LONGEST_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        told = b"it took too long"
    if process.returncode == 0 and path.is_file():
        return path
    last = told.decode(errors="replace").strip().splitlines()[-1:] or [""]
    logger().warning("report.failed", run=run_id, trouble=last[0])
    return None
