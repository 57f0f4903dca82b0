"""Add the commands that set a project up: `init` and `check`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector import clock
from connector.cli.app import app, errors, explain, guarded, load_settings, output
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import ExitCode
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition import loader

__all__ = ["check", "init"]


@app.command(epilog="Example: `connector init acme && cd acme && connector check`.")
@guarded
def init(folder: Annotated[Path, typer.Argument(help="The folder to make; it may exist.")]) -> None:
    """Make a working project folder to start from: job, mappings, agents file, environment."""
    from connector.job.project.folder import create_project  # noqa: PLC0415

    written = create_project(folder)
    here = folder.resolve() == Path.cwd().resolve()
    output.print(f"Made a project of {len(written)} files in {'this folder' if here else folder}.", markup=False)
    output.print("It sends to the rehearsal Capturi until you change target.url. Next:")
    if not here:
        output.print(f"  cd {folder}", markup=False)
    output.print("  connector sandbox            in another terminal")
    output.print("  connector check nightly-ccai")
    output.print("  connector run nightly-ccai --dry-run")


@app.command(
    epilog="Example: `connector check nightly-ccai`; without a name every job and intake of the folder is checked."
)
@guarded
def check(job: Annotated[str | None, typer.Argument(help="Name of the job or intake; default: all.")] = None) -> int:
    """Find every mistake of a job or an intake at once, then see whether storage, target and ledger are reached.

    Of tables it reads a few rows, and warns of names in job and mapping that are none of their columns.

    Exit code 2: something must be mended in a file. Exit code 1: something is not reached.
    """
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.definition.place import unread  # noqa: PLC0415

    settings = load_settings()
    for one in () if job else unread(settings.home):
        errors.print(f"warning  {one}", style="yellow", markup=False, soft_wrap=True)
    names = [job] if job else [*loader.names(settings.home), *loader.intakes(settings.home)]
    if not names:
        hint = "`connector init DIR` makes a project folder; --home names one"
        raise ConfigurationError([Problem("there is no job here", settings.home / "jobs", hint=hint)])
    codes = [_check(name, settings) for name in names]
    return ExitCode.MEND if ExitCode.MEND in codes else max(codes)


def _check(name: str, settings: Settings) -> int:
    from connector.job.definition import loader  # noqa: PLC0415

    output.print(f"[bold]{name}[/]")
    try:
        found: loader.Plan | loader.IntakePlan
        if loader.is_intake(loader.find(settings.home, name)):
            found = loader.load_intake(name, settings)
        else:
            found = loader.load(name, settings)
    except ConfigurationError as error:
        explain(error)
        return ExitCode.MEND
    output.print(f"  [green]ok[/]       files: {_told(found)}")
    for warning in found.warnings:
        errors.print(f"  warning  {warning}", style="yellow", markup=False, soft_wrap=True)
    return asyncio.run(_try(found, settings))


def _told(plan: "loader.Plan | loader.IntakePlan") -> str:
    from connector.job.definition.loader import Plan  # noqa: PLC0415

    if isinstance(plan, Plan):
        used = ", ".join(f"{one.name} for {channel}s" for channel, one in plan.mappings.items())
        return f"the job and its mappings ({used}) are right"
    return f"the intake and its mapping ({plan.mapping.name}) are right; its address: {plan.address}"


async def _try(plan: "loader.Plan | loader.IntakePlan", settings: Settings) -> int:
    from connector.job.definition.loader import Plan  # noqa: PLC0415
    from connector.job.trial import check as trial  # noqa: PLC0415

    now = clock.SystemClock()
    findings = trial.check(plan, settings, now) if isinstance(plan, Plan) else trial.check_intake(plan, settings, now)
    codes = [ExitCode.DONE]
    async for finding in findings:
        mark = "[green]ok[/]      " if finding.reached else "[red]failed[/]  "
        output.print(f"  {mark} {finding.name}: ", end="")
        output.print(finding.text, markup=False, soft_wrap=True)
        for name, value in finding.facts:
            output.print(f"             {name:<13}", style="dim", end="")
            output.print(value, markup=False, soft_wrap=True)
        for warning in finding.warnings:
            errors.print(f"  warning  {warning}", style="yellow", markup=False, soft_wrap=True)
        if finding.hint:
            output.print(f"           {finding.hint}", markup=False, soft_wrap=True)
        if not finding.reached:
            codes.append(ExitCode.MEND if finding.is_mistake else ExitCode.STOPPED)
    return max(codes)
