"""Add the command `serve`: the service that takes messages in and keeps the schedules."""

import asyncio
from typing import Annotated

import typer

from connector import clock
from connector.cli.app import app, guarded, load_settings

__all__ = ["serve"]


@app.command(epilog="Example: `connector serve --port 8080`, with a reverse proxy before it that speaks TLS.")
@guarded
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8080,
) -> int:
    """Take messages in for every intake of the project folder and forward them; keep the schedules of its jobs.

    Prints its address, then the address of every intake. GET /healthz answers 200 when it can accept. SIGTERM ends it
    in order: what was accepted is stored; a second one ends it at once.
    """
    # Only this command pays for a web server.
    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415

    from connector.job.execution.memory import keep_small  # noqa: PLC0415
    from connector.web.service import serve as serve_project  # noqa: PLC0415

    settings = load_settings()
    keep_small()
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(serve_project(settings, host, port, clock=clock.SystemClock()))
