"""Draw a backfill: bars for the whole and each worker on a terminal, lines elsewhere, and what is foretold of it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from connector.cli.screen import columns, counted, size
from connector.job.backfill.forecast import Forecast, Load, Means
from connector.job.backfill.view import Sight, View
from connector.reason import Outcome

__all__ = ["show_forecast", "show_simulation", "showing"]

LINE_SECONDS = 10.0
MINUTE, HOUR, DAY = 60, 3600, 86400


@contextmanager
def showing(console: Console) -> Iterator[View]:
    """Show a backfill while it goes on."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    bars = _Drawn(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        # A narrow terminal shall shorten the words behind the numbers, not the numbers.
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[told]}", style="dim"),
        console=console,
        transient=True,
    )
    with bars:
        yield _Bars(console, bars)


def duration(seconds: float) -> str:
    """Give a length of time as people say it."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:,.1f} days"


def show_forecast(console: Console, load: Load, forecast: Forecast) -> None:
    """Print how much there is, how long it will take, and what holds it up."""
    console.print(
        f"{counted(load.items, 'session')} to work on, {size(load.items * load.size_bytes)} of recordings;"
        f" expected to take {duration(forecast.seconds)}, until {_end(forecast)}"
        f" (at most {forecast.rate:,.1f} a second, {forecast.per_day:,.0f} a day; what binds: {forecast.binds})",
        markup=False,
    )


def show_simulation(console: Console, load: Load, means: Means, forecast: Forecast) -> None:
    """Print a forecast as a table: each bound, and what follows from all of them."""
    audio = f" · {size(load.size_bytes)} of audio each" if load.size_bytes else ""
    console.print(
        f"[bold]{counted(load.items, 'session')}[/] · {load.seconds:g} s and {load.requests:g} requests each{audio}"
        f" · {counted(means.machines, 'machine')} x {counted(means.workers, 'process', 'processes')}"
    )
    table = columns(None, "  what allows", "sessions/s", "sessions/hour")
    for name, rate in sorted(forecast.bounds.items(), key=lambda bound: bound[1]):
        table.add_row(f"  {name}", f"{rate:,.1f}", f"{rate * HOUR:,.0f}")
    console.print(table)
    facts = columns(None, "  in all", "")
    facts.add_row("  open", f"{forecast.open_hours:g} hours a day")
    audio = f", {size(forecast.per_day * load.size_bytes)}" if load.size_bytes else ""
    facts.add_row("  a day", f"{forecast.per_day:,.0f} sessions{audio}")
    facts.add_row("  what binds", forecast.binds)
    facts.add_row("  takes", duration(forecast.seconds))
    facts.add_row("  ends", _end(forecast))
    console.print(facts)


def _end(forecast: Forecast) -> str:
    return f"{forecast.ends_at:%Y-%m-%d %H:%M}Z" if forecast.ends_at else "after the year 9999"


def _outcomes(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{counts[one]:,} {one.value}" for one in Outcome if counts.get(one))


def _pace(sight: Sight) -> str:
    left = f", {duration(sight.seconds_left)} left" if sight.seconds_left is not None and sight.items else ""
    return f"{sight.rate:,.1f}/s{left}"


class _Drawn(Progress):
    """Bars, and below them a line that has the whole width: the numbers beside the bars never give way to words."""

    below = Text()

    def get_renderables(self) -> Iterator[RenderableType]:
        yield from super().get_renderables()
        if self.below:
            yield self.below


class _Bars:
    def __init__(self, console: Console, bars: _Drawn) -> None:
        self._console, self._bars = console, bars
        self._whole = bars.add_task("listing", total=None, told="")
        self._workers: dict[int, TaskID] = {}
        self._files = 0

    def listed(self, files: int) -> None:
        self._files += files
        self._bars.update(self._whole, told=counted(self._files, "file"))

    def planned(self, sessions: int, outside: int) -> None:
        told = f"{counted(sessions, 'session')} in the range, {outside:,} outside"
        self._bars.update(self._whole, description="planning", told=told)

    def foretold(self, load: Load, forecast: Forecast) -> None:
        show_forecast(self._console, load, forecast)

    def say(self, text: str) -> None:
        self._console.print(text, style="yellow", markup=False)

    def sees(self, sight: Sight) -> None:
        self._bars.below = Text("  ").join(
            Text(text, style) for text, style in ((_outcomes(sight.counts), "dim"), (sight.note, "yellow")) if text
        )
        pace = _pace(sight)
        self._bars.update(self._whole, description="backfill", total=sight.items, completed=sight.worked, told=pace)
        at_work = {worker.number for worker in sight.workers}
        for worker in sight.workers:
            if worker.number not in self._workers:
                self._workers[worker.number] = self._bars.add_task("", told="")
            self._bars.update(
                self._workers[worker.number],
                description=f"  worker {worker.number}",
                total=worker.items,
                completed=worker.worked,
                told=f"{worker.day} · {worker.rate:,.1f}/s",
            )
        for number in self._workers.keys() - at_work:
            self._bars.remove_task(self._workers.pop(number))


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._files = 0
        self._told_at = time.monotonic()
        self._note = ""

    def listed(self, files: int) -> None:
        self._files += files

    def planned(self, sessions: int, outside: int) -> None:
        if self._is_time():
            self._console.print(f"planning: {counted(sessions, 'session')} in the range, {outside:,} outside")

    def foretold(self, load: Load, forecast: Forecast) -> None:
        self._console.print(f"{counted(self._files, 'file')} listed")
        show_forecast(self._console, load, forecast)

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)

    def sees(self, sight: Sight) -> None:
        if self._is_time() or sight.note != self._note:
            self._note = sight.note
            told = " · ".join(filter(None, (_pace(sight), _outcomes(sight.counts), sight.note)))
            self._console.print(f"{sight.worked:,} of {sight.items:,}: {told}", markup=False)

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._told_at < LINE_SECONDS:
            return False
        self._told_at = now
        return True
