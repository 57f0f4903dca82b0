"""Draw results for people: the summary of a run, progress on a terminal, plain lines elsewhere."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.style import StyleType
from rich.table import Table

from connector.job.execution.progress import Progress as Watcher
from connector.job.execution.summary import Summary
from connector.reason import Code, Outcome

__all__ = ["COLOURS", "ROOMY", "columns", "counted", "facts_table", "show_summary", "size", "time_of", "watching"]

THOUSAND = 1000
ROOMY = 110
"""So many columns hold examples beside the reasons."""
GAP = 2
MOST_WHOLE = 0.7
"""The share of the width that ids may take before they are broken like everything else."""
COLOURS = {"delivered": "green", "held": "yellow", "skipped": "blue", "refused": "red", "unchanged": "dim"}


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Give a number with its noun, which is `nouns`, else the noun with an s, where it is not one."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"


class _Columns(Table):
    """A table whose rows have a cell for each of its headings: the library would make columns without one.

    What stands under the headings in `whole` is not broken over lines, so that it can be copied; others give way.
    """

    whole: Collection[str] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it; what is to stay whole is broken all the same where it leaves the others no room, never cut off."""
        asked = [column for column in self.columns if column.header in self.whole]
        needed = sum(max((console.measure(cell).maximum for cell in one.cells), default=0) + GAP for one in asked)
        for column in asked:
            column.no_wrap = needed <= options.max_width * MOST_WHOLE
        yield from super().__rich_console__(console, options)

    def add_row(self, *cells: RenderableType | None, style: StyleType | None = None, end_section: bool = False) -> None:
        """Add a row; raise TypeError where it is no such row."""
        if len(cells) != len(self.columns):
            raise TypeError(f"a row of {len(cells)} cells under {len(self.columns)} headings")
        super().add_row(*cells, style=style, end_section=end_section)


def columns(title: str | None, *names: str, whole: Collection[str] = ()) -> Table:
    """Give an empty table in the style of all tables here; what stands under `whole` stays in one piece."""
    table = _Columns(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, GAP, 0, 0)
    )
    table.whole = whole
    for name in names:
        table.add_column(name, header_style="dim", overflow="fold")
    return table


def show_summary(
    console: Console, summary: Summary, *, what: str = "run", span: str = "", table: Table | None = None
) -> None:
    """Print what a run did: counts, the reasons behind them, and where the report lies.

    `what` says of what kind the run was, `span` of which days, and `table` stands in place of the reasons.
    """
    facts = summary.as_dict()
    seconds = (summary.finished_at - summary.started_at).total_seconds() if summary.finished_at else 0
    if summary.dry_run:
        what = "dry run" if what == "run" else f"dry run of a {what}"
    facts_told = filter(None, (span, f"{seconds:.1f} s", summary.run_id))
    console.print(f"\n[bold]{what} of {summary.job}[/] · {' · '.join(facts_told)}")
    counts = "  ".join(
        f"[{COLOURS[name]}]{facts[name]:,} {name}[/]"
        for name in ("delivered", "held", "skipped", "refused", "unchanged")
    )
    console.print(f"  {facts['seen']:,} seen{', would be' if summary.dry_run else ''}:  {counts}")
    uploaded = "would be uploaded" if summary.dry_run else "uploaded"
    console.print(f"  {counted(summary.audio_uploaded, 'recording')} {uploaded}, {size(summary.bytes_uploaded)}")
    if table is not None:
        console.print(table)
    elif summary.reasons:
        console.print(_reasons(summary, with_examples=console.width >= ROOMY))
    if asked := _asked(summary):
        console.print(f"  {asked} tells the whole story of one of them.", style="dim")
    for note in summary.notes:
        console.print(f"  {note}", markup=False)
    if summary.report:
        console.print(f"  report: {summary.report}", markup=False, soft_wrap=True)
    if summary.error:
        console.print(f"  stopped: {summary.error}", style="bold red", markup=False)


def _asked(summary: Summary) -> str:
    """Give the command that tells more of one of those that did not go; after a dry run what has no id has none."""
    if summary.dry_run:
        return f"`connector mapping explain {summary.job} ID`" if summary.reasons.keys() - {Code.UNREADABLE} else ""
    return "`connector show ID`" if summary.reasons else ""


def _reasons(summary: Summary, *, with_examples: bool) -> Table:
    table = columns(None, "  outcome", "reason", "count", "what it means", *(["such as"] if with_examples else []))
    order = list(Outcome)
    # What rests until its next try was counted by the ledger: nobody named it.
    named = {code for _, code in summary.examples}
    known = {(code.usual_outcome, code): list[str]() for code in summary.reasons if code not in named}
    known |= summary.examples
    for (outcome, code), names in sorted(known.items(), key=lambda item: (order.index(item[0][0]), item[0])):
        row = [
            f"  [{COLOURS[outcome.value]}]{outcome.value}[/]",
            code.value,
            f"{summary.reasons[code]:,}",
            code.meaning,
        ]
        table.add_row(*row, *([escape(", ".join(names))] if with_examples else []))
    return table


def size(size_bytes: float) -> str:
    """Give a number of bytes as people say it."""
    if size_bytes < THOUSAND:
        return f"{size_bytes:,.0f} bytes"
    for unit in ("kB", "MB"):
        size_bytes /= THOUSAND
        if size_bytes < THOUSAND:
            return f"{size_bytes:,.1f} {unit}"
    return f"{size_bytes / THOUSAND:,.1f} GB"


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """Show the progress of a run: a bar on a terminal, a line every thousand entries elsewhere."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[outcomes]}", style="dim"),
        console=console,
        transient=True,
    )
    with bar:
        yield _Bar(bar)


class _Counts:
    def __init__(self) -> None:
        self.files = 0
        self.done = 0
        self.outcomes: dict[str, int] = {}

    def count(self, outcome: Outcome) -> str:
        self.done += 1
        self.outcomes[outcome.value] = self.outcomes.get(outcome.value, 0) + 1
        return " · ".join(f"{number:,} {name}" for name, number in self.outcomes.items())


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.counts = _Counts()
        self.task = bar.add_task("listing", total=None, outcomes="")
        self.total = 0

    def listed(self, files: int) -> None:
        self.counts.files += files
        self.bar.update(self.task, outcomes=counted(self.counts.files, "file"))

    def expects(self, sessions: int) -> None:
        self.total = sessions
        self.bar.update(self.task, description="working", total=sessions, completed=0)

    def closed(self, outcome: Outcome) -> None:
        text = self.counts.count(outcome)
        # One file may hold many sessions: the total grows with what is met.
        self.bar.update(self.task, advance=1, total=max(self.total, self.counts.done), outcomes=text)

    def waits(self, what: str) -> None:
        self.bar.update(self.task, description=f"waiting {what}" if what else "working")


class _Lines:
    EVERY = 1000

    def __init__(self, console: Console) -> None:
        self.console = console
        self.counts = _Counts()
        self.total = 0
        self.told = ""

    def listed(self, files: int) -> None:
        self.counts.files += files

    def expects(self, sessions: int) -> None:
        self.total = sessions
        self.console.print(f"{counted(self.counts.files, 'file')} listed, {sessions:,} to work on")

    def closed(self, outcome: Outcome) -> None:
        text = self.counts.count(outcome)
        if self.counts.done % self.EVERY == 0:
            self.console.print(f"{self.counts.done:,} of about {self.total:,}: {text}")

    def waits(self, what: str) -> None:
        if what and what != self.told:
            self.console.print(f"waiting {what}")
            self.told = what


def facts_table(rows: Iterable[tuple[str, Any]]) -> Table:
    """Give a two-column table of names and values."""
    table = columns(None, "", "")
    table.show_header = False
    for name, value in rows:
        table.add_row(f"[dim]{name}[/]", str(value))
    return table


def time_of(moment: datetime | None) -> str:
    """Give a moment as people read it, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""
