"""Tell the moments at which a schedule is due, right through the changes of the clock."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from connector.job.definition.cron import crontab_fields

__all__ = ["check_cron", "next_slot", "slots_between"]

MARGIN: Final = timedelta(hours=3)
"""More than any change of a clock: within it, wall time and real time may follow in different orders."""
SOME_DAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - what a clock on the wall shows
FARTHEST: Final = timedelta(days=366 * 9)
"""A line that is not due within it, such as one for the 30th of February, never is."""


def check_cron(text: str) -> str:
    """Give the cron line back; raise ValueError where it is none, or names days that no year has."""
    if next(_wall_times(text, SOME_DAY), None) is None:
        raise ValueError("is never due: no month it names has that day")
    return text


def next_slot(cron: str, timezone: str, after: datetime) -> datetime | None:
    """Give the first moment, in UTC, at which the line is due after this one; None where it never is again."""
    return next(_slots(cron, timezone, after), None)


def slots_between(
    cron: str, timezone: str, after: datetime, until: datetime, *, most: int = 1000
) -> Sequence[datetime]:
    """Give the moments in UTC at which the line is due, after the one and up to the other; the last `most` of them.

    What falls into the hour that spring leaves out is due once, as much later as the clock was put on. What falls into
    the hour that autumn repeats is due once, the first time; a line for every hour is due in both of them.
    """
    found: list[datetime] = []
    for slot in _slots(cron, timezone, after):
        if slot > until:
            break
        found = [*found[-most + 1 :], slot] if len(found) >= most else [*found, slot]
    return found


def _slots(cron: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """Give the moments after this one, in their order, each once."""
    zone, twice = ZoneInfo(timezone), cron.split()[1].startswith("*")
    wall = after.astimezone(zone).replace(tzinfo=None)
    waiting: set[datetime] = set()
    for due in _wall_times(cron, wall - MARGIN):
        waiting.update(moment for moment in _moments(due, zone, twice=twice) if moment > after)
        # What is due on the wall so much later cannot come before these any more.
        sure = (due - MARGIN).replace(tzinfo=zone).astimezone(UTC)
        ready = sorted(moment for moment in waiting if moment < sure)
        yield from ready
        waiting.difference_update(ready)
        after = max([after, *ready])
    yield from sorted(waiting)


def _wall_times(cron: str, start: datetime) -> Iterator[datetime]:
    """Give what a clock on the wall shows when the line is due, as if no clock were ever changed."""
    triggers, at = _triggers(cron), start.replace(tzinfo=UTC)
    while True:
        found = [due for trigger in triggers if (due := trigger.get_next_fire_time(None, at))]
        if not found or min(found) - at > FARTHEST:
            return
        due = min(found)
        yield due.replace(tzinfo=None)
        at = due + timedelta(seconds=1)


def _moments(wall: datetime, zone: ZoneInfo, *, twice: bool) -> Iterator[datetime]:
    first = wall.replace(tzinfo=zone)
    yield first.astimezone(UTC)
    again = first.replace(fold=1)
    # Of a time that the clock shows twice the second is an hour later; of one that it never shows, an hour earlier.
    if twice and again.utcoffset() != first.utcoffset() and again.astimezone(UTC) > first.astimezone(UTC):
        yield again.astimezone(UTC)


@lru_cache(maxsize=256)
def _triggers(text: str) -> tuple[CronTrigger, ...]:
    try:
        return tuple(CronTrigger(**fields, timezone=UTC) for fields in crontab_fields(text))
    except ValueError as error:
        raise ValueError(f"is not a cron line such as 30 2 * * *: {error}") from error
