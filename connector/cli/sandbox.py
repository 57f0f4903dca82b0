"""Add the command `sandbox`: a rehearsal Capturi on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.app import app, guarded

__all__ = ["sandbox"]


@app.command(epilog="Example: `connector sandbox --port 0 --faults latency=50ms,429=5%:retry=2` misbehaves a little.")
@guarded
def sandbox(  # noqa: PLR0913 - one parameter per documented option
    *,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8787,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    token: Annotated[str, typer.Option(help="The token it accepts.")] = "sandbox",  # noqa: S107 - made up
    keep: Annotated[Path | None, typer.Option(help="Folder for what it gets, audio included.")] = None,
    faults: Annotated[str, typer.Option(help="Misbehaviour, like latency=50ms,500=1%,reset=1%.")] = "",
    switch: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for what nobody knows of Capturi; see docs/sandbox.md.")
    ] = None,
) -> None:
    """Rehearse: speak Capturi's documented API here, strictly, and show what arrived.

    GET /_sandbox/conversations, /_sandbox/audio and /_sandbox/cases read back; the address itself shows a page.
    """
    from connector.sandbox.command import run_sandbox  # noqa: PLC0415 - only this command pays for a web server

    run_sandbox(port, host, token, keep, faults, switches=switch or ())
