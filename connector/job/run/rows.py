"""Read files that hold many sessions, one in each row, and give those to work on; what did not change is counted."""

from collections.abc import AsyncIterator, Mapping, Sequence

from connector import ledger
from connector.errors import FileMissingError, SkipError
from connector.job.definition.reading import Reading
from connector.job.entry.lack import is_owed, lacks
from connector.job.entry.record import Record
from connector.job.entry.version import is_older, version_of
from connector.job.execution.model import Execution
from connector.job.gathering.content import read_rows
from connector.job.gathering.gather import Broken, Key, Work, info
from connector.job.run.row_key import key_of, mark_of
from connector.ledger import Change, EntryRow, FileRow
from connector.ledger.agents import is_under_other_agents
from connector.ledger.naming import note_naming
from connector.ledger.putting import note_row_recordings
from connector.reason import Code, Outcome, Verdict
from connector.session import BrokenRow, FileRole, Session
from connector.storage.finishing import folder_of, is_below

__all__ = ["close_files", "gather_rows"]

PAGE_ROWS = 500
PAGE_FILES = 200
AUDIO_CODES = frozenset({Code.AUDIO_MISSING.value, Code.AUDIO_INVALID.value, Code.AUDIO_TOO_LARGE.value})

Row = tuple[FileRow, Session | BrokenRow]


async def gather_rows(run: Execution) -> AsyncIterator[list[Work | Broken]]:
    """Give page after page of rows to work on, those of the file changed last first; memory holds one page.

    close_files must follow once all of them have their outcome.
    """
    page: list[Row] = []
    broken: list[Work | Broken] = []
    ended: list[int] = []
    async for files in _pending(run):
        async for file, row in read_rows(run, files):
            if row is None:
                ended.append(file.id)
            elif isinstance(row, FileMissingError):
                run.rows.gone.append(file.id)
            elif isinstance(row, SkipError):
                broken.append(Broken(file, row))
            else:
                page.append((file, row))
            if len(page) >= PAGE_ROWS:
                yield [*broken, *await _Page(run, page).works()]
                run.rows.ended += ended
                page, broken, ended = [], [], []
    yield [*broken, *await _Page(run, page).works()]
    run.rows.ended += ended


async def _pending(run: Execution) -> AsyncIterator[Sequence[FileRow]]:
    places, after = list(run.places.values()), None
    while files := await run.book.transact(ledger.pending_files, places, after):
        for start in range(0, len(files), PAGE_FILES):
            yield files[start : start + PAGE_FILES]
        after = files[-1]


async def close_files(run: Execution) -> None:
    """Write that the files which were read to their end need no more work; refuse what waited for a row that is gone.

    Until then a run that is cut short leaves them waiting: the next one passes over what has its outcome. What another
    file tells as well was judged by that one.
    """
    done, gone = run.rows.done(), run.rows.gone
    for row in await run.book.transact(ledger.waiting_entries, [*done, *gone], run.run_id):
        what = "file" if row.file_id in gone else "row"
        detail = f"the {what} it came from is no longer there: put it back, and the next run takes it"
        now_in = row._replace(run_id=run.run_id, policy_hash=run.policy_hash)
        await Record(run, now_in, ()).close(Verdict.usual(Code.UNREADABLE, detail))
    run.gate.release()
    await run.book.transact(ledger.drop_mended, done, sorted(run.rows.broken))
    await run.book.transact(ledger.mark_missing, gone)
    await run.book.write(Change(files_done=tuple(done)))
    if not run.rows.left_out and run.options.limit is None:
        # Until every row was judged under its new labels, the next run has to know of the change as well.
        for place, naming in run.rows.namings.items():
            await run.book.transact(note_naming, place, naming)


class _Page:
    """A page of rows, and all that the ledger knows about them."""

    def __init__(self, run: Execution, rows: Sequence[Row]) -> None:
        self.run = run
        self.reading: Reading = run.plan.job.source.reading  # type: ignore[assignment]  # rows are read of such alone
        self.rows: dict[Key, Row] = {}
        self.entries: Mapping[Key, list[EntryRow]] = {}
        self.recordings: Mapping[Key, list[FileRow]] = {}
        self.homes: Mapping[int, FileRow] = {}
        self.away = folder_of(run.plan.job.source.done)
        for file, row in rows:
            if isinstance(row, Session):
                run.columns.look(file.path, row.record)
            self._take(file, row)

    def _take(self, file: FileRow, row: Session | BrokenRow) -> None:
        """Take one row in; of rows with one id that of the file changed last counts, which came first."""
        key = key_of(file, row)
        only = self.run.options.only
        if only is not None and not only.has_row(key, (ledger.UNREADABLE_CHANNEL, file.path)):
            self.run.rows.left_out.add(file.id)
            return
        if isinstance(row, Session):
            if mark_of(key) in self.run.rows.handed_out:
                if row.updated_at is not None:
                    # Whether this one is the newer, the next run can tell by the ledger.
                    self.run.rows.left_out.add(file.id)
                return
            known = self.rows.get(key)
            if known is not None and isinstance(known[1], Session) and not is_older(known[1], version_of(row)):
                return
        self.rows[key] = (file, row)

    async def works(self) -> list[Work | Broken]:
        """Give what is to be worked on; count the rest."""
        if not self.rows:
            return []
        await self._ask()
        judged = [self._judge(key, file, row) for key, (file, row) in self.rows.items()]
        found = [one for one in judged if one is not None]
        await self._note_recordings(found)
        return found

    async def _note_recordings(self, found: Sequence[Work | Broken]) -> None:
        """Let the ledger know which recordings belong to these sessions: no name of a file tells it for certain."""
        works = [one for one in found if isinstance(one, Work)]
        if pairs := [(file.id, work.session.id) for work in works for file in work.recordings]:
            await self.run.book.transact(note_row_recordings, pairs)

    async def _ask(self) -> None:
        run, job = self.run, self.run.plan.job
        self.entries = await run.book.transact(
            ledger.entries_of_sessions, job.tenant, job.source.kind, job.target.name, keys=list(self.rows)
        )
        sessions = [row for _, row in self.rows.values() if isinstance(row, Session)]
        keys = {(one.channel.value, key) for one in sessions if (key := self.reading.recording_key(one)) is not None}
        self.recordings = await run.book.transact(ledger.companions, list(run.places.values()), sorted(keys))
        elsewhere = {row.file_id for rows in self.entries.values() for row in rows if row.file_id is not None}
        self.homes = await run.book.transact(ledger.files, sorted(elsewhere))

    def _judge(self, key: Key, file: FileRow, row: Session | BrokenRow) -> Work | Broken | None:
        if isinstance(row, BrokenRow):
            return self._judge_broken(key, file, row)
        entries = self.entries[key]
        work = self._work(file, row, entries)
        if not entries:
            self.run.rows.handed_out.add(mark_of(key))
            return work
        known, version = entries[0], version_of(row)
        home = self.homes.get(known.file_id or 0, file)
        if home.id != file.id and (
            is_older(row, known.version) or (self._is_newer(home, file) and row.updated_at is None)
        ):
            return None
        is_forgotten = known.code == Code.FORGOTTEN
        if (is_forgotten or version == known.version) and all(self._is_settled(entry, work) for entry in entries):
            self._leave(entries, file)
            return None
        self.run.rows.handed_out.add(mark_of(key))
        return work

    def _judge_broken(self, key: Key, file: FileRow, row: BrokenRow) -> Broken | None:
        broken = Broken(file, row.error, row)
        known = [one for one in self.entries[key] if one.leg == str(file.place_id)]
        self.run.rows.broken.update(one.id for one in known)
        if known and known[0].policy_hash == self.run.policy_hash and self.run.options.only is None:
            self._leave(known, file)
            return None
        return broken

    def _work(self, file: FileRow, session: Session, entries: Sequence[EntryRow]) -> Work:
        key = self.reading.recording_key(session)
        companions = self.recordings.get((session.channel.value, key), []) if key is not None else []
        candidates = {one.path: one for one in companions if one.role == FileRole.RECORDING}
        pending = [home for entry in entries if (home := self.homes.get(entry.file_id or 0)) and home.pending]
        return Work(
            session,
            file,
            settled_files=(),
            recordings=tuple(self.reading.choose(session, candidates)),
            transcripts=(),
            entries=tuple(entries),
            uncounted_files=(file.id, *(home.id for home in pending)),
        )

    def _is_settled(self, entry: EntryRow, work: Work) -> bool:
        """Tell whether nothing about the outcome of an unchanged row can be another one now."""
        if entry.code == Code.FORGOTTEN:
            return True
        came = any(entry.changed_at < max(one.first_seen_at, info(one).modified_at) for one in work.recordings)
        fresh = came or bool(self.run.rows.namings)
        if entry.state == Outcome.DELIVERED:
            return not (lacks(work, entry) and (fresh or is_owed(entry) or self.run.options.only is not None))
        if self.run.options.only is not None:
            return False
        if entry.retry_at is not None or (fresh and entry.code in AUDIO_CODES):
            return False
        if entry.state == Outcome.SKIPPED:
            return entry.policy_hash in {self.run.policy_hash, self.run.agents_hash}
        same_mapping = entry.mapping_hash == self.run.plan.mapping_hashes.get(work.session.channel)
        mine = entry.job == self.run.plan.job.job
        same = same_mapping and not (mine and is_under_other_agents(entry.policy_hash, self.run.agents_hash))
        return entry.state == Outcome.REFUSED and entry.code != Code.UNREADABLE and same

    def _leave(self, entries: Sequence[EntryRow], file: FileRow) -> None:
        """Count entries that nothing happened to; those whose file is an older one belong to this one from now on.

        The listing counted those of files that do not wait, but for those that were moved away and are not listed.
        """
        for entry in entries:
            home = self.homes.get(entry.file_id or 0)
            if home is not None and self._is_newer(home, file):
                continue
            if home is None or self._was_uncounted(home):
                self._count(entry, file)
            if entry.file_id != file.id:
                self.run.book.post(Change(entry._replace(file_id=file.id)))

    def _was_uncounted(self, home: FileRow) -> bool:
        """Tell whether the listing counted nothing of this file: it waits, is gone, or another job listed it."""
        is_gone = home.modified_ns == ledger.NEVER_NS or is_below(home.path, self.away)
        return home.pending or is_gone or home.place_id not in self.run.places.values()

    def _is_newer(self, home: FileRow, file: FileRow) -> bool:
        """Tell whether the file that an entry came from is the newer one: what was moved away was there before."""
        return _age(home) > _age(file) and not is_below(home.path, self.away)

    def _count(self, entry: EntryRow, file: FileRow) -> None:
        tells_no_end = entry.channel == ledger.UNREADABLE_ROW_CHANNEL or entry.code == Code.FORGOTTEN
        ended_at = info(file).modified_at if entry.ended_at is None and tells_no_end else entry.ended_at
        if self.run.options.wants(ended_at):
            self.run.summary.add(Outcome.UNCHANGED)


def _age(file: FileRow) -> tuple[int, int]:
    return file.modified_ns, file.id
