"""Move or tag the files of sessions that are delivered, as the job says."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeGuard

from connector import ledger
from connector.errors import FileChangedError, FileMissingError, FileStaysError, SkipError, StorageUnreachableError
from connector.job.definition.mail import KIND as MAIL_KIND
from connector.job.definition.model import Source
from connector.job.execution.model import Execution
from connector.job.gathering.gather import info
from connector.ledger import FileRow
from connector.ledger.model import COMPANIONS
from connector.ledger.putting import PutFile, finished_files, finished_shared_files, note_put_away
from connector.logs import logger
from connector.storage import FileInfo
from connector.storage.finishing import LEAVE, folder_of
from connector.storage.guard import bare
from connector.storage.model import Finisher

__all__ = ["put_files_away", "told_away"]

AT_ONCE = 500


async def put_files_away(run: Execution) -> None:
    """Put away what belongs to delivered sessions, what earlier runs had no time for as well.

    What cannot be put away stays where it is, is told in the summary, and is tried again by the next run. Raises
    StorageUnreachableError where nothing can be put away, and not for a reason of the files' own.
    """
    if run.plan.job.source.done == LEAVE or run.options.dry_run:
        return
    source = ledger.Source(run.tenant, run.plan.job.source.kind, run.target_name)
    finished = _finished(run.plan.job.source)
    places, after, done = list(run.places.values()), 0, 0
    failed: list[SkipError] = []
    # Not a mere reading: that would not see what is still on its way to the ledger.
    while files := await run.book.transact(finished, places, source, after=after, limit=AT_ONCE):
        after = files[-1].id
        for place in places:
            mine = [file for file in files if file.place_id == place]
            results = await _put_away(run, place, mine)
            done += await _note(run, mine, results)
            failed += filter(_has_failed, results)
        barred = [one for one in failed if not isinstance(one, FileStaysError)]
        if barred and not done:
            message = f"no file can be put away: {barred[0].message}"
            raise StorageUnreachableError(message, hint=barred[0].hint)
    if done:
        run.summary.notes.append(told_away(done, run.plan.job.source.done))
    if failed:
        logger().warning("files.stayed", run=run.run_id, count=len(failed), example=failed[0].message)
        count = f"{len(failed):,} files" if len(failed) > 1 else "1 file"
        run.summary.notes.append(f"{count} could not be put away, the next run tries again: {failed[0]}")


def told_away(count: int, action: str, what: str = "file") -> str:
    """Say what was done with so many files after their success."""
    folder = folder_of(action)
    whose = f"{count:,} {what}{'' if count == 1 else 's'} of delivered sessions {'was' if count == 1 else 'were'}"
    return f"{whose} moved to {folder}/" if folder is not None else f"{whose} tagged"


def _finished(source: Source) -> Callable[..., list[FileRow]]:
    """Give what the ledger is asked for: of a job that reads e-mails no message, which has a fate of its own."""
    if source.reading is not None:
        return finished_shared_files
    return partial(finished_files, roles=COMPANIONS) if source.kind == MAIL_KIND else finished_files


async def _put_away(run: Execution, place: int, files: Sequence[FileRow]) -> Sequence[FileInfo | SkipError]:
    storage = bare(run.storage_of(place))
    if not files or not isinstance(storage, Finisher):
        return []
    return await storage.done([info(file) for file in files], run.plan.job.source.done)


async def _note(run: Execution, files: Sequence[FileRow], results: Sequence[FileInfo | SkipError]) -> int:
    """Let the ledger know where each file lies now; give how many were put away."""
    pairs = list(zip(files, results, strict=True)) if results else []
    put = [
        PutFile(file.id, found.path, found.size_bytes, found.modified_ns, found.etag)
        for file, found in pairs
        if isinstance(found, FileInfo)
    ]
    if put:
        await run.book.transact(note_put_away, put, run.now())
    if missing := [file.id for file, found in pairs if isinstance(found, FileMissingError)]:
        await run.book.transact(ledger.mark_missing, missing)
    return len(put)


def _has_failed(result: FileInfo | SkipError) -> TypeGuard[SkipError]:
    """Tell whether a file stays that should have gone: another version is judged first, and what is gone is gone."""
    return isinstance(result, SkipError) and not isinstance(result, FileChangedError | FileMissingError)
