"""Do what the service does beside taking messages in: keep the schedules of jobs, forward what came."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from connector.clock import Clock
from connector.errors import ConnectorError
from connector.job.forward.runner import forward
from connector.job.repair.retention import keep_retention
from connector.job.schedule.timekeeper import keep_schedule
from connector.ledger import Ledger
from connector.logs import logger
from connector.settings import Settings
from connector.web.reception import Reception

__all__ = ["Duty", "doing", "duties_of"]

Duty = Callable[[], Coroutine[Any, Any, None]]
PAUSE_SECONDS: Final = 15.0


def duties_of(reception: Reception, book: Ledger, settings: Settings, clock: Clock) -> dict[str, Duty]:
    """Give what is to be done by name, each without an end of its own."""
    duties: dict[str, Duty] = {
        "schedule": lambda: keep_schedule(book, settings, clock=clock),
        "retention": lambda: keep_retention(book, settings, clock=clock),
    }
    for plan in reception.plans.values():
        wake = reception.arrived[plan.intake.intake]
        duties[f"forward {plan.intake.intake}"] = partial(
            forward, plan, settings, book, clock=clock, wake=wake, pace=reception.pace
        )
    return duties


@asynccontextmanager
async def doing(duties: dict[str, Duty], clock: Clock, *, pause_seconds: float = PAUSE_SECONDS) -> AsyncIterator[None]:
    """Have these done for as long as the context lasts, and wait at its end until each has stopped in order.

    A duty that breaks off begins again after a pause, whatever broke it: messages must come in all the same.
    """
    tasks = [asyncio.create_task(_persist(name, duty, clock, pause_seconds)) for name, duty in duties.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _persist(name: str, duty: Duty, clock: Clock, pause_seconds: float) -> None:
    while True:
        task = asyncio.create_task(duty())
        try:
            await asyncio.wait([task])
        finally:
            if task.cancel():
                await asyncio.wait([task])
        if (error := task.exception()) is not None:
            logger().error("duty.interrupted", duty=name, error=_told(error))
        await clock.sleep(pause_seconds)


def _told(error: BaseException) -> str:
    """Tell an error of ours in its words, any other by its kind and place: its words may hold what was sent."""
    if isinstance(error, ConnectorError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.filename}:{place.lineno}"
