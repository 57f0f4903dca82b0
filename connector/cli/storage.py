"""Add the command `storage login`: one person's consent, once."""

import asyncio
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer
from dotenv import set_key

from connector.cli.app import app, guarded, load_settings, output
from connector.errors import StopError
from connector.settings import Settings, environment

__all__ = ["login"]

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "GCS_CLIENT_ID", "GCS_CLIENT_SECRET", "GCS_REFRESH_TOKEN"

storage_app = typer.Typer(
    name="storage",
    help="Look after the storages that conversations come from.",
    epilog="Example: `connector storage login gcs` asks for the one consent that a client id and secret need.",
    no_args_is_help=True,
)
app.add_typer(storage_app)


class Login(StrEnum):
    """What can be logged in to."""

    GCS = "gcs"


@storage_app.callback()
def _storage() -> None:
    """Keep `login` a command of its own while it is the only one."""


@storage_app.command(epilog="Example: `connector storage login gcs`, once; every run then uses what it wrote to .env.")
@guarded
def login(
    service: Annotated[Login, typer.Argument(help="Where to log in: gcs, a Google Cloud bucket.")],  # noqa: ARG001
    *,
    port: Annotated[int, typer.Option(help="Port of this machine that the browser comes back to; 0: any.")] = 0,
    auth_uri: Annotated[str | None, typer.Option(help="Where consent is asked for, instead of at Google.")] = None,
    token_uri: Annotated[str | None, typer.Option(help="Where the token is got, instead of from Google.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Also for jobs that move or tag files: source.done.")] = False,
) -> None:
    """Get a refresh token for the client id and secret of the CCAI Platform guide and write it to .env.

    Open the address it prints in a browser and choose an account that may read the bucket. Id and secret are taken
    from GCS_CLIENT_ID and GCS_CLIENT_SECRET in the environment or .env, else asked for.
    """
    settings = load_settings()
    known = environment(settings.home)
    given = {
        CLIENT_ID: known.get(CLIENT_ID) or typer.prompt("Client id", err=True).strip(),
        CLIENT_SECRET: known.get(CLIENT_SECRET) or typer.prompt("Client secret", hide_input=True, err=True).strip(),
    }
    token = asyncio.run(_get_token(settings, given, port, (auth_uri, token_uri), write=write))
    path = settings.home / ".env"
    _write(path, {**{name: value for name, value in given.items() if not known.get(name)}, REFRESH_TOKEN: token})
    output.print(f"The refresh token stands in {path} as {REFRESH_TOKEN}. The job's options for it:", markup=False)
    output.print(f'  options: {{client_id: "${{{CLIENT_ID}}}", client_secret: "${{{CLIENT_SECRET}}}",', markup=False)
    output.print(f'            refresh_token: "${{{REFRESH_TOKEN}}}"}}', markup=False)
    if os.environ.get(REFRESH_TOKEN):
        output.print(f"The environment has another {REFRESH_TOKEN}, which wins: take it away there.", style="yellow")


async def _get_token(
    settings: Settings, given: dict[str, str], port: int, places: tuple[str | None, str | None], *, write: bool
) -> str:
    from connector.line import Line  # noqa: PLC0415
    from connector.storage.bucket import google_consent as consent  # noqa: PLC0415 - others need not wait for it
    from connector.storage.bucket.oauth import AUTH_URI, READ_SCOPE, TOKEN_URI, WRITE_SCOPE  # noqa: PLC0415

    auth_uri, token_uri = places[0] or AUTH_URI, places[1] or TOKEN_URI
    scope = WRITE_SCOPE if write else READ_SCOPE
    client = consent.Client(given[CLIENT_ID], given[CLIENT_SECRET], auth_uri, token_uri, scope)
    async with Line(ca_file=settings.ca_file) as line:
        return await consent.get_refresh_token(client, line, _show, port=port)


def _show(address: str) -> None:
    port = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port
    output.print("Open this address in a browser and choose the account that may read the bucket:")
    # Not the console: it would break the address where its window ends.
    sys.stdout.write(f"\n{address}\n\n")
    sys.stdout.flush()
    output.print(
        f"The browser is on another machine? First, on that one: ssh -L {port}:127.0.0.1:{port} HOST-OF-THE-CONNECTOR"
    )


def _write(path: Path, values: dict[str, str]) -> None:
    """Put the values into the file, which nobody else may read if it is new."""
    try:
        for name, value in values.items():
            set_key(path, name, value, follow_symlinks=True)
    except OSError as error:
        raise StopError(f"{path} cannot be written: {error.strerror}", hint="see who may write it") from error
