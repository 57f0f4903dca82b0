"""List every file below a folder on an SFTP server: several folders at once, each file once, in flat memory."""

import asyncio
from array import array
from collections.abc import AsyncGenerator
from itertools import compress
from typing import NamedTuple, cast

import asyncssh

from connector.errors import FileMissingError
from connector.storage.model import BATCH_FILES, FileInfo
from connector.storage.naming import shown_name
from connector.storage.sftp.login import Link
from connector.storage.sftp.pool import LOST, Pool
from connector.storage.sftp.tree import Tree, version

__all__ = ["walk"]

FOLDERS_AT_ONCE = 8
CHUNK_ENTRIES = 1_000

_Entries = AsyncGenerator[asyncssh.SFTPName, None]


async def walk(pool: Pool, tree: Tree) -> AsyncGenerator[list[FileInfo], None]:
    """Give every file below the root in batches; kept are the folders still to be read and one chunk of each.

    Links to folders are not followed. Raises StorageUnreachableError for a folder that may not be listed.
    """
    waiting, reading, batch = [_Folder(pool, tree, "")], dict[asyncio.Task[_Chunk], _Folder](), list[FileInfo]()
    try:
        while waiting or reading:
            while waiting and len(reading) < FOLDERS_AT_ONCE:
                folder = waiting.pop()
                reading[asyncio.ensure_future(folder.read_on())] = folder
            done, _ = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                folder, chunk = reading.pop(task), task.result()
                batch += chunk.files
                waiting += [_Folder(pool, tree, name) for name in chunk.folders]
                # The newest folder is read first, so that the way down is short and few folders wait.
                waiting += [] if chunk.is_last else [folder]
            while len(batch) >= BATCH_FILES:
                yield batch[:BATCH_FILES]
                batch = batch[BATCH_FILES:]
        if batch:
            yield batch
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        for folder in [*waiting, *reading.values()]:
            folder.close()


class _Chunk(NamedTuple):
    """A part of what stands in a folder."""

    files: list[FileInfo]
    folders: list[str]
    """Paths from the root, each ending in "/"."""
    is_last: bool


class _Folder:
    """A folder that is read chunk by chunk, from its beginning again where the connection breaks."""

    def __init__(self, pool: Pool, tree: Tree, path: str) -> None:
        self._pool = pool
        self._tree = tree
        self._path = path
        self._link: Link | None = None
        self._entries: _Entries | None = None
        # Eight bytes for each name that was given, so that none is given twice after a new beginning.
        self._given = array("q")
        self._is_again = False

    async def read_on(self) -> _Chunk:
        """Give the next chunk."""
        return await self._pool.run(self._read_on, on=self._link)

    def close(self) -> None:
        """Let go of the folder where it is read half way."""
        if self._entries is not None and self._link is not None:
            self._pool.finish(self._link, self._entries.aclose())

    async def _read_on(self, link: Link) -> _Chunk:
        if link is not self._link or self._entries is None:
            self._link = link
            self._entries = cast(_Entries, link.client.scandir(self._tree.place(self._path)))
            self._is_again = bool(self._given)
        entries, is_last = await self._some(link, self._entries)
        names = array("q", [hash(entry.filename) for entry in entries])
        if self._is_again:
            is_new = _missing(names, self._given)
            entries, names = list(compress(entries, is_new)), array("q", compress(names, is_new))
        chunk = _Chunk([], [], is_last)
        for entry in entries:
            if _is_name(name := str(entry.filename)):
                await self._sort(link, self._path + shown_name(name), entry.attrs, chunk)
        self._given.extend(names)
        return chunk

    async def _some(self, link: Link, source: _Entries) -> tuple[list[asyncssh.SFTPName], bool]:
        """Give the next entries, and whether they are the last ones."""
        entries: list[asyncssh.SFTPName] = []
        try:
            async for entry in source:
                entries.append(entry)
                if len(entries) == CHUNK_ENTRIES:
                    return entries, False
            if not entries and not self._given:
                # OpenSSH leaves out what it cannot look at, in a folder that may not be entered even the folder itself.
                await link.client.stat(self._tree.place(f"{self._path}."))
        except asyncssh.SFTPError as error:
            await self._tree.require_listable(link, self._path, error)
        return entries, True

    async def _sort(self, link: Link, path: str, found: asyncssh.SFTPAttrs, chunk: _Chunk) -> None:
        """Add a file or a folder to the chunk; what is neither, or vanished meanwhile, is left out."""
        if found.type == asyncssh.FILEXFER_TYPE_UNKNOWN or found.size is None or found.mtime is None:
            try:
                found = await link.client.lstat(self._tree.place(path))
            except asyncssh.SFTPError as error:
                await self._tree.require_listable(link, path, error)
                return
        if found.type == asyncssh.FILEXFER_TYPE_REGULAR:
            chunk.files.append(version(path, found))
        elif found.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
            chunk.folders.append(f"{path}/")
        elif found.type == asyncssh.FILEXFER_TYPE_SYMLINK:
            chunk.files.extend(await self._target(link, path))

    async def _target(self, link: Link, path: str) -> list[FileInfo]:
        """Give the file inside the root to which a link leads, if it leads to one."""
        try:
            return [await self._tree.look(link, path)]
        except FileMissingError:
            return []
        except asyncssh.SFTPError as error:
            if isinstance(error, LOST):
                raise
            return []


def _missing(names: "array[int]", given: "array[int]") -> list[bool]:
    """Tell for each name whether it is not among those that were given."""
    # Only a listing that broke needs numpy, which takes 16 MB.
    import numpy as np  # noqa: PLC0415

    found: list[bool] = np.isin(np.frombuffer(names, "q"), np.frombuffer(given, "q"), invert=True).tolist()
    return found


def _is_name(name: str) -> bool:
    """Tell whether it is the name of something in the folder: a server may list the folder itself, or worse."""
    return name not in {"", ".", ".."} and "/" not in name and "\0" not in name
