"""Render a report as one HTML file that opens offline, on any screen, on paper and by keyboard."""

import re
from collections.abc import Iterator
from functools import cache, partial
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from connector.reason import Outcome
from connector.report.cell import clean
from connector.report.chart import draw
from connector.report.coverage import say_reason, say_source
from connector.report.model import Cell, Column, Kind, Report, Table
from connector.report.wording import duration, said, worded, written

__all__ = ["render"]

MOST_ROWS, MOST_OF_EACH = 300, 40
TILES = (*(one.value for one in Outcome if one is not Outcome.UNCHANGED), Outcome.UNCHANGED.value)
LONGEST_TEXT = 300
"""A page is read by people; files of the other formats hold the whole text."""

SECTIONS = {
    "happened": "What happened",
    "fields": "Fields",
    "entries": "Refused and held",
    "audio": "Audio",
    "delay": "Delay",
    "consent": "Consent",
    "agents": "Unknown agents",
    "groups": "Day, team, queue",
    "remarks": "Remarks",
    "drift": "Source changes",
    "unread": "Unread fields",
    "job_reads": "Read by the job",
    "unused": "Unused files",
    "runs": "Runs",
    "notes": "How to read",
}
EMPTY = {
    "audio": "No call was worked on.",
    "delay": "Nothing was delivered.",
    "consent": "No mapping asked for consent.",
    "agents": "Every agent is known.",
    "remarks": "Nothing was noted.",
    "drift": "The source's fields are those of the runs before, or there is nothing to compare with.",
    "unused": "Something came of every file that the ledger knows.",
    "job_reads": "Rules read every field that the job reads, or no record was looked at.",
    "unread": "Everything that has a value is read, or no record was looked at.",
}
EXIT_CODES = {
    0: "0: all went, or was left out by policy",
    1: "1: the run had to stop",
    2: "2: a setting must be mended",
    3: "3: something was refused",
}
_TICKS = re.compile(r"`([^`]*)`")


def render(report: Report) -> str:
    """Give the page."""
    waiting = list(_waiting(report.tables["entries"]))
    several = len(report.tables["runs"].rows) > 1
    return _environment().get_template("report.html.j2").render(
        report=report,
        tables=report.tables,
        charts=draw(report.tables),
        headings=[pair for pair in SECTIONS.items() if several or pair[0] != "runs"],
        facts=list(_facts(report)),
        summary=_summary(report),
        empty=EMPTY,
        most_rows=MOST_ROWS,
        most_of_each=MOST_OF_EACH,
        waiting=waiting,
        linked={group["reason"]: group["id"] for group in reversed(waiting)},
        outcomes=TILES[:-1] if several else TILES,
        several_mappings=len({row[0] for row in report.tables["fields"].rows}) > 1,
        shown=partial(_shown, report),
        said=said,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("connector.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number,
        share=lambda value: written(value, Kind.SHARE),
        cut=_cut,
        ticks=_ticks,
        source=say_source,
        reason=say_reason,
    )
    return environment


def _waiting(table: Table) -> Iterator[dict[str, Any]]:
    """Give the refused and held entries group by group, with what each group has in common."""
    for (outcome, reason), rows in groupby(table.rows, key=lambda row: row[:2]):
        group = list(rows)
        common = dict(zip((column.name for column in table.columns), group[0], strict=True))
        told = {name: common[name] for name in ("outcome", "reason", "meaning", "advice")}
        yield {**told, "id": f"{outcome}-{reason}", "rows": group}


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """Give what stands below the title, heading and value."""
    facts = report.facts
    started, finished = facts["started_at"], facts["finished_at"]
    yield "Tenant", str(facts["tenant"])
    yield "Times in", str(report.zone)
    yield "Started", written(started, Kind.MOMENT, report.zone)
    if "run_id" not in facts:
        yield "Last run ended", written(finished, Kind.MOMENT, report.zone) or "not yet"
        return
    seconds = next(iter(report.tables["runs"].records()))["seconds"]
    yield "Took", duration(seconds) if isinstance(seconds, int | float) else "not ended"
    code = facts["exit_code"]
    yield "Exit code", EXIT_CODES.get(code, str(code)) if isinstance(code, int) else "none yet"


def _summary(report: Report) -> str:
    counts, several = report.counts, "run_id" not in report.facts
    if not counts["seen"]:
        return "Nothing new came." if several else "Nothing was there to work on."
    worked = counts["seen"] - counts["unchanged"]
    if not worked:
        seen = counts["seen"]
        told = "the one conversation seen was" if seen == 1 else f"all {seen:,} conversations seen were"
        return f"Nothing new: {told} dealt with before."
    told = _told_of_period(report, worked) if several else _told_of_run(report, worked)
    refused = counts["refused"]
    return f"{told} {refused:,} {_were(refused)} refused and need{_s(refused == 1)} a person." if refused else told


def _told_of_run(report: Report, worked: int) -> str:
    counts = report.counts
    seen = f"Of {counts['seen']:,} conversation{_s(counts['seen'] != 1)} seen, "
    return f"{seen}{worked:,} {_were(worked)} worked on and {counts['delivered']:,} delivered."


def _told_of_period(report: Report, worked: int) -> str:
    delivered = report.counts["delivered"]
    told = f"{worked:,} conversation{_s(worked != 1)} {_were(worked)} worked on in {report.facts['runs']:,} runs, "
    return f"{told}{'each ' if worked > 1 else ''}counted once. {delivered:,} {_were(delivered)} delivered."


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _s(wanted: bool) -> str:  # noqa: FBT001 - the letter itself is the question
    return "s" if wanted else ""


def _shown(report: Report, value: Cell, column: Column) -> str:
    """Give a cell as people read it, cleaned and cut."""
    return _cut(written(worded(value, column), column.kind, report.zone))


def _number(value: float) -> str:
    return written(value, Kind.COUNT)


def _cut(text: str) -> str:
    cleaned = clean(text)
    return cleaned if len(cleaned) <= LONGEST_TEXT else f"{cleaned[:LONGEST_TEXT]}… [cut; {len(text):,} characters]"


def _ticks(text: str) -> Markup:
    """Give our own text with what stands in backticks as code."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before
