"""Add the commands `mapping …`: test a mapping, see and understand what it makes of real sessions, propose one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from connector.cli import mapping_messages
from connector.cli.app import app, guarded, load_settings
from connector.cli.mapping_source import DEFAULT_TENANT, Where, find_plan, look, the_one, warn
from connector.errors import ConfigurationError, Problem

__all__ = ["commands"]

commands = typer.Typer(
    name="mapping",
    help="Test a mapping, see what it makes of real sessions and why, compare two versions, propose a first one.",
    epilog="Example: `connector mapping preview nightly-ccai` shows what comes out of the last sessions; "
    "`connector mapping explain nightly-ccai 1418 customer` why.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(commands)

WHICH = "A job, an intake, or a mapping by name or path."
Files = Annotated[
    Path | None, typer.Option("--files", help="A folder of files, instead of the job's storage or what was accepted.")
]
Unmasked = Annotated[bool, typer.Option("--unmasked/--masked", help="Show personal data instead of its form.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Tenant = Annotated[str, typer.Option(help="What $tenant is where no job says it.")]


@commands.command("test", epilog="Example: `connector mapping test ccai-call` runs mappings/ccai-call.test.yaml.")
@guarded
def run_examples(
    names: Annotated[list[str] | None, typer.Argument(help="Mappings, by name or path; left out: all.")] = None,
    *,
    as_json: AsJson = False,
) -> int:
    """Run the examples beside mappings: NAME.test.yaml says what NAME.yaml must make of its inputs.

    Exit code 3 where an example fails; each difference names its field, what was expected and what came out.
    """
    from connector.cli.mapping_tests import run_tests  # noqa: PLC0415

    return run_tests(load_settings(), names or [], as_json=as_json)


@commands.command(
    epilog="Example: `connector mapping preview nightly-ccai --limit 5`; with --files no job is needed. "
    "Messages: `connector mapping preview acme-zendesk`."
)
@guarded
def preview(  # noqa: PLR0913 - one parameter per documented option
    name: Annotated[str, typer.Argument(metavar="JOB|INTAKE|MAPPING", help=WHICH)],
    *,
    files: Files = None,
    limit: Annotated[int, typer.Option(min=1, help="How many sessions or messages, the newest first.")] = 3,
    tenant: Tenant = DEFAULT_TENANT,
    unmasked: Unmasked = False,
    as_json: AsJson = False,
) -> None:
    """Map real sessions or messages and show each field with its value, what it came from, and why it is empty.

    Nothing is written and nothing is sent. Personal data is shown as its form. Messages are those an intake accepted
    last, or with --files bodies of requests, one in each file.
    """
    from connector.cli.mapping_preview import show_preview  # noqa: PLC0415

    settings, where = load_settings(), Where(files, tenant)
    intake = mapping_messages.find_intake(settings, name, where)
    if intake is not None:
        warn(intake)
        looked = mapping_messages.look_at_messages(settings, intake, where, limit)
        mapping_messages.show_messages(looked, limit, unmasked=unmasked, as_json=as_json)
        return
    plan = find_plan(settings, name, where)
    warn(plan)
    show_preview(plan, look(plan, limit), unmasked=unmasked, as_json=as_json)


@commands.command(
    epilog="Example: `connector mapping explain nightly-ccai 1418 customer`; also consent, segments, sent. "
    "Messages: `connector mapping explain acme-zendesk 902201 message.to.email`."
)
@guarded
def explain(  # noqa: PLR0913 - one parameter per documented option
    job: Annotated[str, typer.Argument(metavar="JOB|INTAKE|MAPPING", help=WHICH)],
    session: Annotated[
        str, typer.Argument(metavar="SESSION|MESSAGE|FILE", help="Id, external id or file of the session or message.")
    ],
    field: Annotated[str, typer.Argument(help="Field of Capturi, or consent, segments or sent.")] = "sent",
    *,
    files: Files = None,
    tenant: Tenant = DEFAULT_TENANT,
    unmasked: Unmasked = False,
    as_json: AsJson = False,
) -> None:
    """Tell in sentences why a field of one session has its value, and why the session is sent or not.

    What was read from where, what each function made of it, which default stood in, which condition did not hold.
    """
    from connector.cli.mapping_explain import Explainer, show_explanation  # noqa: PLC0415

    settings, where = load_settings(), Where(files, tenant)
    intake = mapping_messages.find_intake(settings, job, where)
    if intake is not None:
        looked = mapping_messages.look_at_messages(settings, intake, where, 2, session)
        mapping_messages.explain_message(settings, looked, session, field, unmasked=unmasked, as_json=as_json)
        return
    plan = find_plan(settings, job, where)
    found = look(plan, 2, session)
    if not found.sessions:
        hint = found.broken[0] if found.broken else f"`connector mapping preview {job}` shows what there is"
        message = f"there is no session {session!r} among the metadata that can be read"
        raise ConfigurationError([Problem(message, hint=hint)])
    explainer = Explainer(settings, plan, the_one(found.sessions, session), unmasked=unmasked)
    show_explanation(explainer, field, as_json=as_json)


@commands.command(
    epilog="Example: `connector mapping diff old.yaml mappings/ccai-call.yaml --job nightly-ccai --last 500`."
)
@guarded
def diff(  # noqa: PLR0913 - one parameter per documented option
    old: Annotated[str, typer.Argument(help="The mapping as it is: a name, a path, or REVISION:PATH of git.")],
    new: Annotated[str, typer.Argument(help="The mapping as it would be.")],
    *,
    job: Annotated[
        str | None, typer.Option(help="Read this job's sessions or intake's messages; left out: one that uses it.")
    ] = None,
    files: Files = None,
    last: Annotated[int, typer.Option(min=1, help="How many sessions or messages, the newest.")] = 200,
    tenant: Tenant = DEFAULT_TENANT,
    unmasked: Unmasked = False,
    as_json: AsJson = False,
) -> None:
    """Show what would change between two versions of a mapping: counts and examples by field, and which sessions.

    Nothing is written and nothing is sent. What was delivered already is never sent again, whatever changes here.
    """
    from connector.cli.mapping_diff import load_pair, show_diff  # noqa: PLC0415
    from connector.cli.mapping_message_diff import load_message_pair, show_message_diff  # noqa: PLC0415

    settings, where = load_settings(), Where(files, tenant)
    messages = load_message_pair(settings, old, new, intake=job, where=where, last=last)
    if messages is not None:
        show_message_diff(messages, last, unmasked=unmasked, as_json=as_json)
        return
    pair = load_pair(settings, old, new, job, where)
    show_diff(pair, look(pair.after, last), unmasked=unmasked, as_json=as_json)


class Format(StrEnum):
    """The forms of sample files."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"


@commands.command(
    epilog="Example: `connector mapping suggest export --job calls` writes a mapping and a job to complete."
)
@guarded
def suggest(  # noqa: PLR0913 - one parameter per documented option
    folder: Annotated[Path, typer.Argument(help="A folder of sample files: JSON, JSON Lines, CSV, Excel or Parquet.")],
    *,
    form: Annotated[Format | None, typer.Option("--format", help="Only files of this form.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; left out: standard output.")] = None,
    job: Annotated[str | None, typer.Option(help="Write a job of this name as well, with its mapping.")] = None,
    tenant: Tenant = DEFAULT_TENANT,
    timezone: Annotated[str | None, typer.Option(help="Zone of times without an offset: Europe/Copenhagen.")] = None,
    region: Annotated[str | None, typer.Option(help="Country of phone numbers without one: DK.")] = None,
) -> None:
    """Propose a complete first mapping from sample files, each rule with what speaks for it.

    What cannot be told from samples is a TODO with the likeliest fields. Consent is never guessed: until you say which
    words mean yes, calls wait. Nothing is written over.
    """
    from connector.cli.mapping_suggest import Wanted, write_suggestion  # noqa: PLC0415
    from connector.mapping.guess import Said  # noqa: PLC0415

    wanted = Wanted(form.value if form else None, out, job, tenant, Said(timezone, region))
    write_suggestion(load_settings(), folder, wanted)
