"""Read some real sessions of a job; nothing is written, nothing is sent."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest

from connector import session as sessions
from connector.errors import SkipError
from connector.job.definition.loader import Plan
from connector.job.definition.mail import KIND as MAIL_KIND
from connector.job.definition.mail import is_message
from connector.job.definition.reading import Reading
from connector.job.definition.remedy import telling
from connector.job.definition.source import classify, wants_folder
from connector.job.gathering.content import fetch
from connector.session import BrokenRow, FileRole, Session
from connector.storage import FileInfo, Storage, open_storage

__all__ = ["Looked", "read_sessions"]

LARGEST_METADATA_BYTES = 16 * 1024 * 1024
CHUNK_FILES = 50
MOST_FILES = 20_000
_LEG = re.compile(r"-a[^-]+\Z")


@dataclass(slots=True)
class Looked:
    """What was found: sessions, the newest first; what could not be read; how many metadata files there are."""

    sessions: list[Session] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    files: int = 0


async def read_sessions(plan: Plan, limit: int, name: str | None = None) -> Looked:
    """Give at most `limit` sessions of the job's source, or those that bear the name.

    A name is a session's id, its external id, or the path or name of its file. Raises what the storage raises.
    """
    source = plan.job.source
    async with AsyncExitStack() as stack:
        stack.enter_context(telling(plan.remedies.storage))
        storage = await stack.enter_async_context(open_storage(source.storage, source.storage_options, plan.home))
        look = _Look(plan, storage, limit, _names(plan, name) if name is not None else None)
        files = await look.list()
        found: dict[tuple[str, str], Session] = {}
        for start in range(0, len(files), CHUNK_FILES):
            for one in await look.read(files[start : start + CHUNK_FILES]):
                _keep(found, one)
            if len(found) >= limit:
                break
    # A call and a chat may bear one number: the word before it says which is meant.
    meant = [one for one in found.values() if name is not None and _bare(plan, name).startswith(f"{one.channel}-")]
    look.looked.sessions = sorted(meant or found.values(), key=_told_at, reverse=True)[:limit]
    return look.looked


def _keep(found: dict[tuple[str, str], Session], one: Session) -> None:
    known = found.get((one.channel, one.id))
    if known is None or (one.updated_at or _told_at(one)) > (known.updated_at or _told_at(known)):
        found[one.channel, one.id] = one


def _told_at(session: Session) -> datetime:
    return session.ends_at or session.created_at or session.updated_at or session.file.modified_at


def _names(plan: Plan, name: str) -> frozenset[str]:
    """Give what a name may stand for: external ids, and the examples of a run's summary, begin with the channel."""
    bare = _bare(plan, name)
    for channel in ("call", "chat"):
        bare = bare.removeprefix(f"{channel}-")
    return frozenset({name, bare, _LEG.sub("", bare)})


def _bare(plan: Plan, name: str) -> str:
    return name.removeprefix(f"{plan.job.tenant}-")


def _is_of(file: FileInfo, names: Iterable[str]) -> bool:
    return any(file.path == name or file.path.endswith(f"/{name}") for name in names)


class _Look:
    """One look into a source, for the newest sessions or for those of some names."""

    def __init__(self, plan: Plan, storage: Storage, limit: int, wanted: frozenset[str] | None) -> None:
        self.plan = plan
        self.source = plan.job.source
        self.storage = storage
        self.limit = limit
        self.wanted = wanted
        self.looked = Looked()

    async def list(self) -> Sequence[FileInfo]:
        """Give the metadata files changed last; where names are wanted, those that may hold them."""
        newest: list[FileInfo] = []
        async for batch in self.storage.list():
            metadata = [file for file in batch if self._may_hold(file)]
            self.looked.files += len(metadata)
            newest = nlargest(MOST_FILES, [*newest, *metadata], key=lambda file: (file.modified_ns, file.path))
        exact = [file for file in newest if _is_of(file, self.wanted or ())]
        return exact or newest

    def _may_hold(self, file: FileInfo) -> bool:
        if self.source.folders and not wants_folder(self.source.folders, file.path):
            return False
        told = classify(self.source, file.path)
        if told.role is not FileRole.METADATA or self.wanted is None:
            return told.role is FileRole.METADATA
        return told.session_id is None or told.session_id in self.wanted or _is_of(file, self.wanted)

    async def read(self, files: Sequence[FileInfo]) -> Sequence[Session]:
        """Give the sessions of these files that are wanted."""
        if self.source.reading is not None:
            return [one for file in files for one in await self._rows(self.source.reading, file)]
        bodies = await self.storage.read_many(files, limit_bytes=LARGEST_METADATA_BYTES)
        found: list[Session] = []
        for file, body in zip(files, bodies, strict=True):
            try:
                found += self._wanted(self._parse(body, file))
            except SkipError as error:
                self.looked.broken.append(str(error))
        return found

    def _wanted(self, found: Iterable[Session]) -> Iterator[Session]:
        wanted = self.wanted
        return (one for one in found if wanted is None or one.id in wanted or _is_of(one.file, wanted))

    def _parse(self, body: bytes | SkipError, file: FileInfo) -> Iterator[Session]:
        if isinstance(body, SkipError):
            raise body
        if self.source.kind == MAIL_KIND and is_message(file.path):
            yield sessions.parse_mail(body, file, self.source.transcript_pattern).session
            return
        found = sessions.parse(body, file, self.source.transcript_pattern)
        if isinstance(found, Session):
            yield found

    async def _rows(self, reading: Reading, file: FileInfo) -> Sequence[Session]:
        """Give the rows of a file that end last; only so many are kept."""
        try:
            with await fetch(self.storage, file, reading.form) as content:
                rows = enumerate(self._wanted(self._readable(sessions.parse_rows(content, file, reading.form))))
                newest = nlargest(self.limit, rows, key=lambda row: (_told_at(row[1]), row[0]))
        except SkipError as error:
            self.looked.broken.append(str(error))
            return []
        return [row for _, row in newest]

    def _readable(self, rows: Iterable[Session | BrokenRow]) -> Iterator[Session]:
        for row in rows:
            if isinstance(row, BrokenRow):
                self.looked.broken.append(str(row.error))
            else:
                yield row
