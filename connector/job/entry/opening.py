"""Open the record of a session's entry as it stands, or leave it so."""

from connector.job.entry.late import Late
from connector.job.entry.record import Record
from connector.job.entry.row import first_row
from connector.job.entry.settled import is_met_again
from connector.job.entry.version import version_of
from connector.job.execution.model import Execution
from connector.job.gathering.gather import Work
from connector.ledger import EntryRow

__all__ = ["is_counted", "leave", "open_record"]

KEPT = (
    "external_id",
    "uid",
    "created",
    "created_at",
    "audio_state",
    "audio_sha256",
    "audio_bytes",
    "audio_tries",
    "transcript_version",
    "customer_hash",
    "first_seen_at",
)
"""What a newly judged session keeps of its entry: how far its delivery came."""


def open_record(run: Execution, work: Work, leg: str, *, done: bool = True, late: Late | None = None) -> Record:
    """Give the record of one leg: what the ledger knows of its delivery is kept, all else is as the session tells.

    `done` says that the session's files need no more work once this leg has its outcome; `late`, that it was delivered.
    """
    files = work.settled_files if done else ()
    fresh = first_row(run, work.session, leg, file_id=work.file.id)
    known = next((row for row in work.entries if row.leg == leg), None)
    if known is None:
        return Record(run, fresh, files)
    row = fresh._replace(state=known.state if late else fresh.state, **{name: getattr(known, name) for name in KEPT})
    record = Record(run, row, files, late=late)
    if is_met_again(run, work, known):
        record.meet_again(known)
    return record


async def leave(run: Execution, work: Work, row: EntryRow, *, done: bool = True) -> None:
    """Write that a delivered entry stays as it is; a newer export of it becomes a step, since Capturi has no update."""
    version = version_of(work.session)
    newer = row._replace(version=version, file_id=work.file.id) if version != row.version else None
    record = Record(run, row, work.settled_files if done else ())
    await record.unchanged(newer, counted=is_counted(work, row))


def is_counted(work: Work, row: EntryRow) -> bool:
    """Tell whether an entry that nothing comes of is to be counted: the listing did so where its file does not wait."""
    return row.file_id in (*work.settled_files, *work.uncounted_files)
