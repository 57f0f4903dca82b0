"""Do what was told of one conversation, strictly in the order of acceptance."""

from connector import ledger
from connector.job.forward.attempt import Attempt
from connector.job.forward.change import forward_change, forward_end
from connector.job.forward.message import forward_message
from connector.job.forward.model import Forwarding
from connector.ledger import cases
from connector.ledger.case_model import CaseEventRow, CaseRow
from connector.message.model import Act

__all__ = ["work_on"]


async def work_on(run: Forwarding, case: CaseRow) -> None:
    """Do the conversation's events until none waits, or one is to be tried again later: it holds up the others.

    An event that is refused holds up nothing. Raises StopError where the target takes nothing from anybody.
    """
    while events := await run.book.read(cases.open_events, case.id):
        for event in events:
            await run.pace.turn()
            attempt = Attempt(run, event, case)
            await _do(attempt)
            if attempt.retry_at is not None:
                return
            case = attempt.after or case
    await run.book.transact(cases.settle, case.id)


async def _do(attempt: Attempt) -> None:
    event: CaseEventRow = attempt.event
    act = Act(event.act)
    told = await attempt.run.told(event)
    if act is Act.MESSAGE:
        await forward_message(attempt, told)
    elif act is Act.CASE:
        await forward_change(attempt, told)
    elif act is Act.CLOSE:
        await forward_end(attempt, told)
    else:
        notes = told.notes if told else ()
        await attempt.note("event.noted", await _known_entry(attempt), notes=notes)


async def _known_entry(attempt: Attempt) -> str | None:
    """Give the entry of the message that is told something of, where there is one."""
    wanted = [attempt.event.entry_id] if attempt.event.entry_id else []
    return next(iter(await attempt.run.book.read(ledger.entries, wanted)), None)
