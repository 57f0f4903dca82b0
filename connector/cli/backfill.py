"""Add the command `backfill`: years of sessions, with an estimate, a brake and a plan that outlives every kill."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal

import typer

from connector import clock
from connector.cli.app import app, errors, guarded, load_settings, output
from connector.cli.last_word import not_started, note_printed
from connector.cli.run import moment, print_json
from connector.cli.screen import show_summary, watching
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import ExitCode, Options, Summary
from connector.settings import Settings

__all__ = ["backfill"]

Simulate = Annotated[
    str | None,
    typer.Option(
        help="Start nothing; foretell when so many items would be done: items=100M, and behind commas what else is"
        " supposed (seconds, bytes, machines, workers, network, limits); the job's hold where none is given."
    ),
]
SetLimits = Annotated[
    str | None,
    typer.Option(
        "--set-limits",
        help="Change limits of a backfill while it goes on: per_hour=500, more of them behind commas; none goes back"
        " to the job file's.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line."""

    job: str
    since: str | None
    until: str | None
    workers: int
    order: str
    engine: str | None
    dry_run: bool
    as_json: bool


@app.command(
    epilog="Example: `connector backfill nightly-ccai --from 2023-01-01 --to 2026-01-01 --workers 4`;"
    " the same command again goes on where it was stopped or killed. `connector backfill nightly-ccai --simulate"
    " items=100M,seconds=0.4,per_day=200000` starts nothing and says when it would end."
)
@guarded
def backfill(  # noqa: PLR0913 - one parameter per documented option
    job: Annotated[str, typer.Argument(help="Name of the job: its file in jobs/ without .yaml.")],
    *,
    since: Annotated[str | None, typer.Option("--from", help="Sessions that ended at or after this date.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Sessions that ended before this date.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes on this machine that share the work.")] = 1,
    engine: Annotated[str | None, typer.Option(help="Let a dask cluster do the work: dask://HOST:PORT.")] = None,
    order: Annotated[Literal["newest", "oldest"], typer.Option(help="Which days come first.")] = "newest",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
    simulate: Simulate = None,
    set_limits: SetLimits = None,
) -> int:
    """Bring the sessions of a range of days to Capturi: plan, estimate, work, and add up what came of each.

    The plan lies in the ledger, so a kill loses nothing. From another terminal `connector pause`, `resume` and `cancel`
    hold it. While another run of the same target is at work it keeps to its share (`limits.backfill_share`).
    """
    wish = _Wish(job, since, until, workers, order, engine, dry_run, as_json)
    try:
        settings = load_settings()
        if simulate is not None:
            return _simulate(job, settings, simulate, as_json=as_json)
        if set_limits is not None:
            return _set_limits(job, settings, set_limits, as_json=as_json)
        return _backfill(wish, settings)
    except ConfigurationError as error:
        if as_json:
            print_json(not_started(job, str(error), dry_run=dry_run))
        raise
    except KeyboardInterrupt:
        if as_json:
            print_json(not_started(job, "interrupted", dry_run=dry_run, exit_code=ExitCode.STOPPED))
        raise


def _bounds(wish: _Wish, zone: str) -> Any:
    if missing := [name for name, value in (("--from", wish.since), ("--to", wish.until)) if value is None]:
        raise ConfigurationError([Problem("is missing", field=name, hint="a date like 2026-03-24") for name in missing])
    since, until = moment("--from", wish.since, zone), moment("--to", wish.until, zone)
    if since is not None and until is not None and until <= since:
        raise ConfigurationError([Problem("must lie after --from", field="--to")])
    return since, until


def _backfill(wish: _Wish, settings: Settings) -> int:
    from connector.cli.backfill_closing import show_done, span_of  # noqa: PLC0415 - `--help` must not pay for it
    from connector.cli.backfill_screen import showing  # noqa: PLC0415
    from connector.job.backfill.coordinator import execute  # noqa: PLC0415
    from connector.job.backfill.wish import Wish  # noqa: PLC0415
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.execution.memory import keep_small  # noqa: PLC0415

    plan = loader.load(wish.job, settings)
    since, until = _bounds(wish, plan.job.timezone)
    engine = _scheduler(wish.engine, settings) if wish.engine else None
    for warning in plan.warnings:
        errors.print(f"warning: {warning}", style="yellow", markup=False)
    if wish.dry_run:
        return _rehearse(plan, settings, (since, until), as_json=wish.as_json)
    asked = Wish(since, until, wish.workers, newest_first=wish.order == "newest", engine=engine)
    with showing(errors) as view:
        keep_small()
        done = asyncio.run(execute(plan, settings, asked, clock=clock.SystemClock(), view=view))
    if wish.as_json:
        print_json(done.summary, **(done.reckoning.as_facts() if done.reckoning else {}))
    else:
        show_done(output, done, span_of(since, until, plan.job.timezone))
    return done.summary.exit_code


def _scheduler(engine: str, settings: Settings) -> str:
    try:
        from connector.job.backfill.cluster import scheduler_address  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        hint = "pip install 'conversation-connector[dask]'"
        raise ConfigurationError([Problem("needs dask.distributed", field="--engine", hint=hint)]) from error
    return scheduler_address(engine, settings.ledger_url)


def _rehearse(plan: Any, settings: Settings, bounds: tuple[Any, Any], *, as_json: bool) -> int:
    """Count what a backfill would do; limits per hour and day only make it longer, so nothing is held for them."""
    from connector.cli.backfill_closing import span_of  # noqa: PLC0415
    from connector.cli.backfill_screen import show_forecast  # noqa: PLC0415
    from connector.job.backfill.forecast import Load, Means, foretell  # noqa: PLC0415
    from connector.job.run import runner  # noqa: PLC0415

    limits = plan.job.limits
    unbound = limits.model_copy(update={"per_hour": None, "per_day": None, "hours": None})
    counted = replace(plan, job=plan.job.model_copy(update={"limits": unbound}))
    with watching(errors) as progress:
        summary = runner.run(
            counted, settings, Options(*bounds, dry_run=True, yes=True), clock=clock.SystemClock(), progress=progress
        )
    if as_json:
        print_json(summary)
        return summary.exit_code
    show_summary(output, summary, what="backfill", span=span_of(*bounds, plan.job.timezone))
    if items := sum(summary.counts.values()) - summary.counts["unchanged"]:  # type: ignore[index]
        load = Load(items, size_bytes=summary.bytes_uploaded / items)
        forecast = foretell(load, Means(concurrency=limits.concurrency), limits, clock.SystemClock().now())
        show_forecast(output, load, forecast)
    return summary.exit_code


def _simulate(job: str, settings: Settings, text: str, *, as_json: bool) -> int:
    from connector.cli.backfill_screen import show_simulation  # noqa: PLC0415
    from connector.job.backfill.forecast import foretell  # noqa: PLC0415
    from connector.job.backfill.simulation import read_supposition  # noqa: PLC0415
    from connector.job.definition import loader  # noqa: PLC0415

    plan = loader.load(job, settings)
    load, means, limits = read_supposition(text, plan.job.limits)
    forecast = foretell(load, means, limits, clock.SystemClock().now())
    if as_json:
        ends_at = forecast.ends_at.isoformat(timespec="seconds") if forecast.ends_at else None
        _print_without_a_run(job, forecast={**asdict(forecast), "ends_at": ends_at})
    else:
        show_simulation(output, load, means, forecast)
    return ExitCode.DONE


def _print_without_a_run(job: str, **facts: Any) -> None:
    """Print the object of `--json` for what starts no run: counts of 0, and beside them what was asked for."""
    now = clock.SystemClock().now()
    nothing = Summary(job, now, dry_run=True)
    nothing.finish(now, error=None, exit_code=ExitCode.DONE)
    note_printed()
    sys.stdout.write(json.dumps({**nothing.as_dict(), **facts}) + "\n")


def _set_limits(job: str, settings: Settings, text: str, *, as_json: bool) -> int:
    from connector import ledger  # noqa: PLC0415
    from connector.job.backfill.simulation import LIMITS, read_limits, read_pairs  # noqa: PLC0415
    from connector.job.definition import loader  # noqa: PLC0415

    plan = loader.load(job, settings)
    pairs = read_pairs("--set-limits", text, dict.fromkeys(LIMITS))
    _, changes = read_limits("--set-limits", pairs, plan.job.limits)

    async def note() -> ledger.Control:
        async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
            now = clock.SystemClock().now()
            return await book.transact(ledger.set_control, job, ledger.BACKFILL, now=now, facts=changes)

    told = asyncio.run(note()).facts
    if as_json:
        _print_without_a_run(job, limits=dict(told))
        return ExitCode.DONE
    output.print(f"limits of the backfill of {job}, taken up within a second:", style="bold", markup=False)
    for name, value in told.items():
        output.print(f"  {name}: {value}", markup=False)
    if not told:
        output.print("  those of the job file")
    return ExitCode.DONE
