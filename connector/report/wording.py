"""Write a value as people read it."""

from datetime import UTC, datetime, tzinfo

from connector.report.model import Cell, Column, Counts, Kind

__all__ = ["duration", "listed", "said", "worded", "written"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def written(value: Cell, kind: Kind, zone: tzinfo = UTC) -> str:
    """Give the value as text for people, moments in that zone; nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return listed(value)
    return value if isinstance(value, str) else _number(value, kind)


def worded(value: Cell, column: Column) -> Cell:
    """Give the value with the column's codes said in words, and lists in one line; other values as they are."""
    if isinstance(value, tuple):
        return listed(said(value, column))
    return column.wording(value) if isinstance(value, str) and column.wording else value


def said(value: Counts | tuple[str, ...], column: Column) -> Counts | tuple[str, ...]:
    """Give the list with the column's codes said in words."""
    say = column.wording or str
    return tuple(say(one) if isinstance(one, str) else (say(one[0]), one[1]) for one in value)  # type: ignore[return-value]


def listed(value: Counts | tuple[str, ...]) -> str:
    """Give words, or words with how often each, in one line."""
    return "; ".join(one if isinstance(one, str) else f"{one[0]} ({one[1]:,})" for one in value)


def _number(value: float, kind: Kind) -> str:
    if kind is Kind.SHARE:
        return _share(value)
    if kind is Kind.SECONDS:
        return duration(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")


def _share(value: float) -> str:
    """Give a share in per cent; only what is exactly nothing or all says 0 % or 100 %."""
    text = f"{value * 100:.1f}"
    if text == "100.0" and value < 1:
        return "> 99.9 %"
    if text == "0.0" and value > 0:
        return "< 0.1 %"
    return f"{text.removesuffix('.0')} %"


def duration(seconds: float) -> str:
    """Give a length of time in the two units that matter."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s".removesuffix(" 0 s")
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min".removesuffix(" 0 min")
    return f"{whole // DAY} d {whole % DAY // HOUR} h".removesuffix(" 0 h")
