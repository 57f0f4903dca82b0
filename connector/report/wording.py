"""Write a value as people read it."""

from datetime import datetime

from connector.report.model import Cell, Kind

__all__ = ["duration", "written"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def written(value: Cell, kind: Kind) -> str:
    """Give the value as text for people; nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, kind)
    return value


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
