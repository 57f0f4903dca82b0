"""Add the command `demo`: everything once, on sample data, against the rehearsal Capturi, without configuration."""

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from connector import clock, logs
from connector.cli.app import app, errors, guarded, output
from connector.cli.screen import columns, show_summary, watching
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import ExitCode, Options, Summary
from connector.reason import Outcome
from connector.settings import Settings
from connector.shipped import shipped

__all__ = ["demo"]

TOKEN = "CONNECTOR_DEMO_TOKEN"  # noqa: S105 - the name of a variable


@app.command(epilog="Example: `connector demo --keep try` leaves everything in the folder try for a closer look.")
@guarded
def demo(
    *, keep: Annotated[Path | None, typer.Option(help="An empty folder to work in; default: a temporary one.")] = None
) -> int:
    """Show the nightly job on sample data: a rehearsal Capturi, three runs, and the mapping report.

    Needs no configuration and no network. Refused and held samples are shown on purpose.
    """
    folder = (keep or Path(tempfile.mkdtemp(prefix="connector-demo-"))).resolve()
    if keep and keep.exists() and any(keep.iterdir()):
        raise ConfigurationError([Problem(f"{keep} is not empty", field="--keep", hint="name a new folder")])
    return asyncio.run(_demo(folder))


async def _demo(folder: Path) -> int:
    # Everything heavy is imported here: `connector --help` must not pay for it.
    from connector import sandbox  # noqa: PLC0415
    from connector.job.project import samples  # noqa: PLC0415

    # The samples are a little older than the first look at them: a file that was just written may still be growing.
    now = datetime.now(UTC)
    samples.copy_samples(folder, now)
    logs.configure("error")
    options = sandbox.SandboxOptions(port=0, keep=folder / "capturi")
    async with sandbox.running(options) as address:
        settings = _project(folder, address)
        output.print(f"The samples lie in {folder}; a rehearsal Capturi listens on {address}.", markup=False)
        output.print("\n[bold]1. The first night[/]: read, map, create, upload.")
        first = await _run(settings)
        output.print("\n[bold]2. The same again[/]: nothing is sent twice.")
        second = await _run(settings)
        samples.bring_late(folder)
        samples.finish_growing(folder, now)
        output.print("\n[bold]3. A late recording came, and a half-written file was finished.[/]")
        third = await _run(settings)
        arrived = await _arrived(address)
    return _close(folder, (first, second, third), arrived)


def _project(folder: Path, address: str) -> Settings:
    job = (shipped("jobs") / "demo.yaml").read_text(encoding="utf-8")
    job = job.replace("http://127.0.0.1:8787", address).replace("${CAPTURI_TOKEN}", f"${{{TOKEN}}}")
    (folder / "jobs").mkdir()
    (folder / "jobs" / "demo.yaml").write_text(job, encoding="utf-8")
    shutil.copytree(shipped("mappings"), folder / "mappings")
    os.environ[TOKEN] = "sandbox"
    return Settings(home=folder, ledger="connector.db", hash_key=secrets.token_hex(16))


async def _run(settings: Settings) -> Summary:
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.run import runner  # noqa: PLC0415

    plan = loader.load("demo", settings)
    with watching(errors) as progress:
        summary = await runner.execute(plan, settings, Options(), clock=clock.SystemClock(), progress=progress)
    show_summary(output, summary)
    return summary


async def _arrived(address: str) -> dict[str, int]:
    import httpx  # noqa: PLC0415

    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        names = ("conversations", "audio", "cases")
        return {name: len((await client.get(f"/_sandbox/{name}")).json()) for name in names}


def _close(folder: Path, runs: tuple[Summary, ...], arrived: dict[str, int]) -> int:
    delivered = sum(run.counts[Outcome.DELIVERED] for run in runs)
    uploaded = sum(run.audio_uploaded for run in runs)
    output.print("\n[bold]What the rehearsal Capturi has[/]")
    table = columns(None, "  what", "sent", "arrived")
    table.add_row("  conversations and chats", str(delivered), str(arrived["conversations"] + arrived["cases"]))
    table.add_row("  recordings", str(uploaded), str(arrived["audio"]))
    output.print(table)
    worked = (
        all(run.error is None for run in runs)
        and delivered == arrived["conversations"] + arrived["cases"]
        and uploaded == arrived["audio"]
        and runs[1].counts[Outcome.DELIVERED] == 0
    )
    if not worked:
        errors.print("The demo did not work: what was sent is not what arrived.", style="bold red")
        return ExitCode.STOPPED
    output.print("\nEverything that was sent arrived once. Worth a look:")
    output.print(f"  the mapping report    {runs[0].report}", markup=False, soft_wrap=True)
    program = "connector" if shutil.which("connector") else Path(sys.executable).with_name("connector")
    output.print(f"  the whole of one call {program} --home {folder} show acme-call-1418", markup=False, soft_wrap=True)
    return ExitCode.DONE
