"""Read one version of one file on an SFTP server, also over connections that break."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from types import TracebackType
from typing import Self

import asyncssh

from connector.errors import FileChangedError
from connector.storage.concurrency import together
from connector.storage.model import PIECE_BYTES, FileInfo
from connector.storage.sftp.login import Link
from connector.storage.sftp.pool import Pool
from connector.storage.sftp.tree import Tree

__all__ = ["RemoteFile"]

WINDOW_BYTES = 4 * 255 * 1024
"""What is asked for at once: four answers of OpenSSH, which gives 255 KiB in each."""

_Handle = asyncssh.SFTPClientFile


class RemoteFile:
    """A listed version of a file; open while it is entered, on another connection where the first one breaks."""

    def __init__(self, pool: Pool, tree: Tree, file: FileInfo) -> None:
        self._pool = pool
        self._tree = tree
        self._file = file
        self._link: Link | None = None
        self._handle: _Handle | None = None

    async def __aenter__(self) -> Self:
        """Open nothing yet: the first read does."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file where it is open; nobody waits for that."""
        if self._handle is not None and self._link is not None:
            self._pool.finish(self._link, self._handle.close())

    async def whole(self) -> bytes:
        """Give the whole content, which must fit into memory; raise FileChangedError where it is another version."""
        return b"".join(await self.read(0, self._file.size_bytes))

    async def pieces(self, offset: int) -> AsyncGenerator[bytes, None]:
        """Give the content from the offset on; a window of a few pieces is fetched while another one is used.

        Raises FileChangedError where the file is not, or at the last window no longer, the listed version.
        """
        size_bytes = self._file.size_bytes
        if offset >= size_bytes:
            await self.verify()
            return
        window, is_first = asyncio.ensure_future(self._window(offset)), True
        try:
            while offset < size_bytes:
                pieces = await window
                offset += sum(map(len, pieces))
                if offset < size_bytes:
                    window, is_first = asyncio.ensure_future(self._window(offset)), False
                elif not is_first:
                    # The last window was fetched while an earlier one was used; the file may have changed since.
                    await self.verify()
                for piece in pieces:
                    yield piece
        finally:
            window.cancel()
            await asyncio.gather(window, return_exceptions=True)

    async def read(self, offset: int, length: int) -> list[bytes]:
        """Give so many bytes in pieces, fewer only at the end of the file.

        Not to be called again before it is done. Raises FileChangedError where the file proves to be another version.
        """
        wanted = max(min(length, self._file.size_bytes - offset), 0)
        if not wanted and self._link is not None:
            return []
        pieces = await self._pool.run(partial(self._read, offset, wanted), on=self._link)
        if sum(map(len, pieces)) != wanted:
            raise FileChangedError(self._file.path)
        return pieces

    async def verify(self) -> None:
        """Raise FileChangedError or FileMissingError where the file is no longer the listed version."""
        await self._pool.run(self._require_listed, on=self._link)

    async def _window(self, offset: int) -> list[bytes]:
        return await self.read(offset, WINDOW_BYTES)

    async def _read(self, offset: int, length: int, link: Link) -> list[bytes]:
        path, handle = self._file.path, self._handle if link is self._link else None
        is_new = handle is None
        try:
            if handle is None:
                handle = await link.client.open(await self._tree.admit(link, path), "rb", block_size=0)
                self._handle, self._link = handle, link
            pieces = await _fetch(handle, link.client.limits.max_read_len, offset, length)
        except asyncssh.SFTPError as error:
            raise await self._tree.refusal(link, path, error) from error
        if is_new:
            self._tree.permission.grant()
            await self._require_listed(link)
        return pieces

    async def _require_listed(self, link: Link) -> None:
        path = self._file.path
        try:
            found = await self._tree.look(link, path)
        except asyncssh.SFTPError as error:
            raise await self._tree.refusal(link, path, error) from error
        if (found.size_bytes, found.modified_ns) != (self._file.size_bytes, self._file.modified_ns):
            raise FileChangedError(path)


async def _fetch(handle: _Handle, most: int, offset: int, length: int) -> list[bytes]:
    """Give the bytes in pieces of about PIECE_BYTES, asked for all at once in requests as large as the server takes."""
    most, end = min(most, PIECE_BYTES), offset + length
    if length <= most:
        return [await _part(handle, offset, length)]
    parts = await together(_part(handle, at, min(most, end - at)) for at in range(offset, end, most))
    count = PIECE_BYTES // most
    return parts if count == 1 else [b"".join(parts[at : at + count]) for at in range(0, len(parts), count)]


async def _part(handle: _Handle, offset: int, length: int) -> bytes:
    content: bytes = await handle.read(length, offset)
    while 0 < len(content) < length:
        more: bytes = await handle.read(length - len(content), offset + len(content))
        if not more:
            break
        content += more
    return content
