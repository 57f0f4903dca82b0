"""List the files of a zip archive from its central directory, record by record."""

import stat
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from connector.errors import StorageUnreachableError
from connector.storage.archive.member import Member, clean_path
from connector.storage.model import FileInfo

__all__ = ["data_start", "read_members"]

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
LONGEST_COMMENT = 65_535
SATURATED = 0xFFFFFFFF
LOCKED, UTF_8 = 0x0001, 0x0800
ZIP_64, UNIX_TIME = 0x0001, 0x5455
UNIX_TIME_BYTES = 5
WINDOWS = frozenset({0, 10, 11})
SECOND_NS = 1_000_000_000
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)


class _Directory(NamedTuple):
    """Where the central directory is, and by how much offsets are shifted where something stands before the archive."""

    start: int
    size_bytes: int
    shift: int


def read_members(archive: BinaryIO) -> Iterator[Member]:
    """Give every regular file; raise StorageUnreachableError where the archive is damaged or has several volumes.

    A zip's times have no time zone and are taken for UTC, in steps of two seconds, unless the exact time stands in an
    extra field, as Info-ZIP writes it. The CRC-32 of the content serves as etag.
    """
    directory = _find(archive)
    archive.seek(directory.start)
    end = directory.start + directory.size_bytes
    while archive.tell() < end:
        head = archive.read(ENTRY.size)
        if len(head) < ENTRY.size or not head.startswith(b"PK\1\2"):
            raise _damaged()
        member = _member(head, archive, directory.shift)
        if member is not None:
            yield member


def data_start(archive: BinaryIO, member: Member) -> int | None:
    """Give where the packed bytes of a file begin, or none where its entry is damaged."""
    archive.seek(member.start)
    head = archive.read(LOCAL.size)
    if len(head) < LOCAL.size or not head.startswith(b"PK\3\4"):
        return None
    *_, name_length, extra_length = LOCAL.unpack(head)
    start: int = member.start + LOCAL.size + name_length + extra_length
    return start


def _find(archive: BinaryIO) -> _Directory:
    size_bytes = archive.seek(0, 2)
    archive.seek(max(size_bytes - END.size - LONGEST_COMMENT - LOCATOR_64.size, 0))
    tail_start = archive.tell()
    tail = archive.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < END.size:
        raise _damaged()
    _, disk, _, _, _, length, offset, _ = END.unpack_from(tail, at)
    end = tail_start + at
    if at >= LOCATOR_64.size and tail.startswith(b"PK\6\7", at - LOCATOR_64.size):
        end -= LOCATOR_64.size + END_64.size
        archive.seek(max(end, 0))
        record = archive.read(END_64.size)
        if len(record) < END_64.size or not record.startswith(b"PK\6\6"):
            raise _damaged()
        *_, disk, _, _, _, length, offset = END_64.unpack(record)
    if disk:
        hint = "put the volumes together again with `zip -s 0 FIRST.zip --out WHOLE.zip`"
        raise StorageUnreachableError("the archive is one of several volumes", hint=hint)
    if offset + length > end:
        raise _damaged()
    return _Directory(end - length, length, end - length - offset)


def _member(head: bytes, archive: BinaryIO, shift: int) -> Member | None:
    _, made, _, flags, method, clock, day, checksum, packed, size, *lengths, _, _, mode, start = ENTRY.unpack(head)
    name, extra, _ = (archive.read(length) for length in lengths)
    path = _path(name, flags, made >> 8)
    kind = stat.S_IFMT(mode >> 16)
    if not path or name.endswith((b"/", b"\\")) or kind not in {0, stat.S_IFREG}:
        return None
    extras = _extras(extra)
    size, packed, start = _wide((size, packed, start), extras.get(ZIP_64, b""))
    file = FileInfo(path, size, _modified_ns(day, clock, extras.get(UNIX_TIME, b"")), f"{checksum:08x}")
    return Member(file, start + shift, packed, method, checksum, bool(flags & LOCKED))


def _path(name: bytes, flags: int, system: int) -> str:
    try:
        text = name.decode("utf-8", "surrogateescape" if flags & UTF_8 else "strict")
    except UnicodeDecodeError:
        text = name.decode("cp437")
    return clean_path(text.replace("\\", "/") if system in WINDOWS else text)


def _extras(extra: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        found[kind] = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _wide(values: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    """Give the values, those that do not fit into 32 bits from the extra field of zip64, in which only they stand."""
    wide = iter(struct.unpack(f"<{len(extra) // 8}Q", extra[: len(extra) // 8 * 8]))
    return tuple(next(wide, value) if value == SATURATED else value for value in values)


def _modified_ns(day: int, clock: int, exact: bytes) -> int:
    if len(exact) >= UNIX_TIME_BYTES and exact[0] & 1:
        seconds: int = struct.unpack_from("<i", exact, 1)[0]
        return max(seconds, 0) * SECOND_NS
    try:
        moment = datetime(
            1980 + (day >> 9),
            day >> 5 & 0xF,
            day & 0x1F,
            clock >> 11,
            clock >> 5 & 0x3F,
            min((clock & 0x1F) * 2, 59),
            tzinfo=UTC,
        )
    except ValueError:
        moment = OLDEST
    return int(moment.timestamp()) * SECOND_NS


def _damaged() -> StorageUnreachableError:
    hint = "fetch it again, and see with `unzip -t` whether it is whole"
    return StorageUnreachableError("the archive is damaged or was cut off", hint=hint)
