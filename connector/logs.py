"""Write one line per event to standard error, and never a secret.

Events are past facts, `noun.past_verb`; EVENTS is the whole list.
"""

import logging
import sys
from collections.abc import Collection
from typing import Any, Literal

import structlog

__all__ = ["EVENTS", "configure", "logger"]

EVENTS = {
    "run.started": "a run of a job began",
    "run.finished": "a run ended; carries every count",
    "run.stopped": "a run had to stop",
    "entry.closed": "one entry got its outcome; carries everything about it",
    "files.stayed": "files of delivered sessions could not be moved or tagged; the next run tries again",
    "part.lost": "a worker of a backfill was silent for so long that another one has its part now",
    "forwarding.paused": "an intake's target takes nothing at the moment; it is tried again after a pause",
    "forwarding.ended": "the forwarding of an intake ended; carries every count",
    "report.failed": "the report of a run could not be made; the run itself is not touched by that",
    "request.repeated": "a request failed in a way that may heal and is tried again",
    "schedule.started": "the scheduler started a run for a slot",
    "schedule.passed_over": "slots get no run: they were missed, or the schedule is held",
    "schedule.put_off": "a run could not begin, say because another one goes on; it is tried again",
    "schedule.unfit": "a job file cannot be read; its last right form holds",
    "schedule.failed": "the scheduler had trouble with the ledger; it goes on",
    "schedule.alerted": "somebody should look at a job",
    "retention.applied": "steps, statistics or bodies that were too old were let go",
    "alert.sent": "an alert reached its address",
    "alert.failed": "an alert did not reach its address",
    "service.started": "the service listens and serves its intakes",
    "service.ended": "the service ended in order",
    "intake.turned_away": "a sender was turned away; told at most once a minute for each intake and status",
    "relay.failed": "the real answerer gave no answer that can be passed on; the sender heard that nothing was done",
    "intake.troubled": "requests cannot be stored and their senders are told to come again; once a minute",
    "duty.interrupted": "forwarding or scheduling broke off and begins again; messages still come in",
    "ledger.awaited": "the ledger's server went away and is waited for",
    "ledger.migrated": "the ledger got a newer schema, after a backup copy",
}


def configure(
    level: str = "warning", form: Literal["text", "json"] = "text", *, told_elsewhere: Collection[str] = ()
) -> None:
    """Send log lines of at least this level to standard error, as text for people or as JSON.

    Events that whoever reads the log is told in another way, on the same screen, are left out.
    """

    def leave_out(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if event["event"] in told_elsewhere:
            raise structlog.DropEvent
        return event

    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            leave_out,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """Give the logger that writes what configure() asked for."""
    # Bound at once: a lazy one would look its settings up again at every line.
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind()
    return log
