"""List the storages and learn from the ledger what is new, changed or to be judged anew."""

from collections.abc import Sequence
from contextlib import aclosing

from connector import ledger
from connector.delivery import LONGEST_REST
from connector.job.definition.source import classify, wants_folder
from connector.job.execution.model import Execution
from connector.job.gathering.removal import notice_removed
from connector.job.gathering.unknown import Unknown
from connector.ledger import ListedFile, Window
from connector.reason import Code, Outcome
from connector.session import FileRole
from connector.storage import FileInfo, Storage
from connector.storage.concurrency import ahead
from connector.storage.finishing import folder_of, is_below

__all__ = ["survey"]


async def survey(run: Execution) -> int:
    """List every file, count what is unchanged, and give the number of files to work on.

    Nothing is decided by age: what is new is what the ledger has not seen at this size and time, so a late or
    repeated export is never missed.
    """
    plan, job = run.plan, run.plan.job
    await run.book.transact(
        ledger.mark_rejudged,
        tenant=job.tenant,
        source_kind=job.source.kind,
        target=job.target.name,
        mapping_hashes=plan.mapping_hashes,
        policy_hash=plan.policy_hash,
        resting=_resting(run),
    )
    if job.source.reading is not None:
        await run.book.transact(ledger.mark_unread, _source(run), run.policy_hash)
    unchanged, unknown = 0, Unknown()
    for storage in dict.fromkeys((run.storage, run.recordings)):
        unchanged += await _list(run, storage, unknown)
    if unknown.count:
        run.summary.notes.append(unknown.told())
    run.listed_at = run.clock.monotonic()
    unchanged -= await _wake(run)
    run.summary.counts[Outcome.UNCHANGED] += unchanged
    await _count_resting(run)
    expected = await run.book.read(ledger.count_pending, list(run.places.values()))
    if run.options.only is None:
        run.progress.expects(expected)
    return expected


async def _wake(run: Execution) -> int:
    """Have sessions judged again whose recording or transcript came; give how many were counted as unchanged before."""
    woken, more = 0, True
    window = Window(run.options.since, run.options.until)
    places = list(run.places.values())
    if run.plan.job.source.reading is not None:
        went_without = run.plan.job.audio.missing == "send"
        flipped = await run.book.transact(ledger.mark_lacking_audio, places, _source(run), delivered=went_without)
        woken += await run.book.transact(ledger.final_entries, flipped, window) if flipped else 0
    if removed := await notice_removed(run):
        woken += await run.book.read(ledger.final_entries, removed, window)
    while more:
        marked = await run.book.transact(ledger.mark_companions, places)
        more = marked.more
        if marked.flipped:
            woken += await run.book.read(ledger.final_entries, marked.flipped, window)
    return woken


def _resting(run: Execution) -> ledger.Resting:
    now = run.now()
    return ledger.Resting(now, now + LONGEST_REST)


async def _count_resting(run: Execution) -> None:
    """Count as held what is left alone because its next try has not come."""
    job, window = run.plan.job, Window(run.options.since, run.options.until)
    found = await run.book.read(
        ledger.count_resting, job.tenant, job.source.kind, job.target.name, resting=_resting(run), window=window
    )
    for code, count in found.items():
        run.summary.counts[Outcome.HELD] += count
        run.summary.reasons[Code(code)] += count


def _source(run: Execution) -> ledger.Source:
    return ledger.Source(run.tenant, run.plan.job.source.kind, run.target_name)


async def _list(run: Execution, storage: Storage, unknown: Unknown) -> int:
    """List one storage; give the number of entries that nothing happened to."""
    place = run.places[storage.address]
    window = Window(run.options.since, run.options.until)
    unchanged = 0
    async with aclosing(ahead(storage.list())) as batches:
        async for batch in batches:
            run.progress.listed(len(batch))
            listed = _listed(run, batch, unknown, only_companions=storage is not run.storage)
            found = await run.book.transact(ledger.record_listing, place, listed, window, now=run.now())
            unchanged += found.unchanged_entries
    return unchanged


def _listed(run: Execution, batch: Sequence[FileInfo], unknown: Unknown, *, only_companions: bool) -> list[ListedFile]:
    """Give what the ledger notes of the batch: from a storage of recordings no sessions, and from all its folders."""
    source, away = run.plan.job.source, folder_of(run.plan.job.source.done)
    result = []
    for file in batch:
        if away is not None and is_below(file.path, away):
            continue
        if source.folders and not only_companions and not wants_folder(source.folders, file.path):
            continue
        name = classify(source, file.path)
        if only_companions and name.role is FileRole.METADATA:
            continue
        if name.role is FileRole.OTHER:
            unknown.look(source, file.path, name)
        result.append(
            ListedFile(
                file.path,
                file.size_bytes,
                file.modified_ns,
                file.etag,
                name.role,
                name.channel,
                name.session_id,
                name.part,
            )
        )
    return result
