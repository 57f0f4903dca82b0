"""Render a report as one HTML file that opens offline, on any screen, on paper and by keyboard."""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from connector.report.cell import clean
from connector.report.model import Cell, Column, Kind, Report
from connector.report.wording import written

__all__ = ["render"]

MOST_ROWS = 500
LONGEST_TEXT = 400
"""A page is read by people; files of the other formats hold the whole text."""


def render(report: Report, charts: Mapping[str, Markup] | None = None) -> str:
    """Give the page; `charts` are drawings by the name of the table they illustrate."""
    environment = Environment(
        loader=PackageLoader("connector.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=shown, number=lambda value: f"{value:,}")
    page = environment.get_template("report.html.j2")
    return page.render(report=report, charts=charts or {}, most_rows=MOST_ROWS, kind=Kind, tables=report.tables)


def shown(value: Cell, column: Column) -> str:
    """Give a cell as people read it, cleaned and cut."""
    text = clean(written(value, column.kind))
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… [cut; {len(text):,} characters]"
