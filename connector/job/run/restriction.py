"""Hold a run to the sessions it is restricted to, and see that each of them gets an outcome."""

from connector import ledger
from connector.job.entry.record import Record
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Broken, Work
from connector.reason import Code, Outcome, Verdict
from connector.session import BrokenRow

__all__ = ["close_vanished", "is_chosen", "restrict"]

GONE = "its source is no longer there: put the file back, then retry"


async def restrict(run: Execution) -> None:
    """Have what the run is restricted to judged again, after the storages were listed; count nothing else."""
    only = run.options.only
    if only is None:
        return
    run.summary.counts.clear()
    run.summary.reasons.clear()
    if only.resend:
        await run.book.transact(ledger.replay.reopen, sorted(only.resend), run_id=run.run_id, now=run.now())
    await run.book.transact(ledger.mark_pending, sorted(only.files))
    run.progress.expects(len(only.entries) + len(only.paths))


def is_chosen(run: Execution, item: Work | Broken) -> bool:
    """Tell whether the run may work on this."""
    only = run.options.only
    if only is None:
        return True
    file = item.file
    if isinstance(item, Work):
        if (item.session.channel.value, item.session.id) in only.keys or file.path in only.paths:
            return True
        # A file that nobody could read may turn out to hold any session; where rows are read, each is chosen by itself.
        return (ledger.UNREADABLE_CHANNEL, file.path) in only.keys
    if isinstance(item.row, BrokenRow):
        return (ledger.UNREADABLE_ROW_CHANNEL, f"{file.path}#{item.row.digest}") in only.keys
    return only.has_file(file.id, file.path, (file.channel, file.session_id))


async def close_vanished(run: Execution) -> None:
    """Refuse the entries that the run was to work on and did not meet: what they came from is gone."""
    only = run.options.only
    if only is None or not only.entries:
        return
    known = await run.book.transact(ledger.entries, sorted(only.entries))
    for row in known.values():
        if row.run_id != run.run_id and row.state != Outcome.DELIVERED.value:
            now_in = row._replace(run_id=run.run_id, policy_hash=run.policy_hash)
            await Record(run, now_in, ()).close(Verdict.usual(Code.UNREADABLE, GONE))
    run.gate.release()
