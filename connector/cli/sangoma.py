"""Add the commands `sangoma setup` and `sangoma inboxes`: what is needed of Sangoma CX before messages come."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from dotenv import set_key

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.screen import columns
from connector.cli.state import print_json
from connector.errors import ConfigurationError, Problem, StopError
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.cpaas import Cpaas
    from connector.job.definition.loader import IntakePlan
    from connector.job.sender.webhook import Memory, Mode, Result, Webhook
    from connector.message.sangoma.api import Inbox

__all__ = ["inboxes", "setup"]

KIND = "sangoma"

sangoma_app = typer.Typer(
    name=KIND,
    help="Set Sangoma CX up to send its messages, and look at its inboxes.",
    epilog="Example: `connector sangoma inboxes` shows what there is; "
    "`connector sangoma setup acme-chat --url https://connector.example.com` what would be made.",
    no_args_is_help=True,
)
app.add_typer(sangoma_app)

IntakeName = Annotated[
    str | None, typer.Argument(metavar="[INTAKE]", help="The intake; may be left out where there is one of the kind.")
]


@sangoma_app.command(
    epilog="Example: `connector sangoma setup acme-chat --url https://connector.example.com`, then with --apply."
)
@guarded
def setup(
    intake: IntakeName = None,
    *,
    url: Annotated[str | None, typer.Option(help="Where the world reaches this connector, with https.")] = None,
    subscribe: Annotated[
        list[str] | None,
        typer.Option(help="An event to be sent, once for each. Default: the two that Sangoma documents."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this it is only told.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Make it once more, although it was made before.")] = False,
) -> None:
    """Have Sangoma CX post its messages to an intake of this project.

    Sangoma documents no call that lists, changes or deletes webhooks. So what was made is remembered in the project
    folder, in setup/INTAKE.json, and made once; what was made elsewhere nobody can tell.
    """
    from connector.job.sender import webhook as making  # noqa: PLC0415 - `connector --help` must not pay for it

    settings = load_settings()
    plan, cpaas = _choose(intake, settings)
    memory = making.memory_of(settings.home, plan.intake.intake)
    address = making.checked_address(url, plan.address) if url else _remembered(memory.read())
    wanted = making.Webhook(cpaas.tenant_domain, address, making.checked_events(subscribe or ()))
    output.print(f"tenant  {wanted.tenant_domain}", markup=False)
    output.print(f"events  {', '.join(wanted.subscriptions)}", markup=False)
    output.print(f"go to   {wanted.url}", markup=False)
    result = asyncio.run(_set_up(cpaas, settings, wanted, memory, making.Mode(apply, again)))
    _tell(result, memory.path)
    if result.secret:
        _keep_secret(settings, plan.intake.intake, result.secret)


@sangoma_app.command(epilog="Example: `connector sangoma inboxes` shows what inboxes there are, with their ids.")
@guarded
def inboxes(
    intake: IntakeName = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """List the inboxes of Sangoma CX that the intake's credentials reach."""
    settings = load_settings()
    _, cpaas = _choose(intake, settings)
    found = asyncio.run(_inboxes(cpaas, settings))
    if as_json:
        print_json(found)
        return
    table = columns(None, "id", "name", "channel")
    for one in found:
        table.add_row(one.id, one.name, one.channel or "")
    output.print(table if found else "There is no inbox, or the answer has another shape than expected.")


def _choose(name: str | None, settings: Settings) -> tuple["IntakePlan", "Cpaas"]:
    """Give the intake that is meant, with its credentials."""
    from connector.job.definition import loader  # noqa: PLC0415

    if name is not None:
        plans = [loader.load_intake(name, settings)]
    else:
        plans = [loader.load_intake(one, settings) for one in loader.intakes(settings.home)]
        plans = [plan for plan in plans if plan.source.kind == KIND]
    if len(plans) != 1:
        hint = f"name one of {', '.join(plan.intake.intake for plan in plans)}" if plans else "docs/messages-sangoma.md"
        raise ConfigurationError([Problem(f"there are {len(plans)} intakes of kind {KIND}", hint=hint)])
    plan = plans[0]
    if plan.source.kind != KIND:
        raise ConfigurationError([Problem(f"is of kind {plan.source.kind}", plan.path, field="source.kind")])
    cpaas = plan.intake.source.cpaas
    if cpaas is None:
        hint = "give tenant_domain, client_id and client_secret"
        raise ConfigurationError([Problem("is missing", plan.path, field="source.cpaas", hint=hint)])
    return plan, cpaas


def _remembered(known: list[dict[str, object]]) -> str:
    urls = [str(one["url"]) for one in known if one.get("url")]
    if not urls:
        hint = "for example --url https://connector.example.com"
        raise ConfigurationError([Problem("must be given the first time", field="--url", hint=hint)])
    return urls[-1]


async def _set_up(cpaas: "Cpaas", settings: Settings, wanted: "Webhook", memory: "Memory", mode: "Mode") -> "Result":
    from connector.job.sender import webhook as making  # noqa: PLC0415
    from connector.message.sangoma.api import SangomaApi  # noqa: PLC0415

    async with SangomaApi(cpaas.access(), ca_file=settings.ca_file) as api:
        return await making.set_up(api, wanted, memory, clock.SystemClock(), mode)


async def _inboxes(cpaas: "Cpaas", settings: Settings) -> "list[Inbox]":
    from connector.message.sangoma.api import SangomaApi  # noqa: PLC0415

    async with SangomaApi(cpaas.access(), ca_file=settings.ca_file) as api:
        return await api.inboxes()


def _tell(result: "Result", path: Path) -> None:
    named = f", as {result.id}" if result.id else ""
    words = {
        "there": f"Nothing to do: made {result.made_at}{named}. If Sangoma CX has it no longer, say --again.",
        "unsure": f"Asked for {result.made_at} without an answer: look in Sangoma CX. If it is not there, say --again.",
        "made": f"Made{named}, and remembered in {path}.",
        "wanted": "Would be made; nothing was asked of Sangoma. Say --apply to do it.",
    }
    output.print(words[result.state], markup=False)
    if result.others:
        told = f"Made earlier for this intake, otherwise: {', '.join(result.others)}. Take them away in Sangoma CX."
        errors.print(told, style="yellow", markup=False)


def _keep_secret(settings: Settings, intake: str, secret: str) -> None:
    """Put what signs the events into .env: it may be told this once only."""
    name = f"{re.sub('[^A-Z0-9]', '_', intake.upper())}_SIGNING_SECRET"
    path = settings.home / ".env"
    try:
        set_key(path, name, secret, follow_symlinks=True)
    except OSError as error:
        raise StopError(f"{path} cannot be written: {error.strerror}", hint="see who may write it") from error
    output.print(
        f'The events are signed. The secret stands in {path}: source.signing_secret: "${{{name}}}"', markup=False
    )
