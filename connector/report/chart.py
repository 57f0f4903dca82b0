"""Draw the charts of a report as SVG without scripts; the same numbers stand in the tables beside them."""

import re
import sys
from collections.abc import Mapping
from functools import cache

import pygal
from markupsafe import Markup
from pygal.style import Style

from connector.reason import Outcome
from connector.report.model import Cell, Table

__all__ = ["draw"]

# pygal finds plugins for maps by an import hook of an old kind that Python complains about; no map is drawn here.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

OUTCOMES = (Outcome.DELIVERED, Outcome.HELD, Outcome.SKIPPED, Outcome.REFUSED)
MOST_DAYS, FEW_DAYS = 62, 9
MOST_MARKS = 5
WIDTH, HEIGHT = 440, 300
_UNWANTED = re.compile(r"<(script|desc|title)\b[^>]*?(?:/>|>.*?</\1>)|<!--.*?-->|/\*.*?\*/", re.DOTALL)


def draw(tables: Mapping[str, Table]) -> dict[str, Markup]:
    """Give the drawings by the name of the table whose numbers they show; a table with too little to draw has none."""
    charts = {"by_day": _days(tables["by_day"]), "delay_spread": _spread(tables["delay_spread"])}
    return {name: chart for name, chart in charts.items() if chart}


def _days(table: Table) -> Markup | None:
    records = [one for one in table.records() if str(one["day"])[:1].isdigit()][-MOST_DAYS:]
    if not records:
        return None
    chart = pygal.StackedBar(
        **_options(tuple(f"var(--{one.value})" for one in OUTCOMES)),
        y_labels=_scale(max(sum(_count(one[each.value]) for each in OUTCOMES) for one in records)),
        x_label_rotation=45 if len(records) > FEW_DAYS else 0,
    )
    days = [str(one["day"])[5:] for one in records]
    chart.x_labels = days
    chart.x_labels_major = days[:: len(days) // 12 + 1]
    chart.show_minor_x_labels = False
    for outcome in OUTCOMES:
        chart.add(outcome.value, [one[outcome.value] for one in records])
    return _markup(chart, table.name)


def _spread(table: Table) -> Markup | None:
    records = table.records()
    if not records:
        return None
    chart = pygal.HorizontalBar(
        **_options(("var(--delivered)",)),
        y_labels=_scale(max(_count(one["entries"]) for one in records)),
        show_legend=False,
        print_values=True,
    )
    chart.x_labels = [str(one["delay"]) for one in reversed(records)]
    chart.add("conversations", [_bar(_count(one["entries"])) for one in reversed(records)])
    return _markup(chart, table.name)


def _bar(count: int) -> int | dict[str, object]:
    """Give a bar's value; none is drawn for nothing, and its number would stand upon the axis."""
    return count or {"value": 0, "formatter": lambda _: ""}


def _count(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _scale(most: int) -> list[int]:
    """Give the marks of an axis that counts: whole numbers, each once, in steps of 1, 2 or 5 times a power of ten."""
    rough = max(1.0, most / MOST_MARKS)
    power = 10 ** (len(str(int(rough))) - 1)
    step = next(int(size * power) for size in (1, 2, 5, 10) if size * power >= rough)
    return list(range(0, most + step, step))


def _options(colours: tuple[str, ...]) -> dict[str, object]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "style": _style(colours),
        "js": (),
        "disable_xml_declaration": True,
        "explicit_size": False,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 4,
        "legend_box_size": 12,
        "margin": 8,
        "truncate_label": -1,
        "truncate_legend": -1,
        "value_formatter": lambda value: f"{value:,.0f}",
    }


@cache
def _style(colours: tuple[str, ...]) -> Style:
    """Give a style in the page's own colours, which follow light and dark."""
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--quiet)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        colors=colours,
        value_colors=("var(--ink)",) * len(colours),
        opacity="1",
        opacity_hover="1",
        stroke_opacity="1",
        transition="0s",
        font_family="inherit",
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=13,
        legend_font_size=13,
    )


def _markup(chart: pygal.graph.graph.Graph, name: str) -> Markup:
    """Give the drawing; what a script would have read goes, and people who cannot see it have the table."""
    text = _UNWANTED.sub("", chart.render(is_unicode=True)).replace(chart.uuid, name)
    return Markup(text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704 - drawn here
