"""Read the files that wait and bring together what belongs to one session."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connector import ledger
from connector import session as sessions
from connector.errors import FileMissingError, SkipError
from connector.job.definition.mail import KIND as MAIL_KIND
from connector.job.definition.mail import is_message
from connector.job.execution.model import Execution
from connector.job.gathering.identity import is_another
from connector.ledger import EntryRow, FileRow
from connector.session import BrokenRow, FileRole, Session, Transcript
from connector.storage import FileInfo

__all__ = ["Broken", "Key", "Work", "gather"]

PAGE_GROUPS = 64
"""Small enough that nobody waits long while a page is read and brought together."""
LARGEST_METADATA_BYTES = 16 * 1024 * 1024
RIVAL = "rival:"
"""Begins the leg of an entry whose file gives an id that another session has."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Work:
    """One session with everything that decides about it."""

    session: Session
    file: FileRow
    settled_files: tuple[int, ...]
    """Every file that needs no more work once this session has its outcome."""
    recordings: tuple[FileRow, ...]
    transcripts: tuple[Transcript | SkipError, ...]
    entries: tuple[EntryRow, ...]
    """What the ledger knows of the session, one row per leg."""
    rivals: tuple["Work", ...] = ()
    """Files that give this session's id to another session."""
    uncounted_files: tuple[int, ...] = ()
    """More files whose entries the listing did not count as unchanged: they hold other sessions as well."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A metadata file that cannot be read, or one row of a file that can."""

    file: FileRow
    error: SkipError
    row: BrokenRow | None = None


@dataclass(slots=True)
class _Page:
    """What one page of files turned out to be."""

    sessions: dict[Key, list[tuple[Session, FileRow]]]
    transcripts: dict[Key, list[tuple[Transcript | SkipError, FileRow]]]
    broken: list[Broken]


async def gather(run: Execution) -> AsyncIterator[list[Work | Broken]]:
    """Give page after page of sessions to work on; memory holds one page."""
    after, places = ledger.START, list(run.places.values())
    while True:
        groups, after = await run.book.transact(run.groups, places, after, PAGE_GROUPS)
        if not groups:
            return
        waiting = [
            file for group in groups for file in group.files if _is_wanted(run, file) and file.role == group.role
        ]
        page = await _read(run, waiting)
        works = await _join(run, page)
        yield [*page.broken, *works]


def _is_wanted(run: Execution, file: FileRow) -> bool:
    """Tell whether the file is read: a judged e-mail once more, for a transcript that newer ones may lack."""
    only = run.options.only
    key = (file.channel, file.session_id)
    if only is not None and file.role == FileRole.METADATA and not only.has_file(file.id, file.path, key):
        return False
    return file.pending or (run.plan.job.source.kind == MAIL_KIND and is_message(file.path))


async def _read(run: Execution, files: Sequence[FileRow]) -> _Page:
    page = _Page({}, {}, [])
    for place in run.places.values():
        mine = [file for file in files if file.place_id == place]
        bodies = await _bodies(run, place, mine)
        for file, body in zip(mine, bodies, strict=True):
            if run.plan.job.source.kind == MAIL_KIND and is_message(file.path):
                _sort_mail(page, file, body, run.plan.job.source.transcript_pattern)
            else:
                _sort(page, file, body, run.plan.job.source.transcript_pattern)
    return page


def _sort(page: _Page, file: FileRow, body: bytes | SkipError, line_pattern: str | None) -> None:
    if isinstance(body, SkipError):
        page.broken.append(Broken(file, body))
        return
    try:
        found = sessions.parse(body, info(file), line_pattern)
    except SkipError as error:
        page.broken.append(Broken(file, error))
        return
    if isinstance(found, Transcript):
        page.transcripts.setdefault((found.channel, found.session_id or ""), []).append((found, file))
    else:
        page.sessions.setdefault((found.channel, found.id), []).append((found, file))


def _sort_mail(page: _Page, file: FileRow, body: bytes | SkipError, line_pattern: str | None) -> None:
    """Take session and transcripts out of one e-mail; of one that was judged before only the transcripts count."""
    try:
        if isinstance(body, SkipError):
            raise body
        mail = sessions.parse_mail(body, info(file), line_pattern)
    except SkipError as error:
        if file.pending:
            page.broken.append(Broken(file, error))
        return
    key = (mail.session.channel, mail.session.id)
    page.transcripts.setdefault(key, []).extend((found, file) for found in mail.transcripts)
    if file.pending:
        page.sessions.setdefault(key, []).append((mail.session, file))


async def _join(run: Execution, page: _Page) -> list[Work]:
    """Bring sessions, their recordings and transcripts, and what the ledger knows of them together."""
    job = run.plan.job
    await _relabel(run, page)
    await _drop_moved(run, page)
    keys = list(page.sessions)
    companions: Mapping[Key, list[FileRow]] = await run.book.transact(
        ledger.companions, list(run.places.values()), keys
    )
    known: Mapping[Key, list[EntryRow]] = await run.book.transact(
        ledger.entries_of_sessions, job.tenant, job.source.kind, job.target.name, keys=keys
    )
    texts = await _read_transcripts(run, companions)
    return [
        _work(key, found, _present(run, companions.get(key, [])), texts, page, known.get(key, []))
        for key, found in page.sessions.items()
    ]


def _present(run: Execution, companions: Iterable[FileRow]) -> list[FileRow]:
    """Leave out what is known to be gone, and recordings that do not lie where the job says recordings lie."""
    place = run.places[run.recordings.address]
    return [
        file
        for file in companions
        if file.modified_ns != ledger.NEVER_NS and (file.role != FileRole.RECORDING or file.place_id == place)
    ]


def _work(  # noqa: PLR0913, PLR0917 - the parts of one session, used in one place
    key: Key,
    found: list[tuple[Session, FileRow]],
    companions: Iterable[FileRow],
    texts: Mapping[int, Transcript | SkipError],
    page: _Page,
    entries: list[EntryRow],
) -> Work:
    known = [row for row in entries if not row.leg.startswith(RIVAL)]
    # Which conversation was there first stays so, however new an export of another one is.
    fitting = [pair for pair in found if not (known and is_another(pair[0], known[0]))] or found
    newest, file = max(fitting, key=lambda pair: (pair[0].updated_at or datetime.min.replace(tzinfo=UTC), -pair[1].id))
    same = [one for session, one in found if not sessions.contradict(session, newest)]
    rivals = [(session, one) for session, one in found if sessions.contradict(session, newest)]
    companions, bodies = list(companions), page.transcripts.get(key, [])
    # One whose name said metadata got its label when another look read it, say the planning of a backfill.
    read = [one.id for one in companions if one.id in texts and one.pending]
    return Work(
        newest,
        file,
        tuple(dict.fromkeys((*(one.id for one in same), *(one.id for _, one in bodies if one.pending), *read))),
        tuple(one for one in companions if one.role == FileRole.RECORDING),
        (*(text for text, _ in bodies), *(texts[one.id] for one in companions if one.id in texts)),
        tuple(known),
        tuple(Work(session, one, (one.id,), (), (), ()) for session, one in rivals),
    )


async def _drop_moved(run: Execution, page: _Page) -> None:
    """Pass over files that are gone while another one tells their session: that one decides, and only that counts."""
    moved = [
        broken
        for broken in page.broken
        if isinstance(broken.error, FileMissingError) and (broken.file.channel, broken.file.session_id) in page.sessions
    ]
    if moved:
        await run.book.transact(ledger.mark_missing, [broken.file.id for broken in moved])
        page.broken = [broken for broken in page.broken if broken not in moved]


async def _relabel(run: Execution, page: _Page) -> None:
    """Let the ledger know what each file is by its body where its name said something else."""
    changes = [
        ledger.Label(file.id, role, channel, session_id)
        for role, found in ((FileRole.METADATA, page.sessions), (FileRole.TRANSCRIPT, page.transcripts))
        for (channel, session_id), pairs in found.items()
        for _, file in pairs
        if not (role is FileRole.TRANSCRIPT and is_message(file.path))
        if (file.role, file.channel, file.session_id) != (role, channel, session_id)
    ]
    if changes:
        await run.book.transact(ledger.relabel, changes)


async def _read_transcripts(
    run: Execution, companions: Mapping[Key, list[FileRow]]
) -> dict[int, Transcript | SkipError]:
    files = [file for found in companions.values() for file in found if file.role == FileRole.TRANSCRIPT]
    result: dict[int, Transcript | SkipError] = {}
    for place in run.places.values():
        mine = [file for file in files if file.place_id == place]
        bodies = await _bodies(run, place, mine)
        for file, body in zip(mine, bodies, strict=True):
            result[file.id] = body if isinstance(body, SkipError) else _transcript(run, file, body)
    return result


def _transcript(run: Execution, file: FileRow, body: bytes) -> Transcript | SkipError:
    try:
        return sessions.parse_transcript(body, info(file), run.plan.job.source.transcript_pattern)
    except SkipError as error:
        return error


async def _bodies(run: Execution, place: int, files: Sequence[FileRow]) -> Sequence[bytes | SkipError]:
    wanted = [info(file) for file in files]
    return await run.storage_of(place).read_many(wanted, limit_bytes=LARGEST_METADATA_BYTES)


def info(file: FileRow) -> FileInfo:
    """Give the version of the file that was listed."""
    return FileInfo(file.path, file.size_bytes, file.modified_ns, file.etag)
