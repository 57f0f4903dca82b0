"""Notice that somebody took the wrong one of several recordings away."""

from connector import ledger
from connector.errors import FileMissingError
from connector.job.execution.model import Execution

__all__ = ["notice_removed"]


async def notice_removed(run: Execution) -> tuple[int, ...]:
    """Have sessions judged again that were refused for several recordings of which one is gone; give their files.

    A listing tells what is there, not what no longer is: only where that would change an answer it is asked for.
    """
    place = run.places[run.recordings.address]
    source = ledger.Source(run.tenant, run.plan.job.source.kind, run.target_name)
    gone: list[int] = []
    changed: list[int] = []
    for metadata, files in (await run.book.read(ledger.doubled_recordings, [place], source)).items():
        missing = [file.id for file in files if not await _is_there(run, file.path)]
        if missing:
            gone += missing
            changed.append(metadata)
    if changed:
        await run.book.transact(ledger.mark_missing, gone)
        await run.book.transact(ledger.mark_pending, changed)
    return tuple(changed)


async def _is_there(run: Execution, path: str) -> bool:
    try:
        await run.recordings.stat(path)
    except FileMissingError:
        return False
    return True
