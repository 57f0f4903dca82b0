"""Share limits per hour and per day between all processes that deliver under one token."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, delete, or_, select, update

from connector.ledger import dialect
from connector.ledger.model import Spent
from connector.ledger.tables import BUDGET

__all__ = ["UsedUp", "book", "spend", "spend_part", "spent", "used_up"]

KEPT: Final = timedelta(days=3)
OF_BACKFILLS: Final = "/backfill"
"""Ends the key under which is counted what backfills took of a budget."""


class UsedUp(NamedTuple):
    """A limit that leaves a backfill nothing more until the next hour or day begins."""

    window: str
    """`hour` or `day`."""
    limit: int
    """How many it had in that time: its own part where others kept within theirs, else the whole limit."""


def spend(  # noqa: PLR0913 - whose budget, when, the two limits and the wish
    connection: Connection, target_key: str, now: datetime, *, per_hour: int | None, per_day: int | None, wanted: int
) -> int:
    """Take up to `wanted` from what is left of both limits (None does not bind) and give how many were granted.

    Hours and days begin by the clock of the time zone that `now` is in.
    """
    starts = _starts(now)
    _make(connection, target_key, starts)
    spent = _spent(connection, target_key, starts)
    left = [limit - spent[window] for window, limit in (("hour", per_hour), ("day", per_day)) if limit is not None]
    granted = max(0, min([wanted, *left]))
    if granted:
        _add(connection, target_key, starts, granted)
    return granted


def spend_part(  # noqa: PLR0913 - whose budget, when, the two limits and how much of them
    connection: Connection,
    target_key: str,
    now: datetime,
    *,
    per_hour: int | None,
    per_day: int | None,
    share: float,
) -> int:
    """Take one for a backfill, and give how many were granted: it has at most that share of each limit.

    What backfills take is counted by itself as well, so that a run finds the rest, however much they want.
    """
    own = f"{target_key}{OF_BACKFILLS}"
    mine = {"per_hour": _part(per_hour, share), "per_day": _part(per_day, share)}
    if not spend(connection, own, now, **mine, wanted=1):
        return 0
    granted = spend(connection, target_key, now, per_hour=per_hour, per_day=per_day, wanted=1)
    if not granted:
        book(connection, Spent(own, now, -1))
    return granted


def used_up(  # noqa: PLR0913 - whose budget, when, the two limits and how much of them
    connection: Connection,
    target_key: str,
    now: datetime,
    *,
    per_hour: int | None,
    per_day: int | None,
    share: float,
) -> UsedUp | None:
    """Give what keeps a backfill with that share of the limits from creating more, the longer wait first."""
    for window, limit in (("day", per_day), ("hour", per_hour)):
        for key, bound in ((f"{target_key}{OF_BACKFILLS}", _part(limit, share)), (target_key, limit)):
            if bound is not None and spent(connection, key, now).get(window, 0) >= bound:
                return UsedUp(window, bound)
    return None


def book(connection: Connection, spent: Spent) -> None:
    """Count what was spent, or given back, without asking whether the limits allow it."""
    starts = _starts(spent.at)
    _make(connection, spent.target_key, starts)
    _add(connection, spent.target_key, starts, spent.count)


def spent(connection: Connection, target_key: str, now: datetime) -> dict[str, int]:
    """Give how many were created in the `hour` and the `day` that this moment of a time zone lies in."""
    rows = select(BUDGET.c.window, BUDGET.c.count.label("spent")).where(_these(target_key, _starts(now)))
    return {row.window: int(row.spent) for row in connection.execute(rows)}


def _part(limit: int | None, share: float) -> int | None:
    return None if limit is None else max(1, int(limit * share))


def _spent(connection: Connection, target_key: str, starts: dict[str, datetime]) -> dict[str, int]:
    # The lock, which SQLite's transaction has already, keeps another process from granting the same ones.
    rows = select(BUDGET.c.window, BUDGET.c.count.label("spent")).where(_these(target_key, starts)).with_for_update()
    return {row.window: int(row.spent) for row in connection.execute(rows)}


def _starts(now: datetime) -> dict[str, datetime]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    return {"hour": hour, "day": hour.replace(hour=0)}


def _these(target_key: str, starts: dict[str, datetime]) -> Any:
    windows = (and_(BUDGET.c.window == window, BUDGET.c.starts_at == start) for window, start in starts.items())
    return and_(BUDGET.c.target_key == target_key, or_(*windows))


def _make(connection: Connection, target_key: str, starts: dict[str, datetime]) -> None:
    """Begin the windows of this moment where they are new, and forget old ones then."""
    rows = [
        {"target_key": target_key, "window": window, "starts_at": start, "count": 0} for window, start in starts.items()
    ]
    known = set(connection.execute(select(BUDGET.c.window).where(_these(target_key, starts))).scalars())
    if known == set(starts):
        return
    connection.execute(dialect.insert(connection, BUDGET).on_conflict_do_nothing(), rows)
    connection.execute(delete(BUDGET).where(BUDGET.c.starts_at < min(starts.values()) - KEPT))


def _add(connection: Connection, target_key: str, starts: dict[str, datetime], count: int) -> None:
    connection.execute(update(BUDGET).where(_these(target_key, starts)).values(count=BUDGET.c.count + count))
