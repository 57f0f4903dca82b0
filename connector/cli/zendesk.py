"""Add the commands `zendesk setup` and `zendesk backfill`: the account made ready, its history brought in."""

import asyncio
import sys
from typing import Annotated

import typer
from dotenv import set_key

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.errors import ConfigurationError, Problem, StopError
from connector.message.zendesk.access import Access
from connector.message.zendesk.setting_up import Change, Wish
from connector.settings import Settings, environment

__all__ = ["setup"]

zendesk_app = typer.Typer(
    name="zendesk",
    help="Make a Zendesk send its comments, and bring in old ones.",
    epilog="Example: `connector zendesk setup acme-zendesk --url https://connector.example` shows what it would make; "
    "`connector zendesk backfill acme-zendesk --from 2026-01-01 --to 2026-02-01 --dry-run` counts old comments.",
    no_args_is_help=True,
)
app.add_typer(zendesk_app)

Name = Annotated[str, typer.Argument(help="Name of the intake: its file in jobs/ without .yaml.")]
NOWHERE = "https://nowhere.invalid"
COLOURS = {"create": "green", "update": "yellow", "delete": "red", "keep": "dim"}
WORDS = {"create": "make", "update": "change", "delete": "remove", "keep": "as it should be"}


@zendesk_app.callback()
def _zendesk() -> None:
    """Group the commands."""


Url = Annotated[str | None, typer.Option(help="Public address of `connector serve`, like https://connector.example.")]
Apply = Annotated[bool, typer.Option("--apply", help="Make the changes; without it they are only shown.")]
Undo = Annotated[bool, typer.Option("--undo", help="Remove what this command made for the intake.")]
Two = Annotated[
    bool, typer.Option("--two-triggers", help="One trigger for customers, one for agents, instead of one for both.")
]
Write = Annotated[bool, typer.Option("--write-secret", help="Write the webhook's signing secret to .env.")]
Show = Annotated[bool, typer.Option("--show-secret", help="Show the signing secret on this terminal, after asking.")]
Where = Annotated[str | None, typer.Option(help="Address or subdomain of the Zendesk, instead of source.api's.")]
Email = Annotated[str | None, typer.Option(help="Whose API token it is, instead of source.api.email's.")]


@zendesk_app.command(
    epilog="Example: `connector zendesk setup acme-zendesk --url https://connector.example` shows what would change; "
    "`--apply --write-secret` does it and writes the signing secret to .env."
)
@guarded
def setup(  # noqa: PLR0913 - one parameter per documented option
    intake: Name,
    *,
    url: Url = None,
    apply: Apply = False,
    undo: Undo = False,
    two_triggers: Two = False,
    write_secret: Write = False,
    show_secret: Show = False,
    zendesk: Where = None,
    email: Email = None,
) -> None:
    """Make the webhook and the trigger in Zendesk that send each new comment to an intake.

    Nothing is changed without --apply. What was made before is found by its name and put right, whatever else there is
    in the account stays as it is. Zendesk is reached as the intake's `source.api` says, with an
    administrator's token; without that section --zendesk and --email say it, and ZENDESK_API_TOKEN is the token.
    """
    _check(url, undo=undo, show_secret=show_secret)
    from connector.job.sender import zendesk as accounts  # noqa: PLC0415 - `connector --help` must not pay for it

    settings = load_settings()
    account = accounts.load_account(intake, settings)
    token = environment(settings.home).get(accounts.TOKEN)
    access = accounts.access_of(account.intake, where=zendesk, email=email, token=token)
    wish = account.wish(url or NOWHERE, two_triggers=two_triggers)
    wants_secret = (write_secret or show_secret) and not undo
    secret = asyncio.run(_work(settings, (access, wish), apply=apply, undo=undo, wants_secret=wants_secret))
    if not apply:
        output.print("Nothing was changed: --apply does it.", style="yellow")
    if secret is not None:
        _hand_over(settings, secret, account.secret_variable, write=write_secret, show=show_secret)
    elif wants_secret:
        errors.print("There is no webhook yet, so there is no signing secret: add --apply.", style="yellow")
    elif apply and not undo:
        name = account.secret_variable
        output.print(f"--write-secret writes the webhook's signing secret to .env as {name}.", markup=False)


def _check(url: str | None, *, undo: bool, show_secret: bool) -> None:
    if url is None and not undo:
        hint = "write --url https://connector.example, what Zendesk reaches `connector serve` at"
        raise ConfigurationError([Problem("is missing", field="--url", hint=hint)])
    if show_secret and not sys.stdout.isatty():
        raise ConfigurationError([Problem("shows a secret on a terminal alone", field="--show-secret")])


async def _work(
    settings: Settings, to: tuple[Access, Wish], *, apply: bool, undo: bool, wants_secret: bool
) -> str | None:
    from connector.message.zendesk import account  # noqa: PLC0415
    from connector.message.zendesk.api import ZendeskApi  # noqa: PLC0415

    access, wish = to
    async with ZendeskApi(access, clock.SystemClock(), ca_file=settings.ca_file) as api:
        if undo:
            if not await account.take_down(api, wish, apply=apply, told=_tell):
                output.print("There is nothing of this intake in Zendesk.")
            return None
        webhook = await account.set_up(api, wish, apply=apply, told=_tell)
        return await account.signing_secret(api, webhook) if webhook and wants_secret else None


def _tell(change: Change) -> None:
    action, fields = change.action, change.fields
    output.print(f"  [{COLOURS[action]}]{WORDS[action]:16}[/]", end="")
    told = f"{change.what} {change.name}" + (f": {', '.join(fields)}" if fields else "")
    output.print(told, markup=False, soft_wrap=True)


def _hand_over(settings: Settings, secret: str, name: str, *, write: bool, show: bool) -> None:
    """Put the secret where it was asked for: into .env, or on the screen of whoever says yes."""
    path = settings.home / ".env"
    if write:
        try:
            set_key(path, name, secret, follow_symlinks=True)
        except OSError as error:
            raise StopError(f"{path} cannot be written: {error.strerror}", hint="see who may write it") from error
        output.print(f"The signing secret stands in {path} as {name}.", markup=False, soft_wrap=True)
    if show and typer.confirm(f"Show the signing secret ({name}) on this screen?", err=True):
        sys.stdout.write(f"{secret}\n")
