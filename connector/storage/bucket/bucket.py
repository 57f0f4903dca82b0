"""Ask a bucket for its listing and for the facts of an object, and tell what a refusal means."""

from collections.abc import Sequence

from connector.errors import ConnectorError, FileChangedError, FileMissingError, StorageUnreachableError
from connector.line import Answer
from connector.storage import refusal
from connector.storage.bucket.exchange import Exchange
from connector.storage.bucket.permission import Permission
from connector.storage.bucket.service import Page, Service, Standing, refusal_of
from connector.storage.model import FileInfo

__all__ = ["Bucket", "is_path"]


class Bucket:
    """A folder of a bucket, asked over one exchange."""

    def __init__(self, service: Service, exchange: Exchange) -> None:
        self.service = service
        self.exchange = exchange
        self.permission = Permission(self._look_up, self._first_names)

    async def page(self, marker: str | None, most: int) -> Page:
        """Give a part of the listing; raise StorageUnreachableError with the remedy where it is refused."""
        answer = await self.exchange.fetch(self.service.listing(marker, most))
        if self.service.judge(answer) is not Standing.GOOD:
            raise refusal_of(self.service, answer)
        try:
            return self.service.page(answer.body)
        except ValueError:
            trouble = self._senseless()
        raise trouble

    async def stat(self, path: str) -> FileInfo:
        """Give the object's present version."""
        answer = await self._look_up(self.name(path))
        if self.service.judge(answer) is not Standing.GOOD:
            raise await self.failure(path, answer)
        try:
            return self.service.facts(path, answer)
        except ValueError:
            trouble = self._senseless()
        raise trouble

    async def failure(self, path: str, answer: Answer) -> ConnectorError:
        """Tell what it means that an object was not given: whether it concerns the one or all of them."""
        standing = self.service.judge(answer)
        if standing is Standing.CHANGED:
            # Some say of an object that is gone, too, that it is not the version asked for.
            return await self._gone(path) or FileChangedError(path)
        if standing is Standing.ARCHIVED:
            return refusal.unreadable(path, "it lies in an archive tier", "restore it to a tier that can be read")
        if standing is Standing.MISSING:
            # A bucket that is gone takes every object with it: that is told from one object that is gone.
            await self.page(None, most=1)
            return FileMissingError(path)
        if standing is Standing.FORBIDDEN and not await self.permission.is_lacking(self.name(path)):
            return refusal.unreadable(path, "access is denied", "let the connector's account read it")
        return refusal_of(self.service, answer)

    async def _gone(self, path: str) -> FileMissingError | None:
        try:
            await self.stat(path)
        except FileMissingError as error:
            return error
        return None

    def name(self, path: str) -> str:
        """Give the object's whole name; raise FileMissingError where the path cannot be one."""
        if not is_path(path):
            raise FileMissingError(path)
        return self.service.folder + path

    async def _look_up(self, name: str) -> Answer:
        return await self.exchange.fetch(self.service.lookup(name))

    async def _first_names(self, most: int) -> Sequence[str]:
        page = await self.page(None, most)
        return [file.path for file in page.files]

    def _senseless(self) -> StorageUnreachableError:
        message = f"{self.service.address}: the answer is none of {self.service.name}"
        return StorageUnreachableError(message, hint="see whether the endpoint is right, and what stands in between")


def is_path(path: str) -> bool:
    """Tell whether the path can name a file: "." and ".." mean something on the way, what ends in "/" is a folder."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return bool(path) and not path.endswith("/") and "\0" not in path and {".", ".."}.isdisjoint(path.split("/"))
