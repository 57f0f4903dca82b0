"""Foretell when a backfill ends: what each limit allows, which of them binds, and on which day that is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.job.definition.model import Limits
from connector.job.execution.opening import open_hours

__all__ = ["Forecast", "Load", "Means", "foretell"]

HOUR_SECONDS = 3600
HOURS = 24
MINUTES = 60
SOME_DAY = datetime(2001, 1, 1)  # noqa: DTZ001 - a clock on the wall, without a zone of its own


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be moved."""

    items: int
    requests: float = 2.0
    """Requests of one item: create and upload."""
    size_bytes: float = 0.0
    """Bytes of one item's recording."""
    seconds: float = 0.5
    """How long one item is under way: reading, creating, uploading."""


@dataclass(frozen=True, slots=True)
class Means:
    """What it is moved with; the numbers of one process are measured, see docs/performance.md."""

    machines: int = 1
    workers: int = 1
    """Processes on each machine."""
    concurrency: int = 16
    """Items under way at once, all processes together."""
    network_bits: float = 0.0
    """Bits a second of one machine; 0 does not bind."""
    process_items: float = 300.0
    """Items a second that the processor time of one process is enough for."""
    ledger_items: float = 1000.0
    """Items a second that the ledger takes down: each is an intent, two steps and an outcome."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When it ends, and why not earlier."""

    bounds: Mapping[str, float]
    """What holds it up -> items a second, while the hours are open; only what binds at all."""
    rate: float
    """Items a second while the hours are open."""
    per_day: float
    """Items a day, with hours and with limits per hour and day."""
    open_hours: float
    """Hours of a day in which it may send."""
    binds: str
    seconds: float
    """From the start to the end, closed hours included."""
    ends_at: datetime | None
    """None where that is later than a date can tell."""


def foretell(load: Load, means: Means, limits: Limits, starts_at: datetime) -> Forecast:
    """Give the end of a backfill that begins at this aware moment; exact to the hour's share, a day has 24 hours."""
    bounds = _bounds(load, means, limits)
    name, rate = min(bounds.items(), key=lambda bound: bound[1])
    shares = _open_shares(limits)
    capacities = [_capacity(rate * HOUR_SECONDS * share, limits.per_hour) for share in shares]
    per_day = _capacity(sum(capacities), limits.per_day)
    if limits.per_hour and any(limits.per_hour < rate * HOUR_SECONDS * share for share in shares):
        name = "per_hour"
    if limits.per_day and limits.per_day < sum(capacities):
        name = "per_day"
    local = starts_at.astimezone(ZoneInfo(limits.timezone))
    seconds = _walk(load.items, capacities, limits.per_day, shares, start=local)
    return Forecast(bounds, rate, per_day, sum(shares), name, seconds, _end(starts_at, seconds))


def _end(starts_at: datetime, seconds: float) -> datetime | None:
    try:
        return starts_at + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _bounds(load: Load, means: Means, limits: Limits) -> dict[str, float]:
    processes = means.machines * means.workers
    bounds = {
        "under way at once": means.concurrency / load.seconds,
        "processors": processes * means.process_items,
        "ledger": means.ledger_items,
    }
    if limits.requests_per_second:
        bounds["requests_per_second"] = limits.requests_per_second / load.requests
    if means.network_bits and load.size_bytes:
        bounds["network"] = means.machines * means.network_bits / 8 / load.size_bytes
    return bounds


def _open_shares(limits: Limits) -> list[float]:
    """Give for each hour of the clock on the wall the part of it that is open."""
    hours = open_hours(limits.model_copy(update={"timezone": "UTC"}))
    if hours is None:
        return [1.0] * HOURS
    wall = [SOME_DAY.replace(tzinfo=ZoneInfo("UTC")) + timedelta(minutes=at) for at in range(HOURS * MINUTES)]
    is_open = [hours.contains(moment) for moment in wall]
    return [sum(is_open[hour * MINUTES : (hour + 1) * MINUTES]) / MINUTES for hour in range(HOURS)]


def _capacity(amount: float, limit: int | None) -> float:
    return amount if limit is None else min(amount, float(limit))


def _walk(items: float, capacities: list[float], per_day: int | None, shares: list[float], *, start: datetime) -> float:
    """Give the seconds until so many items are done: the first day hour by hour, then whole days, then the last."""
    if not items:
        return 0.0
    since_midnight = (start - datetime.combine(start.date(), time(), start.tzinfo)).total_seconds()
    left, seconds = _day(items, capacities, per_day, shares, begins=since_midnight)
    if not left:
        return seconds - since_midnight
    whole = _capacity(sum(capacities), per_day)
    days = max(0, math.ceil(left / whole - 1e-9) - 1)
    left, seconds = _day(left - days * whole, capacities, per_day, shares, begins=0.0)
    return (days + 1) * HOURS * HOUR_SECONDS + seconds - since_midnight


def _day(
    items: float, capacities: list[float], per_day: int | None, shares: list[float], *, begins: float
) -> tuple[float, float]:
    """Give what is left of the items at the end of a day, and where nothing is, the second of the day it was done."""
    budget = float("inf") if per_day is None else float(per_day)
    for hour in range(int(begins // HOUR_SECONDS), HOURS):
        lost = max(0.0, begins / HOUR_SECONDS - hour)
        able = min(capacities[hour] * (1 - lost), budget)
        if able and items <= able + 1e-9:
            # A limit of the hour or day is spent as fast as the rate allows: shares tells what of the hour is open.
            used = items / capacities[hour] * min(1.0, shares[hour])
            return 0.0, (hour + lost + min(1.0 - lost, used)) * HOUR_SECONDS
        items, budget = items - able, budget - able
    return items, HOURS * HOUR_SECONDS
