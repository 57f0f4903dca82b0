"""Keep the laws of a storage with a folder on an SFTP server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from connector.errors import SkipError
from connector.storage import finishing, refusal
from connector.storage.concurrency import together
from connector.storage.model import PIECE_BYTES, FileInfo, ReadAt
from connector.storage.sftp.address import SftpAddress, read_address
from connector.storage.sftp.listing import walk
from connector.storage.sftp.login import Link, log_in
from connector.storage.sftp.move import move, rehearse
from connector.storage.sftp.options import read_options
from connector.storage.sftp.pool import Patience, Pool
from connector.storage.sftp.remote_file import RemoteFile
from connector.storage.sftp.server import Server, read_server
from connector.storage.sftp.tree import Tree
from connector.storage.swift import needs_no_thread

__all__ = ["SftpStorage", "open_kind"]

T = TypeVar("T")

READS_PER_CONNECTION = 16
KEPT_BYTES = 1024 * 1024
"""A file up to this size is fetched whole to be examined, of a larger one first its beginning."""


def open_kind(address: str, options: Mapping[str, Any], home: Path) -> "SftpStorage":
    """Give the storage, not yet connected; raise ConfigurationError with every mistake in options, keys and files."""
    place, settings = read_address(address), read_options(options)
    server = read_server(place.login, settings, home)
    patience = Patience(settings.timeout_seconds, settings.reconnect_seconds)
    pool = Pool(partial(log_in, server, settings.timeout_seconds), size=settings.connections, patience=patience)
    return SftpStorage(place, server, pool, readers=settings.connections * READS_PER_CONNECTION)


class SftpStorage:
    """A folder on an SFTP server, read over a few connections; see Storage for the laws it keeps."""

    def __init__(self, address: SftpAddress, server: Server, pool: Pool, *, readers: int) -> None:
        self._address = address
        self._server = server
        self._pool = pool
        self._tree = Tree(address)
        self._readers = readers

    @property
    def address(self) -> str:
        """Give the address without anything that is left to the default."""
        return str(self._address)

    async def __aenter__(self) -> Self:
        """Log in and find the folder."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._pool)
            await self._pool.run(self._tree.settle)
            self._opened = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._opened.aclose()

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every file below the root in batches, several folders at once."""
        async with aclosing(walk(self._pool, self._tree)) as batches:
            async for batch in batches:
                yield batch

    async def stat(self, path: str) -> FileInfo:
        """Give the file's present version."""
        return await self._pool.run(partial(self._stat, path))

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each file's content or the error in its place; several are read at once on each connection."""
        results: list[bytes | SkipError] = [b""] * len(files)
        numbered = iter(enumerate(files))

        async def read_on() -> None:
            for at, file in numbered:
                results[at] = await self._read(file, limit_bytes)

        await together(read_on() for _ in range(min(len(files), self._readers)))
        return results

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the file; what it reads beyond the beginning is fetched when it asks."""
        loop = asyncio.get_running_loop()
        async with RemoteFile(self._pool, self._tree, file) as remote:
            head = b"".join(await remote.read(0, file.size_bytes if file.size_bytes <= KEPT_BYTES else PIECE_BYTES))

            def read_at(offset: int, length: int) -> bytes:
                if min(offset + length, file.size_bytes) <= len(head):
                    return head[offset : offset + length]
                return b"".join(asyncio.run_coroutine_threadsafe(remote.read(offset, length), loop).result())

            try:
                if needs_no_thread(examiner, file, head):
                    return examiner(read_at, file.size_bytes)
                return await asyncio.to_thread(examiner, read_at, file.size_bytes)
            finally:
                await remote.verify()

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the file's content in pieces; where the connection breaks it goes on at the byte it had reached."""
        async with RemoteFile(self._pool, self._tree, file) as remote, aclosing(remote.pieces(offset)) as pieces:
            async for piece in pieces:
                yield piece

    def introduction(self) -> Sequence[tuple[str, str]]:
        """Give the account, its key, and the key of the server."""
        means, key = self._server.means, self._pool.host_key
        told = [("logged in as", f"{self._address.login.user}, with {means.names}")]
        if means.key is not None:
            told.append(("own key", f"{means.key.get_fingerprint()} ({means.key.get_algorithm()})"))
        if key is not None:
            trust = self._server.host_keys.trust(key)
            told.append(("host key", f"{key.get_fingerprint()} ({key.get_algorithm()}), {trust}"))
        return told

    def intend(self, action: str) -> None:
        """Know `move:FOLDER` alone: files on such a server bear no tags."""
        finishing.require_known(action, {"move"}, "files on an SFTP server have no tags")

    async def rehearse(self, action: str) -> None:
        """Try the move with an empty file of our own."""
        await self._pool.run(partial(rehearse, self._tree, finishing.folder_of(action) or ""))

    async def done(self, files: Sequence[FileInfo], action: str) -> Sequence[FileInfo | SkipError]:
        """Rename each file into the folder; several at once."""
        folder = finishing.folder_of(action) or ""
        results: list[FileInfo | SkipError] = [*files]
        numbered = iter(enumerate(files))

        async def go_on() -> None:
            for at, file in numbered:
                try:
                    results[at] = await self._pool.run(partial(move, self._tree, file, folder))
                except SkipError as error:
                    results[at] = error

        await together(go_on() for _ in range(min(len(files), self._readers)))
        return results

    async def _stat(self, path: str, link: Link) -> FileInfo:
        try:
            return await self._tree.look(link, path)
        except asyncssh.SFTPError as error:
            raise await self._tree.refusal(link, path, error) from error

    async def _read(self, file: FileInfo, limit_bytes: int) -> bytes | SkipError:
        if file.size_bytes > limit_bytes:
            return refusal.too_large(file, limit_bytes)
        try:
            async with RemoteFile(self._pool, self._tree, file) as remote:
                return await remote.whole()
        except SkipError as error:
            return error
