"""List the storages and learn from the ledger what is new, changed or to be judged anew."""

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from connector import ledger
from connector.delivery import LONGEST_REST
from connector.job.definition.model import Source
from connector.job.definition.source import classify, done_in_storage, wants_folder
from connector.job.execution.model import Execution
from connector.job.gathering.removal import notice_removed
from connector.job.gathering.unknown import Unknown
from connector.ledger import ListedFile, Window
from connector.ledger.naming import ask_known, knows_naming
from connector.reason import Code, Outcome
from connector.session import FileRole
from connector.storage import FileInfo, Storage
from connector.storage.concurrency import ahead
from connector.storage.finishing import folder_of, is_below

__all__ = ["note_nothing_seen", "survey"]


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
        policy_hash=run.policy_hash,
        agents_hash=run.agents_hash,
        job=job.job,
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


def note_nothing_seen(run: Execution) -> None:
    """Say why a run that found files counts no entry, where nobody narrowed it."""
    asked, counts = run.options, run.summary.counts
    if not run.listed or any(counts.values()) or asked.only is not None or asked.since or asked.until:
        return
    run.summary.notes.append(
        f"{run.listed:,} {'file is' if run.listed == 1 else 'files are'} there and none counts: what they tell was "
        "delivered from files elsewhere (moved or renamed since?), or none is a session's"
    )


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
    place, window = run.places[storage.address], Window(run.options.since, run.options.until)
    label = partial(_label, run.plan.job.source, unknown)
    unchanged, naming = 0, _naming(run.plan.job.source)
    asks_known = naming is not None and not await run.book.transact(knows_naming, place, naming)
    async with aclosing(ahead(storage.list())) as batches:
        async for batch in batches:
            run.progress.listed(len(batch))
            run.listed += len(batch)
            wanted = _wanted(run.plan.job.source, batch, only_companions=storage is not run.storage)
            listed = ledger.ListedBatch(wanted, label)
            if asks_known:
                run.rows.gone += await run.book.transact(ask_known, place, listed)
            found = await run.book.transact(ledger.record_listing, place, listed, window, now=run.now())
            unchanged += found.unchanged_entries
    if asks_known and naming is not None:
        run.rows.namings[place] = naming
    return unchanged


def _naming(source: Source) -> str | None:
    """Give what the labels of files hang on; None where the bodies of files decide as well, and names are fixed."""
    if source.reading is None:
        return None
    return " ".join((source.reading.naming, *source.folders))


def _wanted(source: Source, batch: Sequence[FileInfo], *, only_companions: bool) -> Sequence[FileInfo]:
    """Give the files of the batch that are the job's: from a storage of recordings no sessions, from all its folders.

    What was moved away after its success is nobody's any longer.
    """
    away = folder_of(source.done if only_companions else done_in_storage(source))
    if away is not None:
        batch = [file for file in batch if not is_below(file.path, away)]
    if only_companions:
        return [file for file in batch if classify(source, file.path).role is not FileRole.METADATA]
    return [file for file in batch if wants_folder(source.folders, file.path)] if source.folders else batch


def _label(source: Source, unknown: Unknown, file: FileInfo) -> ListedFile:
    """Give what the ledger notes of the file; count it where its name tells nothing."""
    name = classify(source, file.path)
    if name.role is FileRole.OTHER:
        unknown.look(source, file.path, name)
    return ListedFile(*file, *name)
