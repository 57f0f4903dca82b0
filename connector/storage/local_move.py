"""Move files of a folder of this machine to where those lie that are done with."""

import os
import secrets
import stat
from pathlib import Path

from connector.errors import FileChangedError, FileMissingError, SkipError, StorageUnreachableError
from connector.storage import finishing
from connector.storage.model import FileInfo
from connector.storage.naming import real_name

__all__ = ["move", "rehearse"]

HINT = "let the user who runs the connector write to the folder it lies in and to the one it goes to"


def move(root: str, file: FileInfo, folder: str) -> FileInfo:
    """Give the file where it lies now; root is the real path of the storage with "/" at its end.

    What an earlier call moved is found again. Raises SkipError where the file is gone, changed or stays.
    """
    try:
        return _move(root, file, folder)
    except OSError as error:
        raise finishing.failed(file.path, error.strerror or "the system refuses", HINT) from error


def rehearse(root: str, folder: str) -> None:
    """Make an empty file, move it and take it away; raise StorageUnreachableError with the remedy where that fails."""
    name = f".connector-check-{secrets.token_hex(4)}"
    made = [Path(root + name), Path(root, folder, name)]
    try:
        made[0].touch(exist_ok=False)
        _make_folder(root, folder)
        made[0].rename(made[1])
    except (OSError, SkipError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageUnreachableError(f"files cannot be moved to {folder}: {why}", hint=HINT) from error
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def _move(root: str, file: FileInfo, folder: str) -> FileInfo:
    source = root + real_name(file.path)
    found = _facts(source)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise finishing.linked(file.path)
    if found is not None and not _is_listed(found, file):
        raise FileChangedError(file.path)
    for path in finishing.goals(folder, file.path):
        target = root + real_name(path)
        there = _facts(target)
        if there is None and found is None:
            raise FileMissingError(file.path)
        if there is None:
            try:
                _make_folder(root, path.rpartition("/")[0])
            except (FileExistsError, NotADirectoryError):
                # A file lies where the folder would be: no free place either.
                continue
            os.rename(source, target)  # noqa: PTH104 - the names may hold bytes that are no UTF-8
        elif found is not None or not _is_listed(there, file):
            continue
        return FileInfo(path, file.size_bytes, file.modified_ns)
    raise finishing.crowded(file.path, folder)


def _make_folder(root: str, folder: str) -> None:
    place = root + real_name(folder)
    os.makedirs(place, exist_ok=True)  # noqa: PTH103
    if not f"{os.path.realpath(place)}/".startswith(root):
        raise finishing.failed(folder, "it leads out of the storage", "name a folder inside the storage")


def _facts(place: str) -> os.stat_result | None:
    try:
        return os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_listed(found: os.stat_result, file: FileInfo) -> bool:
    return (found.st_size, found.st_mtime_ns) == (file.size_bytes, file.modified_ns)
