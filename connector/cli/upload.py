"""Add the command `upload`: one recording by hand."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from connector import clock
from connector.cli.app import app, guarded, load_settings, output
from connector.cli.screen import size
from connector.errors import ConfigurationError, Problem, SkipError
from connector.job.execution.summary import ExitCode

__all__ = ["upload"]


@app.command(epilog="Example: `connector upload call-1418.wav --external-id acme-call-1418`.")
@guarded
def upload(
    file: Annotated[Path, typer.Argument(help="The recording.")],
    *,
    conversation_id: Annotated[str | None, typer.Option(help="The uid Capturi gave the conversation.")] = None,
    external_id: Annotated[str | None, typer.Option(help="The external id it was created with.")] = None,
    job: Annotated[str | None, typer.Option(help="Take target and token from this job.")] = None,
) -> int:
    """Upload one recording to a conversation that is there already, by its uid or its external id."""
    if (conversation_id is None) == (external_id is None):
        hint = "give one of --conversation-id and --external-id"
        raise ConfigurationError([Problem("the conversation must be named in one way", hint=hint)])
    from connector.job.run import upload as uploading  # noqa: PLC0415

    settings = load_settings()
    plan = uploading.choose_plan(job, settings)
    sending = uploading.upload(
        plan,
        settings,
        uploading.existing(file),
        uid=conversation_id,
        external_id=external_id,
        clock=clock.SystemClock(),
    )
    try:
        done = asyncio.run(sending)
    except SkipError as error:
        output.print(f"Refused: {error.code.value}: {error}", style="red", markup=False)
        return ExitCode.REFUSED
    if done.already:
        output.print("The conversation has a recording already; nothing was changed.")
    else:
        output.print(f"Uploaded {size(done.bytes_uploaded)}, SHA-256 {done.sha256}.")
    return ExitCode.DONE
