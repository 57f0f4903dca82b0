"""Turn rows of foreign metadata into sessions, one each; a row that makes none does not disturb the others."""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import Any, BinaryIO

import orjson

from connector.errors import SkipError
from connector.mistake import did_you_mean
from connector.reason import Code
from connector.session.delimited import Spoilt
from connector.session.field import LONGEST_ID, word
from connector.session.model import Channel, Leg, Session
from connector.session.moment import read_moment
from connector.session.rows import RowForm, open_rows
from connector.storage.model import FileInfo

__all__ = ["SOURCE_KIND", "BrokenRow", "FilesForm", "Find", "no_id", "parse"]

SOURCE_KIND = "files"
DIGEST_BYTES = 12

Find = Callable[[Mapping[str, Any]], Any]
"""Give what stands in a record where an option says, None where nothing does."""


@dataclass(frozen=True, slots=True)
class FilesForm:
    """Where a row says which session it is; what is left out, no row says."""

    id: Find
    id_name: str = "id"
    """How the person wrote where the id stands; for messages."""
    channel: Channel = Channel.CALL
    updated_at: Find | None = None
    ended_at: Find | None = None
    agent: Mapping[str, Find] = field(default_factory=dict)
    """Under `id`, `number`, `email`, `name`, `team`."""
    zone: tzinfo = UTC
    """For times that name no offset."""
    time_format: str | None = None
    """As strptime has it, for times that are not ISO."""
    rows: RowForm = field(default_factory=RowForm)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that makes no session; the digest of its content knows it again wherever it stands."""

    number: int
    digest: str
    error: SkipError


def parse(content: BinaryIO, file: FileInfo, form: FilesForm) -> Iterator[Session | BrokenRow]:
    """Give the file's sessions in the order of its rows, or in their place what is wrong with a row.

    Of rows with one id the newest counts: by `updated_at` where it is told, else the last one. Those come at the end.
    Reads the content twice, so that memory holds only what is repeated. Raises SkipError(UNREADABLE) where the file
    as a whole cannot be read.
    """
    read = open_rows(content, file.path, form.rows, is_record=lambda record: word(form.id(record)) is not None)
    marks = array("Q")
    names: Mapping[str, Any] = {}
    for _, record in read():
        if isinstance(record, Spoilt):
            continue
        key = word(form.id(record))
        if key is None:
            names = record
        else:
            marks.append(_mark(key))
    if names and not marks:
        raise no_id(file.path, form, names)
    repeated = _repeated(marks)
    newest: dict[str, Session] = {}
    for number, record in read():
        found = _row(number, record, file, form)
        if isinstance(found, BrokenRow) or _mark(found.id) not in repeated:
            yield found
        elif found.id not in newest or not _is_older(found, newest[found.id]):
            newest[found.id] = found
    yield from newest.values()


def no_id(path: str, form: FilesForm, names: Collection[str], *, rows: str = "no row of it") -> SkipError:
    """Give what is wrong with a file whose rows, with columns of these names, tell no id."""
    near = "it is empty in every row" if form.id_name in names else did_you_mean(form.id_name, names)
    hint = near or f"let `id` name one of {', '.join(list(names)[:20])}; or leave the file out by `pattern`"
    return SkipError(Code.UNREADABLE, f"{path}: {rows} has an id under {form.id_name!r}", hint=hint)


def _mark(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _repeated(marks: "array[int]") -> frozenset[int]:
    last, found = -1, set()
    for mark in sorted(marks):
        if mark == last:
            found.add(mark)
        last = mark
    return frozenset(found)


def _is_older(one: Session, other: Session) -> bool:
    return one.updated_at is not None and other.updated_at is not None and one.updated_at < other.updated_at


def _row(number: int, record: dict[str, Any] | Spoilt, file: FileInfo, form: FilesForm) -> Session | BrokenRow:
    if isinstance(record, Spoilt):
        return BrokenRow(number, _hash(record.text.encode("utf-8", "surrogatepass")), record.error)
    digest = _digest(record)
    key = word(form.id(record))
    if key is None or len(key) > LONGEST_ID:
        why = "has no id" if key is None else f"has an id of more than {LONGEST_ID} characters"
        hint = f"the option `id` is {form.id_name}"
        return BrokenRow(number, digest, SkipError(Code.UNREADABLE, f"{file.path} row {number} {why}", hint=hint))
    notes: list[str] = []
    agent = {name: word(find(record)) for name, find in form.agent.items()}
    return Session(
        source_kind=SOURCE_KIND,
        channel=form.channel,
        id=key,
        uuid=None,
        record=record,
        status="",
        created_at=None,
        started_at=None,
        ends_at=_moment("ended_at", form.ended_at, record, form, notes),
        updated_at=_moment("updated_at", form.updated_at, record, form, notes),
        legs=(_leg(agent),) if any(agent.values()) else (),
        file=file,
        notes=tuple(notes),
        digest=digest,
    )


def _leg(agent: Mapping[str, str | None]) -> Leg:
    return Leg(
        agent_id=agent.get("id"),
        agent_number=agent.get("number"),
        agent_name=agent.get("name"),
        agent_email=agent.get("email"),
        team=agent.get("team"),
        started_at=None,
        ended_at=None,
        talk_seconds=None,
    )


def _moment(
    name: str, find: Find | None, record: Mapping[str, Any], form: FilesForm, notes: list[str]
) -> datetime | None:
    value = find(record) if find is not None else None
    if value is None or value == "":
        return None
    found = _formatted(value, form) or read_moment(value, form.zone)
    if found is None:
        notes.append(f"{name} is no time and was left out")
    return found


def _formatted(value: Any, form: FilesForm) -> datetime | None:
    if form.time_format is None or not isinstance(value, str):
        return None
    try:
        found = datetime.strptime(value.strip(), form.time_format)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    return read_moment(found.isoformat(), form.zone)


def _digest(record: Mapping[str, Any]) -> str:
    told = orjson.dumps(record, option=orjson.OPT_SORT_KEYS, default=str)
    return _hash(told)


def _hash(raw: bytes) -> str:
    return blake2b(raw, digest_size=DIGEST_BYTES).hexdigest()
