"""Read the bytes of exactly the version of an object that was listed."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from connector.errors import FileChangedError, StorageUnreachableError, TryAgainError
from connector.line import Answer, Effort, Response
from connector.storage import refusal
from connector.storage.bucket.bucket import Bucket
from connector.storage.bucket.checksum import Checksum
from connector.storage.model import FileInfo

__all__ = ["Reading"]

TRIES_OF_A_CHECKSUM = 2


class Reading:
    """The ways to read an object; each asks for its bytes together with the version that was listed."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._service = bucket.service
        self._exchange = bucket.exchange

    async def pinned(self, file: FileInfo) -> FileInfo:
        """Give the file with the etag that its reads are bound to; one without is looked up and compared."""
        if file.etag is not None:
            return file
        present = await self._bucket.stat(file.path)
        if (present.size_bytes, present.modified_ns) != (file.size_bytes, file.modified_ns):
            raise FileChangedError(file.path)
        return present

    async def require_unchanged(self, file: FileInfo) -> None:
        """Raise FileChangedError or FileMissingError where the object no longer is this version."""
        present = await self._bucket.stat(file.path)
        if (present.size_bytes, present.etag) != (file.size_bytes, file.etag):
            raise FileChangedError(file.path)

    async def whole(self, file: FileInfo) -> bytes:
        """Give all bytes of the object, compared with its checksum; once more where they differ."""
        if not file.size_bytes:
            await self.require_unchanged(file)
            return b""
        effort = self._exchange.effort()
        for _ in range(TRIES_OF_A_CHECKSUM):
            content, checksum = await self._attempt(file, effort)
            checksum.update(content)
            if checksum.matches:
                return content
        raise refusal.corrupted(file.path)

    async def span(self, file: FileInfo, offset: int, length: int) -> bytes:
        """Give so many bytes of the object from the offset on."""
        effort = self._exchange.effort()
        while True:
            try:
                async with self._opened(file, offset, offset + length) as response:
                    content = await response.read(length)
            except TryAgainError as trouble:
                await effort.failed(trouble)
                continue
            if len(content) != length:
                raise FileChangedError(file.path)
            return content

    async def pieces(self, file: FileInfo, offset: int) -> AsyncGenerator[bytes, None]:
        """Give the bytes from the offset on; a broken connection is taken up again where it broke."""
        effort, position = self._exchange.effort(), offset
        checksum = Checksum()
        while position < file.size_bytes:
            try:
                async with self._opened(file, position, file.size_bytes) as response:
                    if position == 0:
                        checksum = self._service.checksum(response.headers)
                    while piece := await response.piece():
                        effort.progressed()
                        position += len(piece)
                        checksum.update(piece)
                        yield piece
            except TryAgainError as trouble:
                await effort.failed(trouble)
            else:
                if position != file.size_bytes:
                    raise FileChangedError(file.path)
        if not checksum.matches:
            raise refusal.corrupted(file.path)

    async def _attempt(self, file: FileInfo, effort: Effort) -> tuple[bytes, Checksum]:
        """Give an object's bytes and the check that came with them."""
        while True:
            try:
                async with self._opened(file, 0, file.size_bytes) as response:
                    content = await response.read(file.size_bytes + 1)
                break
            except TryAgainError as trouble:
                await effort.failed(trouble)
        if len(content) != file.size_bytes:
            raise FileChangedError(file.path)
        if self._service.etag(response.headers) is None:
            await self.require_unchanged(file)
        return content, self._service.checksum(response.headers)

    @asynccontextmanager
    async def _opened(self, file: FileInfo, offset: int, end: int) -> AsyncIterator[Response]:
        """Give the bytes between, of exactly the listed version, on their way."""
        span = None if (offset, end) == (0, file.size_bytes) else (offset, end)
        request = self._service.content(self._bucket.name(file.path), file.etag, span)
        async with self._exchange.opened(request) as response:
            if isinstance(response, Answer):
                raise await self._bucket.failure(file.path, response)
            if self._service.etag(response.headers) not in {None, file.etag}:
                raise FileChangedError(file.path)
            # Not the status: some answer a part with 200, and say in a header what they give.
            if span is not None and not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
                message = f"{self._service.address}: {self._service.name} gives whole objects where a part is asked for"
                raise StorageUnreachableError(message, hint="the store must understand requests for a range of bytes")
            self._bucket.permission.granted()
            yield response
