"""Move files on an SFTP server to where those lie that are done with."""

import secrets
from contextlib import suppress

import asyncssh

from connector.errors import FileChangedError, FileMissingError, SkipError, StorageUnreachableError
from connector.storage import finishing
from connector.storage.model import FileInfo
from connector.storage.sftp.login import Link
from connector.storage.sftp.pool import LOST
from connector.storage.sftp.tree import Tree, version

__all__ = ["move", "rehearse"]

_ABSENT = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory)


async def move(tree: Tree, file: FileInfo, folder: str, link: Link) -> FileInfo:
    """Give the file where it lies now; what an earlier call moved is found again.

    Raises SkipError where the file is gone, changed or stays, and what asyncssh raises where the connection breaks.
    """
    try:
        return await _move(tree, file, folder, link)
    except asyncssh.SFTPError as error:
        if isinstance(error, LOST):
            raise
        raise finishing.failed(file.path, error.reason, _remedy(tree)) from error


async def rehearse(tree: Tree, folder: str, link: Link) -> None:
    """Make an empty file, move it and take it away; raise StorageUnreachableError with the remedy where that fails."""
    name = f".connector-check-{secrets.token_hex(4)}"
    made = [tree.place(name), tree.place(f"{folder}/{name}")]
    try:
        async with link.client.open(made[0], "xb"):
            pass
        await _make_folder(tree, f"{folder}/{name}", link)
        await link.client.rename(made[0], made[1])
    except (asyncssh.SFTPError, SkipError) as error:
        if isinstance(error, LOST):
            raise
        why = error.reason if isinstance(error, asyncssh.SFTPError) else error.message
        message = f"files cannot be moved to {folder}: {why}"
        raise StorageUnreachableError(message, hint=_remedy(tree)) from error
    finally:
        for place in made:
            with suppress(asyncssh.SFTPError):
                await link.client.remove(place)


async def _move(tree: Tree, file: FileInfo, folder: str, link: Link) -> FileInfo:
    source = await tree.admit(link, file.path)
    found = await _facts(link, source)
    if found is not None and found.type == asyncssh.FILEXFER_TYPE_SYMLINK:
        raise finishing.linked(file.path)
    if found is not None and not _is_listed(found, file):
        raise FileChangedError(file.path)
    for path in finishing.goals(folder, file.path):
        there = await _facts(link, tree.place(path))
        if there is None and found is None:
            await tree.require_root(link)
            raise FileMissingError(file.path)
        if there is None:
            if not await _make_folder(tree, path, link):
                continue
            await link.client.rename(source, tree.place(path))
        elif found is not None or not _is_listed(there, file):
            continue
        return FileInfo(path, file.size_bytes, file.modified_ns)
    raise finishing.crowded(file.path, folder)


async def _make_folder(tree: Tree, path: str, link: Link) -> bool:
    """Make the folder of a file where it is missing, False where a file lies there; one outside the root is none."""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        place = tree.place("/".join(parts[:depth]))
        there = await _facts(link, place)
        if there is not None and there.type == asyncssh.FILEXFER_TYPE_REGULAR:
            return False
        if there is None:
            with suppress(asyncssh.SFTPFileAlreadyExists, asyncssh.SFTPFailure):
                # Several files may want the same folder at once.
                await link.client.mkdir(place)
    try:
        await tree.admit(link, path)
    except FileMissingError as error:
        raise finishing.failed(path, "its folder leads out of the storage", "name a folder inside it") from error
    return True


async def _facts(link: Link, place: str) -> asyncssh.SFTPAttrs | None:
    try:
        return await link.client.lstat(place)
    except _ABSENT:
        return None


def _is_listed(found: asyncssh.SFTPAttrs, file: FileInfo) -> bool:
    there = version(file.path, found)
    return (there.size_bytes, there.modified_ns) == (file.size_bytes, file.modified_ns)


def _remedy(tree: Tree) -> str:
    return f"let the user {tree.user} write to the folder it lies in and to the one it goes to, or write done: leave"
