"""Send one conversation or case, and notice when it is the target and not the conversation that is in trouble."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from connector import ledger
from connector.errors import (
    OutcomeUnknownError,
    SkipError,
    TargetRejectedTokenError,
    TargetUnreachableError,
    TryAgainError,
)
from connector.job.entry.record import Record
from connector.job.execution.course import Closing, Course
from connector.job.execution.model import Execution
from connector.reason import Code, Verdict

__all__ = ["rehearse", "send"]

T = TypeVar("T")


async def send(run: Course, record: Closing, deliver: Callable[[], Awaitable[T]]) -> T | None:
    """Give what came of the delivery, or None where the entry was closed because it did not get through.

    Raises StopError where the run cannot go on; what was merely intended until then is taken back.
    """
    try:
        async with run.gate.passing():
            done = await deliver()
            run.gate.succeeded()
    except SkipError as error:
        if error.code is not Code.LIMIT_REACHED:
            run.gate.succeeded()
        await record.close(Verdict.usual(error.code, str(error)))
    except TargetRejectedTokenError:
        await run.book.transact(ledger.take_back, record.row.id, run.run_id)
        raise
    except OutcomeUnknownError as error:
        await record.close(Verdict.usual(Code.OUTCOME_UNKNOWN, error.message, wait_seconds=error.wait_seconds))
        run.gate.failed(error)
    except TryAgainError as error:
        # Where the target could not be reached at all, the entry has done nothing to be left alone for.
        wait_seconds = 0.0 if isinstance(error, TargetUnreachableError) else error.wait_seconds
        await record.close(Verdict.usual(Code.TRY_AGAIN, error.message, wait_seconds=wait_seconds))
        run.gate.failed(error)
    else:
        return done
    return None


async def rehearse(run: Execution, record: Record, *, creates: bool, audio_bytes: int = 0) -> None:
    """Count in a dry run what a delivery would come to: the limits hold in it as well, in the copy of the ledger."""
    try:
        await run.limits.open()
        if creates:
            await run.limits.book()
    except SkipError as error:
        await record.close(Verdict.usual(error.code, str(error)))
    else:
        await record.rehearsed(audio_bytes)
