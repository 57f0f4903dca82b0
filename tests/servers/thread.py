"""Serve a stand-in in a thread of its own, so that it answers whatever the test's own loop is doing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

__all__ = ["serving"]

STARTED_SECONDS = 30


@contextmanager
def serving(app: web.Application) -> Iterator[str]:
    """Serve the application on a free port of this machine and give its address."""
    loop, started, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    address = ""

    async def serve() -> None:
        nonlocal address
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        started.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        if not started.wait(STARTED_SECONDS):
            raise RuntimeError("the stand-in did not start")
        yield address
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(STARTED_SECONDS)
        loop.close()
