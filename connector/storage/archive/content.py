"""Read the content of one file in an archive, and see that it is whole."""

import os
import tempfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from connector.errors import SkipError
from connector.storage import refusal
from connector.storage.archive.member import Member
from connector.storage.model import PIECE_BYTES, ReadAt

__all__ = ["pieces", "random_access"]

STORED, DEFLATED = 0, 8
KEPT_BYTES = 4 * 1024 * 1024


def pieces(member: Member, handle: int, start: int, offset: int = 0) -> Generator[bytes, None, None]:
    """Give the content from the offset on in pieces; `start` is where its packed bytes begin in the open file.

    Raises SkipError where the file is locked, packed in a way that is not known, cut off, or not what its checksum
    says. The checksum covers the whole content, so it is compared where that is read whole.
    """
    _require_known(member)
    if member.method == STORED:
        source = _stored(member, handle, start, offset)
        begun = offset
    else:
        source, begun = _inflated(member, handle, start), 0
    checksum, position = 0, begun
    for piece in source:
        checksum, position = zlib.crc32(piece, checksum), position + len(piece)
        if position > member.file.size_bytes:
            raise _broken(member)
        wanted = piece[max(len(piece) - (position - offset), 0) :]
        if wanted:
            yield wanted
    is_sound = begun > 0 or member.checksum is None or checksum == member.checksum
    if position != max(member.file.size_bytes, begun) or not is_sound:
        raise _broken(member)


@contextmanager
def random_access(member: Member, handle: int, start: int) -> Iterator[ReadAt]:
    """Give the function that reads any range; what is packed is unpacked first, beyond a size into a file."""
    _require_known(member)
    if member.method == STORED:
        # No further than the file goes: the next one begins right behind it.
        size_bytes = member.file.size_bytes
        yield lambda offset, length: os.pread(handle, max(min(length, size_bytes - offset), 0), start + offset)
        return
    with tempfile.SpooledTemporaryFile(max_size=KEPT_BYTES) as unpacked:
        for piece in pieces(member, handle, start):
            unpacked.write(piece)

        def read_at(offset: int, length: int) -> bytes:
            unpacked.seek(offset)
            return unpacked.read(length)

        yield read_at


def _stored(member: Member, handle: int, start: int, offset: int) -> Iterator[bytes]:
    for at in range(offset, member.packed_bytes, PIECE_BYTES):
        yield os.pread(handle, min(PIECE_BYTES, member.packed_bytes - at), start + at)


def _inflated(member: Member, handle: int, start: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _stored(member, handle, start, 0):
            rest = packed
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, PIECE_BYTES)
                rest = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise _broken(member) from error


def _require_known(member: Member) -> None:
    path = member.file.path
    if member.is_locked:
        raise refusal.unreadable(path, "it is locked with a password", "unpack the archive and name the folder")
    if member.method not in {STORED, DEFLATED}:
        hint = "unpack the archive and name the folder, or pack it with `zip` as usual"
        raise refusal.unreadable(path, f"it is packed in a way that is not known here ({member.method})", hint)


def _broken(member: Member) -> SkipError:
    hint = "fetch the archive again, and see with `unzip -t` or `tar -tf` whether it is whole"
    return refusal.unreadable(member.file.path, "its content is damaged in the archive", hint)
