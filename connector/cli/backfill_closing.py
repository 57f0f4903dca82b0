"""Print what came of a backfill: a table of the whole range that adds up, and what is left to do."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connector.cli.screen import COLOURS, ROOMY, columns, counted, show_summary
from connector.job.backfill.reckoning import SENDING, PlanSum, Reckoning
from connector.job.backfill.wish import Done

__all__ = ["show_done", "span_of"]

CUT_SHORT = "its sending was cut short; the same command, or the next run, completes it"


def span_of(since: datetime, until: datetime, zone: str) -> str:
    """Give the range as people say it, in its time zone."""
    return f"{_day(since, zone)} to {_day(until, zone)}"


def show_done(console: Console, done: Done, span: str) -> None:
    """Print what came of a backfill: the summary, and what the ledger says of the whole range."""
    reckoning = done.reckoning
    with_examples = console.width >= ROOMY
    table = _table(reckoning, done, with_examples=with_examples) if reckoning and reckoning.lines else None
    show_summary(console, done.summary, what="backfill", span=span, table=table)
    is_cancelled = _is_cancelled(done)
    for line in _remarks(done):
        console.print(f"  {line}", markup=False)
    for part in done.parts:
        if part.problem and part.state == "done":
            console.print(f"  part {part.id} of {part.day} is finished, but {part.problem}", markup=False)
        elif part.state != "done" and not is_cancelled:
            why = f": {part.problem}" if part.problem else ""
            console.print(f"  part {part.id} of {part.day} waits to be gone on with{why}", markup=False)
    if is_cancelled:
        console.print("  the plan was let go; what is delivered stays so, and a new backfill plans the rest")
    elif done.summary.error:
        console.print("  the same command again goes on from here")


def _table(reckoning: Reckoning, done: Done, *, with_examples: bool) -> Table:
    both = bool(reckoning.before)
    counts = ["now", "before", "in all"] if both else ["count"]
    examples = ["such as"] if with_examples else []
    table = columns(None, "  outcome", "reason", *counts, "what it means", *examples)
    for name in counts:
        table.columns[[column.header for column in table.columns].index(name)].justify = "right"

    def row(state: str, reason: str, now: int, before: int, *words: str) -> None:
        numbers = [now, before, now + before] if both else [now]
        table.add_row(f"  {state}", reason, *(f"{one:,}" for one in numbers), *words)

    for line in reckoning.lines:
        meaning = CUT_SHORT if line.state == SENDING else line.code.meaning if line.code else ""
        # Where everything went well nobody needs an example.
        example = escape(done.examples.get(line.example, "")) if line.code or line.state == SENDING else ""
        state = f"[{COLOURS.get(line.state, 'yellow')}]{line.state}[/]"
        row(state, line.code or "", line.now, line.before, meaning, *([example] if with_examples else []))
    row("[bold]in all[/]", "", reckoning.now, reckoning.before, "", *([""] if with_examples else []))
    return table


def _remarks(done: Done) -> Iterator[str]:
    """Say what a person needs to know to add up the numbers."""
    reckoning, known = done.reckoning, done.goes_on_from
    if known is not None:
        yield f"goes on from the start of {known.run_id}, which was stopped or killed on the way"
    if reckoning is not None:
        if reckoning.before:
            yield "now: what this start did; before: what earlier starts and other runs did of the same range"
        if reckoning.gone:
            were = "was" if reckoning.gone == 1 else "were"
            yield f"{reckoning.gone:,} of these {were} not seen: the files are moved away or no longer in the storage"
        if reckoning.unseen > 0:
            yield f"{reckoning.unseen:,} of these this start has not come to, or another run did meanwhile"
        # A plan that was cancelled has lost its parts: there is nothing to add up.
        yield from () if _is_cancelled(done) else _planned(reckoning.plan, done)
    if done.planning.outside:
        outside = counted(done.planning.outside, "more session")
        yield f"{outside} ended outside the range and {'was' if done.planning.outside == 1 else 'were'} left alone"


def _planned(plan: PlanSum, done: Done) -> Iterator[str]:
    if not plan.sessions:
        yield "nothing was left to plan" if done.summary.error is None else "nothing was planned"
        return
    told = [f"{plan.finished_before:,} finished before"] if plan.finished_before else []
    if plan.finished_now:
        told.append(f"{plan.finished_now:,} finished now")
    if plan.left:
        told.append(f"{plan.left:,} in parts that are not finished")
    yield f"the plan: {counted(plan.sessions, 'session')} to look at, {', '.join(told)}"


def _is_cancelled(done: Done) -> bool:
    return done.summary.error == "cancelled"


def _day(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}" if not (local.hour or local.minute or local.second) else f"{local:%Y-%m-%d %H:%M}"
