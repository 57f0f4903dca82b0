"""The report of a run that has ended, and who interrupts its making."""

import asyncio
import socket
from datetime import UTC, datetime

import psutil
import structlog

from connector.job.run.rendering import render_report
from connector.settings import Settings

RUN = "20260324-0230-5f3a9c"


async def test_who_interrupts_a_report_interrupts_nothing_else(tmp_path):
    """A signal while it is made leaves the run as it ended: no report, no process, and no cancellation is left."""
    begun = datetime.now(UTC).timestamp()
    with socket.create_server(("127.0.0.1", 0)) as silent, structlog.testing.capture_logs() as logged:
        silent.setblocking(False)
        # A ledger that never answers keeps the making waiting.
        address = f"postgresql://somebody@127.0.0.1:{silent.getsockname()[1]}/ledger"
        task = asyncio.create_task(render_report(Settings(home=tmp_path, ledger=address), RUN))
        connection, _ = await asyncio.get_running_loop().sock_accept(silent)
        with connection:
            task.cancel()
            assert await task is None
    assert 0 == task.cancelling()
    assert [("report.failed", "interrupted")] == [(line["event"], line["trouble"]) for line in logged]
    mine = [one for one in psutil.Process().children() if one.create_time() >= begun - 1]
    assert [] == [one for one in mine if RUN in one.cmdline()]
