"""Put objects away that are done with: copied and removed, or tagged."""

import asyncio
import secrets
from collections.abc import Coroutine, Sequence
from typing import Any

from connector.errors import ConnectorError, FileChangedError, FileMissingError, SkipError, StorageUnreachableError
from connector.line import Answer
from connector.storage import finishing
from connector.storage.bucket.bucket import Bucket
from connector.storage.bucket.service import Standing
from connector.storage.bucket.writing import Copied, Writing
from connector.storage.concurrency import together
from connector.storage.model import FileInfo

__all__ = ["Finishing"]

AT_ONCE = 16
LOOK_AGAIN_SECONDS = 0.5
MOST_LOOKS = 240


class Finishing:
    """What is done with the objects of one folder of a bucket."""

    def __init__(self, bucket: Bucket, writing: Writing) -> None:
        self._bucket = bucket
        self._writing = writing
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def done(self, files: Sequence[FileInfo], folder: str | None) -> Sequence[FileInfo | SkipError]:
        """Move the objects to the folder, or tag them where there is none; see Finisher for what comes back."""
        return await together(self._put_away(file, folder) for file in files)

    async def rehearse(self, folder: str | None) -> None:
        """Ask for changes of an object that is not there: who may make them is told that it is missing.

        Raises StorageUnreachableError where they are not allowed.
        """
        name = f".connector-check-{secrets.token_hex(4)}"
        absent, writing = self._bucket.name(name), self._writing
        if folder is None:
            asked = [writing.tag(absent, b"")]
        else:
            target = self._bucket.name(f"{folder}/{name}")
            asked = [writing.copy(absent, None, target), writing.remove(absent, None)]
        for request in asked:
            answer = await self._bucket.exchange.fetch(request)
            if self._standing(answer) not in {Standing.GOOD, Standing.MISSING, Standing.CHANGED}:
                what = "tagged" if folder is None else f"moved to {folder}"
                message = f"{self._bucket.service.address}: objects cannot be {what}: {self._why(answer)}"
                raise StorageUnreachableError(message, hint=writing.rights)

    async def _put_away(self, file: FileInfo, folder: str | None) -> FileInfo | SkipError:
        try:
            async with self._slots:
                return await (self._tag(file) if folder is None else self._move(file, folder))
        except SkipError as error:
            return error

    async def _tag(self, file: FileInfo) -> FileInfo:
        name = self._bucket.name(file.path)
        self._require_listed(file, await self._look(file.path))
        asked = self._writing.tags(name)
        present = (await self._asked(file, self._bucket.exchange.fetch(asked))).body if asked else b""
        try:
            request = self._writing.tag(name, present)
        except ValueError as error:
            raise finishing.failed(file.path, "its tags make no sense", "see what stands in between") from error
        await self._asked(file, self._bucket.exchange.fetch(request))
        return file

    async def _move(self, file: FileInfo, folder: str) -> FileInfo:
        source = await self._look(file.path)
        if source is not None:
            self._require_listed(file, source)
        for path in finishing.goals(folder, file.path):
            there = await self._look(path)
            if source is None:
                if there is None:
                    raise FileMissingError(file.path)
                if self._facts(path, there).size_bytes != file.size_bytes:
                    continue
                return self._facts(path, there)
            if there is not None and not self._is_copy(source, there):
                continue
            if there is None:
                there = await self._copied(file, path)
            await self._removed(file)
            return self._facts(path, there)
        raise finishing.crowded(file.path, folder)

    async def _copied(self, file: FileInfo, path: str) -> Answer:
        """Copy, and give a look at the copy."""
        bucket, writing = self._bucket, self._writing
        request = writing.copy(bucket.name(file.path), file.etag, bucket.name(path))
        state = writing.progress(await self._asked(file, bucket.exchange.fetch(request)))
        for _ in range(MOST_LOOKS):
            there = await self._look(path)
            if state is Copied.UNDER_WAY and there is not None:
                state = writing.progress(there)
            if state is not Copied.UNDER_WAY:
                break
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        if state is not Copied.WHOLE or there is None or self._facts(path, there).size_bytes != file.size_bytes:
            raise finishing.failed(file.path, "its copy did not come to an end", "the next run tries again")
        return there

    async def _removed(self, file: FileInfo) -> None:
        request = self._writing.remove(self._bucket.name(file.path), file.etag)
        answer = await self._bucket.exchange.fetch(request)
        if self._standing(answer) not in {Standing.GOOD, Standing.MISSING}:
            raise self._refusal(file, answer)

    async def _asked(self, file: FileInfo, asking: Coroutine[Any, Any, Answer]) -> Answer:
        answer = await asking
        if self._standing(answer) is not Standing.GOOD:
            raise self._refusal(file, answer)
        return answer

    def _refusal(self, file: FileInfo, answer: Answer) -> ConnectorError:
        standing = self._standing(answer)
        if standing is Standing.MISSING:
            return FileMissingError(file.path)
        if standing is Standing.CHANGED:
            return FileChangedError(file.path)
        return finishing.failed(file.path, self._why(answer), self._writing.rights)

    def _why(self, answer: Answer) -> str:
        code = self._bucket.service.code_of(answer)
        return f"{self._bucket.service.name} refuses it with status {answer.status} {code}".rstrip()

    async def _look(self, path: str) -> Answer | None:
        answer = await self._bucket.exchange.fetch(self._bucket.service.lookup(self._bucket.name(path)))
        standing = self._standing(answer)
        if standing is Standing.MISSING:
            return None
        if standing is not Standing.GOOD:
            raise await self._bucket.failure(path, answer)
        return answer

    def _standing(self, answer: Answer) -> Standing:
        return self._bucket.service.judge(answer)

    def _facts(self, path: str, answer: Answer) -> FileInfo:
        try:
            return self._bucket.service.facts(path, answer)
        except ValueError as error:
            raise finishing.failed(path, "what the store tells of it makes no sense", "see what is between") from error

    def _require_listed(self, file: FileInfo, found: Answer | None) -> None:
        if found is None:
            raise FileMissingError(file.path)
        there = self._facts(file.path, found)
        same = there.etag == file.etag if file.etag else there.modified_ns == file.modified_ns
        if not same or there.size_bytes != file.size_bytes:
            raise FileChangedError(file.path)

    def _is_copy(self, one: Answer, other: Answer) -> bool:
        """Tell whether the other object is a copy of the one, left by a move that was cut short."""
        digest = self._writing.digest(one)
        return digest is not None and digest == self._writing.digest(other)
