"""Walk a folder of this machine, however many files it holds and however deep it is."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

from connector.errors import StorageAwayError, StorageUnreachableError
from connector.storage.model import BATCH_FILES, FileInfo
from connector.storage.naming import shown_name

__all__ = ["reject_unreachable", "walk"]

_MOST_OPEN_FOLDERS = 64


def walk(root: Path, batch_files: int = BATCH_FILES) -> Generator[list[FileInfo], None, None]:
    """Give every regular file below the root, in batches; nothing is kept but the way down to the present folder.

    A link is followed where it leads to a file inside the root, and never to a folder, so no file comes twice and
    none from elsewhere. Raises StorageUnreachableError for a folder that may not be read.
    """
    down = _Descent(str(root))
    try:
        yield from down.batches(batch_files)
    finally:
        down.close()


def reject_unreachable(root: Path) -> None:
    """Raise StorageUnreachableError, with the remedy, where the root is no folder that can be read."""
    _Descent(str(root)).close()


class _Descent:
    """The folders between the root and the one that is read now, each with what is left of its entries."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._real_root = os.path.realpath(root).rstrip("/") + "/"
        self._down: list[tuple[str, Iterator[os.DirEntry[str]]]] = []
        try:
            self._down.append(("", os.scandir(root)))
        except OSError as error:
            raise _unreachable(root, error) from error

    def batches(self, batch_files: int) -> Iterator[list[FileInfo]]:
        batch: list[FileInfo] = []
        while self._down:
            self._read_on(batch, batch_files)
            if len(batch) == batch_files:
                yield batch
                batch = []
        if batch:
            yield batch

    def _read_on(self, batch: list[FileInfo], batch_files: int) -> None:
        """Add the deepest folder's files to the batch until that is full, a folder comes or the end is reached."""
        prefix, entries = self._down[-1]
        try:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    found = entry.stat(follow_symlinks=False)
                elif entry.is_dir(follow_symlinks=False):
                    self._enter(prefix, entry)
                    return
                elif (target := self._target(entry)) is not None:
                    found = target
                else:
                    continue
                batch.append(FileInfo(shown_name(prefix + entry.name), found.st_size, found.st_mtime_ns))
                if len(batch) == batch_files:
                    return
        except FileNotFoundError:
            # One file is gone; the rest of the folder is read by the next call.
            self._require_root()
            return
        except OSError as error:
            raise _unreachable(f"{self._root}/{prefix}"[:-1], error) from error
        _close(self._down.pop()[1])

    def close(self) -> None:
        while self._down:
            _close(self._down.pop()[1])

    def _enter(self, prefix: str, folder: os.DirEntry[str]) -> None:
        try:
            entries: Iterator[os.DirEntry[str]] = os.scandir(folder.path)
        except (FileNotFoundError, NotADirectoryError):
            self._require_root()
            return
        except OSError as error:
            raise _unreachable(folder.path, error) from error
        if len(self._down) > _MOST_OPEN_FOLDERS:
            entries = _read_out(entries)
        self._down.append((f"{prefix}{folder.name}/", entries))

    def _target(self, link: os.DirEntry[str]) -> os.stat_result | None:
        """Give the file inside the root that a link leads to; a broken or circular link, or no link, leads to none."""
        if not link.is_symlink():
            return None
        try:
            inside = os.path.realpath(link.path).startswith(self._real_root)
            return link.stat() if inside and link.is_file() else None
        except OSError:
            return None

    def _require_root(self) -> None:
        """Take what vanished for deleted only while the root itself is still there."""
        if not Path(self._root).is_dir():
            raise _unreachable(self._root, FileNotFoundError())


def _read_out(entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """Read a folder to its end, so that a very deep tree does not hold more open folders than a process may."""
    try:
        return iter(list(entries))
    finally:
        _close(entries)


def _close(entries: Iterator[os.DirEntry[str]]) -> None:
    close = getattr(entries, "close", None)
    if close is not None:
        close()


def _unreachable(folder: str, error: OSError) -> StorageUnreachableError:
    shown = shown_name(folder)
    if isinstance(error, FileNotFoundError):
        return StorageUnreachableError(f"there is no folder {shown}", hint="create it, or correct the address")
    if isinstance(error, NotADirectoryError):
        return StorageUnreachableError(f"{shown} is a file, not a folder", hint="name the folder that holds the files")
    if isinstance(error, PermissionError):
        hint = "let the user who runs the connector read and enter it, or choose another folder as the storage"
        return StorageUnreachableError(f"the folder {shown} may not be read", hint=hint)
    hint = "look after the disk or the network share, then run again"
    return StorageAwayError(f"the folder {shown} cannot be read: {error.strerror}", hint=hint)
