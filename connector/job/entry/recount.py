"""Take back what the listing counted as unchanged where another file has it judged again."""

from connector import ledger
from connector.errors import FileMissingError, StorageAwayError
from connector.job.definition.source import wants_folder
from connector.job.entry.opening import is_counted
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.ledger import FileRow
from connector.reason import Outcome

__all__ = ["take_back"]

_FINAL = frozenset({Outcome.SKIPPED.value, Outcome.REFUSED.value})


async def take_back(run: Execution, work: Work) -> None:
    """Take the session's entries that are judged now out of what is unchanged: an export in another folder came.

    The listing counted those whose own file is there as it was. It tells what is there, not what no longer is: only
    here does that change an answer, so the file is asked for.
    """
    if not run.listed or run.options.only is not None:
        return
    rows = [row for row in work.entries if row.state in _FINAL and not is_counted(work, row)]
    counted = [row.file_id for row in rows if row.file_id is not None and run.options.wants(row.ended_at)]
    if not counted:
        return
    homes = await run.book.read(ledger.files, sorted(set(counted)))
    listed = {file_id for file_id, home in homes.items() if await _is_listed(run, home)}
    run.summary.counts[Outcome.UNCHANGED] -= sum(file_id in listed for file_id in counted)


async def _is_listed(run: Execution, home: FileRow) -> bool:
    folders = run.plan.job.source.folders
    if home.place_id not in run.places.values() or (folders and not wants_folder(folders, home.path)):
        return False
    try:
        await run.storage_of(home.place_id).stat(home.path)
    except FileMissingError:
        return False
    except StorageAwayError:
        # It was there a moment ago; the run stops by itself once a file is needed.
        return True
    return True
