"""Print runs: when, how long, what came of them, why they stopped."""

from collections.abc import Sequence
from typing import Any

from connector.cli.app import output
from connector.cli.screen import ROOMY, columns, time_of

__all__ = ["print_runs", "run_facts"]

SHOWN = ("delivered", "held", "skipped", "refused")


def print_runs(title: str | None, found: Sequence[Any], *, with_id: bool) -> None:
    """Print a table of them, and below it why some of them stopped."""
    names = ["job", "started", "took", *SHOWN, "exit code"]
    names = ["run", *names] if with_id else names
    # A narrow terminal has no room for both, and a run's name tells when it was.
    shown = [name for name in names if not (name == "started" and with_id and output.width < ROOMY)]
    table = columns(title, *shown, whole=("run",))
    for row in found:
        cells = dict(zip(names, _run_cells(row, with_id=with_id), strict=True))
        table.add_row(*(cells[name] for name in shown))
    output.print(table)
    stopped = [row for row in found if row.error]
    if stopped:
        output.print("\nWhy they stopped", style="bold")
    for row in stopped:
        output.print(f"  {row.id if with_id else row.job}: {row.error}", markup=False, soft_wrap=True)


def _run_cells(row: Any, *, with_id: bool) -> list[str]:
    took = f"{(row.finished_at - row.started_at).total_seconds():,.1f} s" if row.finished_at else "goes on"
    # While a run goes on nothing is counted in the ledger; `status` shows what its process says of itself.
    goes_on = row.finished_at is None
    counts = ["" if goes_on else f"{row.counts.get(name, 0):,}" for name in SHOWN]
    code = "" if row.exit_code is None else str(row.exit_code)
    options = row.options or {}
    what = f"{row.job} (named entries alone)" if options.get("restricted_to") else row.job
    what += " (backfill)" if options.get("backfill") else ""
    cells = [what, time_of(row.started_at), took, *counts, code]
    return [row.id, *cells] if with_id else cells


def run_facts(row: Any) -> dict[str, Any]:
    """Give a run as `--json` prints it."""
    return {
        "run_id": row.id,
        "job": row.job,
        "restricted_to": (row.options or {}).get("restricted_to"),
        "backfill": bool((row.options or {}).get("backfill")),
        "dry_run": row.dry_run,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        **row.counts,
        "reasons": row.reasons,
        "report": row.report,
        "exit_code": row.exit_code,
        "error": row.error,
    }
