"""Read a cron line as every cron does: Sunday is 0 or 7, and of two kinds of days either one is enough."""

from typing import Final

__all__ = ["crontab_fields"]

FIELDS: Final = 5
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
EVERY_DAY: Final = "*"


def crontab_fields(text: str) -> list[dict[str, str]]:
    """Give the fields of a line, by the scheduler's names; two sets where day of month and of week are both named.

    Raises ValueError for a line that has not five fields, or a day of the week that is none.
    """
    values = text.split()
    if len(values) != FIELDS:
        raise ValueError(f"has {len(values)} fields, not five")
    minute, hour, day, month, weekday = values
    clock = {"minute": minute, "hour": hour, "month": month}
    weekdays = _weekdays(weekday)
    if day.startswith(EVERY_DAY) or weekday.startswith(EVERY_DAY):
        return [{**clock, "day": day, "day_of_week": weekdays}]
    return [
        {**clock, "day": day, "day_of_week": EVERY_DAY},
        {**clock, "day": EVERY_DAY, "day_of_week": weekdays},
    ]


def _weekdays(text: str) -> str:
    """Give days of the week by their names: the scheduler counts them from Monday, cron from Sunday."""
    if text == EVERY_DAY:
        return text
    found = {day for part in text.split(",") for day in _days(part)}
    return ",".join(day for day in DAYS if day in found)


def _days(part: str) -> list[str]:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span == EVERY_DAY:
        begin, end = 0, len(DAYS) - 1
    else:
        begin = _day(first)
        # A single day with a step runs on to the end of the week.
        end = _day(last) if dash else (len(DAYS) - 1 if step else begin)
    if end < begin:
        end += len(DAYS)
    if step and not (step.isdecimal() and int(step)):
        raise ValueError(f"{step!r} is no step of days")
    return [DAYS[at % len(DAYS)] for at in range(begin, end + 1, int(step or 1))]


def _day(text: str) -> int:
    if text.isdecimal() and int(text) <= len(DAYS):
        return int(text) % len(DAYS)
    if text.lower() in DAYS:
        return DAYS.index(text.lower())
    raise ValueError(f"{text!r} is no day of the week")
