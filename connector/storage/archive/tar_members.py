"""List the files of a tar archive in one pass, and unpack a compressed one."""

import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import IO, BinaryIO

from connector.errors import StorageUnreachableError
from connector.storage.archive.member import Member, clean_path
from connector.storage.model import FileInfo

__all__ = ["read_members", "unpack"]

SPARSE = -1
"""Stands for the way of packing of files with holes, which are not read."""
LATEST = 2**33
"""Seconds since 1970 up to which a time is believed: the year 2242."""
PIECE_BYTES = 4 * 1024 * 1024
LEFT_FREE_BYTES = 512 * 1024 * 1024


def read_members(archive: BinaryIO, *, is_packed: bool, find: Callable[[str], Member | None]) -> Iterator[Member]:
    """Give every regular file; a hard link is the file it leads to, which `find` gives where it came already.

    Raises StorageUnreachableError where the archive is damaged or ends too early.
    """
    with readable(), tarfile.open(fileobj=_source(archive, is_packed=is_packed), mode="r|") as tar:
        while (entry := tar.next()) is not None:
            # tarfile keeps every entry that it met, however many there are.
            tar.members = []  # type: ignore[attr-defined]
            member = _member(entry, find)
            if member is not None:
                yield member
        # tarfile takes an end in the middle for the end; a whole archive ends with a block of zeros.
        if not is_packed and os.pread(archive.fileno(), tarfile.BLOCKSIZE, tar.offset) != bytes(tarfile.BLOCKSIZE):
            raise EOFError


def _member(entry: tarfile.TarInfo, find: Callable[[str], Member | None]) -> Member | None:
    path = clean_path(entry.name)
    if path and entry.isreg():
        file = FileInfo(path, entry.size, int(min(max(entry.mtime, 0), LATEST) * 1_000_000_000))
        return Member(file, entry.offset_data, entry.size, SPARSE if entry.sparse else 0)
    if path and entry.islnk() and (target := find(clean_path(entry.linkname))) is not None:
        return replace(target, file=target.file._replace(path=path))
    return None


def unpack(archive: BinaryIO) -> IO[bytes]:
    """Give a file without a name that holds the archive unpacked; raise StorageUnreachableError for want of room."""
    folder = tempfile.gettempdir()
    with ExitStack() as stack, readable():
        whole = stack.enter_context(tempfile.TemporaryFile())
        source = _source(archive, is_packed=True)
        while piece := source.read(PIECE_BYTES):
            if shutil.disk_usage(folder).free < LEFT_FREE_BYTES + len(piece):
                hint = "point TMPDIR at a folder with room for the whole archive, unpacked"
                raise StorageUnreachableError(f"there is no room in {folder} to unpack the archive", hint=hint)
            whole.write(piece)
        whole.flush()
        stack.pop_all()
        return whole


@contextmanager
def readable() -> Iterator[None]:
    """Raise StorageUnreachableError where what is read in the block is no whole archive."""
    try:
        yield
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        hint = "fetch it again, and see with `tar -tf` whether it is whole"
        raise StorageUnreachableError("the archive is damaged or was cut off", hint=hint) from error


def _source(archive: BinaryIO, *, is_packed: bool) -> BinaryIO | gzip.GzipFile:
    archive.seek(0)
    return gzip.GzipFile(fileobj=archive, mode="rb") if is_packed else archive
