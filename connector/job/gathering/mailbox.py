"""Bring the messages of one session together before it is judged, and put away those whose session was delivered."""

from connector import ledger
from connector import session as sessions
from connector.errors import SkipError
from connector.job.definition.mail import KIND
from connector.job.execution.model import Execution
from connector.job.gathering.putting import told_away
from connector.ledger import FileRow
from connector.ledger.finished import delivered_files, nameless_files
from connector.session import FileRole
from connector.storage import FileInfo
from connector.storage.guard import bare
from connector.storage.model import Finisher

__all__ = ["finish_messages", "label_messages"]

_AT_ONCE = 200
_LARGEST_BYTES = 16 * 1024 * 1024


async def label_messages(run: Execution) -> None:
    """Let the ledger know which session each new message tells of: nothing but its body does.

    All messages of one session are then judged together, and the newest wins.
    """
    if run.plan.job.source.kind != KIND:
        return
    place, after = run.places[run.storage.address], 0
    while files := await run.book.read(nameless_files, place, FileRole.METADATA, after, _AT_ONCE):
        after = files[-1].id
        infos = [FileInfo(file.path, file.size_bytes, file.modified_ns, file.etag) for file in files]
        bodies = await run.storage.read_many(infos, limit_bytes=_LARGEST_BYTES)
        labels = [
            label
            for file, info, body in zip(files, infos, bodies, strict=True)
            if (label := _label(file, info, body)) is not None
        ]
        if labels:
            await run.book.transact(ledger.relabel, labels)


def _label(file: FileRow, info: FileInfo, body: bytes | SkipError) -> ledger.Label | None:
    """Give the message's session; what cannot be read stays without one and is refused later, with its reason."""
    if isinstance(body, SkipError):
        return None
    try:
        told = sessions.parse_mail(body, info).session
    except SkipError:
        return None
    return ledger.Label(file.id, FileRole.METADATA, told.channel, told.id)


async def finish_messages(run: Execution) -> None:
    """Mark or move the messages whose sessions are delivered, those of earlier runs that were cut short as well."""
    action = run.plan.job.source.done_action
    storage = bare(run.storage)
    if run.options.dry_run or action is None or not isinstance(storage, Finisher):
        return
    job = run.plan.job
    files = await run.book.transact(
        delivered_files,
        run.places[run.storage.address],
        tenant=job.tenant,
        source_kind=job.source.kind,
        target=job.target.name,
    )
    if not files:
        return
    await storage.done([FileInfo(file.path, file.size_bytes, file.modified_ns, file.etag) for file in files], action)
    if action.startswith("move:"):
        # Marks are set anew by every run, also where they are set: only what moved is news.
        run.summary.notes.append(told_away(len(files), action, "message"))
        await run.book.transact(ledger.mark_missing, [file.id for file in files])
