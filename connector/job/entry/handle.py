"""Take one session, or one broken file, to its outcome."""

from datetime import timedelta

from connector import ledger
from connector.errors import FileChangedError, FileMissingError, FileTruncatedError
from connector.job.entry import call, chat
from connector.job.entry.agents import lacks_speakers
from connector.job.entry.judge import judge
from connector.job.entry.lack import lacks
from connector.job.entry.opening import leave, open_record
from connector.job.entry.record import PRIVACY, Record
from connector.job.entry.recount import take_back
from connector.job.entry.row import first_row
from connector.job.entry.version import is_older
from connector.job.execution.model import Execution
from connector.job.gathering.gather import RIVAL, Broken, Work, info
from connector.job.gathering.identity import is_another
from connector.ledger import EntryRow, entry_id
from connector.reason import Code, Outcome, Verdict
from connector.session import Channel

__all__ = ["handle"]

YOUNG = timedelta(seconds=60)
CUT_OFF = "the file is cut off in the middle and younger than a minute: whoever writes it may not be done yet"


async def handle(run: Execution, item: Work | Broken) -> None:
    """Bring the item to its outcome and write it down; raise StopError where the run cannot go on."""
    if isinstance(item, Broken):
        await _close_broken(run, item)
        return
    for rival in item.rivals:
        await _refuse_rival(run, rival)
    if item.rivals and not item.entries:
        # Neither was there first, and nobody knows which of them the recording belongs to.
        await _refuse_rival(run, item)
        return
    if not item.entries or not await _is_settled(run, item):
        await _judge(run, item)


async def _judge(run: Execution, work: Work) -> None:
    await take_back(run, work)
    verdict = judge(work.session, run.plan, run.now())
    if verdict is not None:
        await _stop(run, work, verdict)
    elif work.session.channel is Channel.CALL:
        await call.handle(run, work)
    else:
        await chat.handle(run, work)


async def _stop(run: Execution, work: Work, verdict: Verdict) -> None:
    """Write why the session goes no way now; where its agents have parts, each of them bears it.

    What is there stays so: what came late for it goes once nothing holds it any more, or never by policy.
    """
    delivered = [row for row in work.entries if row.state == Outcome.DELIVERED.value]
    others = sorted({row.leg for row in work.entries} - {row.leg for row in delivered})
    if not delivered:
        others = others or [""]
    for leg in others:
        await open_record(run, work, leg, done=not delivered and leg == others[-1]).close(verdict)
    is_held = verdict.outcome is Outcome.HELD
    for row in delivered:
        await leave(run, work, row, done=row is delivered[-1] and not is_held)
    if delivered and is_held:
        run.rows.left_out.add(work.file.id)


async def _is_settled(run: Execution, work: Work) -> bool:
    """Deal with a session that the ledger has an answer for already; tell whether nothing more is to do."""
    known = work.entries[0]
    if known.code == Code.FORGOTTEN:
        for row in work.entries:
            await leave(run, work, row)
        return True
    if is_another(work.session, known):
        await _refuse_rival(run, work)
        return True
    if known.file_id != work.file.id and is_older(work.session, known.version):
        # An older export that lies in another folder: what counts was judged before. One that took the newer one's
        # place is all there is.
        await run.book.write(ledger.Change(files_done=work.settled_files))
        return True
    if not all(row.state == Outcome.DELIVERED.value and not lacks(work, row) for row in work.entries):
        return False
    if lacks_speakers(run, work):
        return False
    for row in work.entries:
        await leave(run, work, row)
    return True


async def _refuse_rival(run: Execution, work: Work) -> None:
    row = first_row(run, work.session, f"{RIVAL}{work.file.place_id}:{work.file.path}", file_id=work.file.id)
    detail = f"another session of this tenant has the id {work.session.id}; two instances need two tenants"
    await Record(run, row, work.settled_files).close(Verdict.usual(Code.FIELD_INVALID, detail))


async def _close_broken(run: Execution, broken: Broken) -> None:
    """Write down a file, or a row of it, that cannot be read under its path: whose session it is, nobody knows."""
    if isinstance(broken.error, FileMissingError):
        await _close_vanished(run, broken)
        return
    verdict = _verdict(run, broken)
    if verdict.code is Code.UNREADABLE and await _close_waiting(run, broken, verdict):
        return
    job, channel, name = run.plan.job, ledger.UNREADABLE_CHANNEL, broken.file.path
    if broken.row is not None:
        channel, name = ledger.UNREADABLE_ROW_CHANNEL, f"{name}#{broken.row.digest}"
    place = (job.tenant, job.source.kind, channel, name)
    now = run.now()
    row = EntryRow(
        id=entry_id(*place, leg=str(broken.file.place_id), target=run.target_name),
        tenant=job.tenant,
        source_kind=job.source.kind,
        channel=channel,
        session_id=name,
        leg=str(broken.file.place_id),
        target=run.target_name,
        job=job.job,
        state=verdict.outcome.value,
        file_id=broken.file.id,
        policy_hash=run.policy_hash,
        run_id=run.run_id,
        first_seen_at=now,
        changed_at=now,
    )
    files = (broken.file.id,) if broken.row is None else ()
    run.rows.broken.add(row.id)
    if verdict.code is Code.UNREADABLE:
        run.summary.add_unreadable(PRIVACY.scrub(verdict.detail))
    await Record(run, row, files).close(verdict, path=broken.file.path)


async def _close_waiting(run: Execution, broken: Broken, verdict: Verdict) -> bool:
    """Refuse what waits for a file that was spoilt since: it says itself why, and no other entry is needed."""
    if run.plan.job.source.reading is not None:
        return False
    held = [
        row for row in await run.book.read(ledger.entries_of_file, broken.file.id) if row.state == Outcome.HELD.value
    ]
    waiting = [row for row in held if row.channel != ledger.UNREADABLE_CHANNEL]
    for row in waiting:
        now_in = row._replace(run_id=run.run_id, policy_hash=run.policy_hash)
        await Record(run, now_in, (broken.file.id,)).close(verdict, path=broken.file.path)
    return bool(waiting) and len(waiting) == len(held)


async def _close_vanished(run: Execution, broken: Broken) -> None:
    """Refuse what still waited for a file that is gone; what was delivered from it stays delivered."""
    for row in await run.book.read(ledger.entries_of_file, broken.file.id):
        if row.state != Outcome.DELIVERED.value:
            detail = "the file it came from is no longer in the storage: put it back, and the next run takes it"
            now_in = row._replace(run_id=run.run_id, policy_hash=run.policy_hash)
            await Record(run, now_in, (broken.file.id,)).close(Verdict.usual(Code.UNREADABLE, detail))
    await run.book.transact(ledger.mark_missing, [broken.file.id])


def _verdict(run: Execution, broken: Broken) -> Verdict:
    error = broken.error
    if isinstance(error, FileChangedError):
        return Verdict(Outcome.HELD, Code.SETTLING, "the file changed while it was read")
    if isinstance(error, FileTruncatedError) and run.now() - info(broken.file).modified_at < YOUNG:
        return Verdict(Outcome.HELD, Code.SETTLING, CUT_OFF)
    return Verdict.usual(error.code, str(error))
