"""Be a storage on any object store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from connector import settings
from connector.errors import SkipError, StorageUnreachableError
from connector.line import Line, Patience
from connector.storage import finishing, refusal
from connector.storage.bucket.bucket import Bucket, is_path
from connector.storage.bucket.exchange import Exchange
from connector.storage.bucket.finishing import Finishing
from connector.storage.bucket.reading import Reading
from connector.storage.bucket.service import Service
from connector.storage.bucket.window import HEAD_BYTES, Window
from connector.storage.concurrency import together
from connector.storage.model import FileInfo, ReadAt
from connector.storage.swift import needs_no_thread

__all__ = ["BucketStorage", "open_bucket"]

T = TypeVar("T")

PAGE_FILES = 1000
CONCURRENT_READS = 32
EXAMINERS = 16


class BucketStorage:
    """A folder of a bucket; see Storage for the laws it keeps.

    Every byte is asked for together with the version that was listed, so what is read is that version or nothing.
    """

    def __init__(self, service: Service, line: Line) -> None:
        self._service = service
        self._line = line
        self._bucket = Bucket(service, Exchange(service, line))
        self._reading = Reading(self._bucket)
        self._finishing = Finishing(self._bucket, service.writing)
        self._stack = AsyncExitStack()
        # A pool of its own: examiners wait for the network and must not take the threads that others need to go on.
        self._threads = ThreadPoolExecutor(EXAMINERS, "examining")
        self._reads = asyncio.Semaphore(CONCURRENT_READS)

    @property
    def address(self) -> str:
        """Give scheme, bucket and folder."""
        return self._service.address

    async def __aenter__(self) -> Self:
        """See that the bucket is there and may be listed."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._line)
            await self._bucket.page(None, most=1)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._stack.aclose()

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give every object below the folder, page by page."""
        marker: str | None = None
        start = len(self._service.folder)
        while True:
            page = await self._bucket.page(marker, PAGE_FILES)
            batch = [
                FileInfo(file.path[start:], file.size_bytes, file.modified_ns, file.etag)
                for file in page.files
                if is_path(file.path[start:])
            ]
            if batch:
                yield batch
            if page.marker is None:
                return
            if page.marker == marker:
                message = f"{self.address}: the listing does not come to an end"
                raise StorageUnreachableError(message, hint="the store repeats a page: see what stands in between")
            marker = page.marker

    async def stat(self, path: str) -> FileInfo:
        """Give the object's present version."""
        return await self._bucket.stat(path)

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each object's bytes or the error in its place; many at a time."""
        return await together(self._read_or_skip(file, limit_bytes) for file in files)

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the object; its beginning is there before a thread is taken."""
        file = await self._reading.pinned(file)
        head = await self._reading.span(file, 0, min(HEAD_BYTES, file.size_bytes)) if file.size_bytes else b""
        if needs_no_thread(examiner, file, head):
            result = examiner(lambda offset, length: head[offset : offset + length], file.size_bytes)
        else:
            result = await self._examine(file, head, examiner)
        await self._reading.require_unchanged(file)
        return result

    async def _examine(self, file: FileInfo, head: bytes, examiner: Callable[[ReadAt, int], T]) -> T:
        loop = asyncio.get_running_loop()

        def fetch(offset: int, length: int) -> bytes:
            return asyncio.run_coroutine_threadsafe(self._reading.span(file, offset, length), loop).result()

        window = Window(head, file.size_bytes, fetch)
        return await loop.run_in_executor(self._threads, examiner, window.read_at, file.size_bytes)

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the object's bytes in pieces; a broken connection is taken up again where it broke.

        The last piece is given after checksum and version were compared, so who got all pieces has the right ones.
        """
        file = await self._reading.pinned(file)
        kept = b""
        async with aclosing(self._reading.pieces(file, offset)) as pieces:
            async for piece in pieces:
                if kept:
                    yield kept
                kept = piece
        await self._reading.require_unchanged(file)
        if kept:
            yield kept

    def introduction(self) -> Sequence[tuple[str, str]]:
        """Give who asks."""
        return [("asked as", self._service.identity)]

    def intend(self, action: str) -> None:
        """Know `tag` and `move:FOLDER`."""
        finishing.require_known(action, {"move", "tag"}, f"objects of {self._service.name} are moved or tagged")
        self._service.writing.prepare()

    async def rehearse(self, action: str) -> None:
        """Ask for the same with an object that is not there."""
        await self._finishing.rehearse(finishing.folder_of(action))

    async def done(self, files: Sequence[FileInfo], action: str) -> Sequence[FileInfo | SkipError]:
        """Copy each object into the folder and remove it, or tag it; several at once."""
        return await self._finishing.done(files, finishing.folder_of(action))

    async def _read_or_skip(self, file: FileInfo, limit_bytes: int) -> bytes | SkipError:
        if file.size_bytes > limit_bytes:
            return refusal.too_large(file, limit_bytes)
        try:
            async with self._reads:
                return await self._reading.whole(await self._reading.pinned(file))
        except SkipError as error:
            return error


def open_bucket(service: Service, home: Path, patience: Patience | None = None) -> BucketStorage:
    """Give the storage on a service, not yet connected, with the authorities that the project's settings name."""
    return BucketStorage(service, Line(ca_file=settings.load(home).ca_file, patience=patience))
