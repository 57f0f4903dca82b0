"""Add the command `reconcile`: what is missing where, between storage, ledger and Capturi."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.screen import columns, counted, show_summary, watching
from connector.cli.state import AsJson, print_json
from connector.job.execution.summary import ExitCode, Options

if TYPE_CHECKING:
    from connector.job.repair.reconcile import Comparison

__all__ = ["reconcile"]

MOST_SHOWN = 3


@app.command(epilog="Example: `connector reconcile nightly-ccai`, then with --send-missing once it looks right.")
@guarded
def reconcile(
    job: Annotated[str, typer.Argument(help="Name of the job: its file in jobs/ without .yaml.")],
    *,
    send_missing: Annotated[
        bool, typer.Option("--send-missing", help="Send what is missing, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Compare the job's storage, the ledger and Capturi: what is missing where, with a count and examples.

    Capturi is asked where the job names `target.portal`: who looks. Only calls can be looked up there. --send-missing
    sends what no run has judged, completes what lacks its recording, and sends again what Capturi does not have;
    what is held or refused waits for its cause to be mended.
    """
    from connector.job.definition import loader  # noqa: PLC0415 - `connector --help` must not pay for the stages
    from connector.job.repair.reconcile import compare  # noqa: PLC0415
    from connector.job.run import runner  # noqa: PLC0415 - `connector --help` must not pay for the stages

    settings = load_settings()
    plan = loader.load(job, settings)
    found = asyncio.run(compare(plan, settings, clock=clock.SystemClock()))
    if not as_json:
        _show(found)
    chosen = found.selection()
    if not send_missing or not (chosen.entries or chosen.paths):
        if as_json:
            print_json({**found.as_dict(), "exit_code": ExitCode.DONE})
        return ExitCode.DONE
    with watching(errors) as progress:
        options = Options(yes=True, only=chosen)
        summary = runner.run(plan, settings, options, clock=clock.SystemClock(), progress=progress)
    if as_json:
        print_json({**found.as_dict(), "run": summary.as_dict(), "exit_code": summary.exit_code})
    else:
        show_summary(output, summary)
    return summary.exit_code


def _show(found: "Comparison") -> None:
    output.print(f"[bold]{found.job}[/]")
    output.print(f"  storage  {counted(found.files, 'metadata file')}")
    output.print(f"  ledger   {counted(found.entries, 'entry', 'entries')}, {found.delivered:,} of them delivered")
    asked = "not asked: the job names no target.portal" if found.looked_up is None else f"{found.looked_up:,} looked up"
    output.print(f"  Capturi  {asked}")
    if not found.gaps:
        output.print("Nothing is missing anywhere.", style="green")
        return
    table = columns(None, "  what", "count", "such as", "what it means, and what helps")
    for gap in found.sorted():
        shown = gap.examples[:MOST_SHOWN]
        examples = escape("\n".join(shown)) + (" …" if gap.count > len(shown) else "")
        table.add_row(f"  {gap.name}", f"{gap.count:,}", examples, f"{gap.meaning}\n[dim]{gap.remedy}[/]")
    output.print(table)
