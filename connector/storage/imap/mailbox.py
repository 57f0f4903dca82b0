"""Show the messages of one sender in a mailbox as files."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from types import TracebackType
from typing import Any, Self, TypeVar

from imapclient import IMAPClient

from connector.errors import FileChangedError, FileMissingError, SkipError, StorageUnreachableError
from connector.storage import finishing, refusal
from connector.storage.imap import changes
from connector.storage.imap.connection import MailConnection
from connector.storage.model import PIECE_BYTES, FileInfo, ReadAt

__all__ = ["MailboxStorage"]

T = TypeVar("T")

_PATH = re.compile(r"([0-9]{1,10})/([0-9]{1,10})\.eml")
_UID_WINDOW = 10_000
_AT_ONCE = 200
_LOAD_BYTES = 1024 * 1024
_FACTS = ["RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (FROM)]"]
_TOLD = {b"RFC822.SIZE", b"INTERNALDATE", b"BODY[HEADER.FIELDS (FROM)]"}
_NANOSECONDS = 1_000_000_000


class MailboxStorage:
    """A folder of a mailbox: a message is the file `UIDVALIDITY/UID.eml`; see Storage for the laws it keeps.

    A message never changes, and its path stays until the server numbers all of them anew. The sender is compared
    with the whole address in the From header; nothing but that header is read of anybody else's messages. Reading
    leaves no mark.
    """

    def __init__(self, address: str, sender: str, connection: MailConnection) -> None:
        self._address = address
        self._sender = sender.casefold()
        self._connection = connection

    @property
    def address(self) -> str:
        """Give user, server and folder."""
        return self._address

    async def __aenter__(self) -> Self:
        """Log in and open the folder."""
        try:
            await self._connection.run(lambda _: None)
        except StorageUnreachableError:
            await self._connection.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log out."""
        await self._connection.close()

    async def list(self) -> AsyncIterator[Sequence[FileInfo]]:
        """Give the sender's messages in batches; only so many numbers at a time are asked for."""
        await self._connection.run(lambda _: None, anew=True)
        for first in range(1, self._connection.next_uid, _UID_WINDOW):
            found = await self._connection.run(lambda client, first=first: self._window(client, first))  # type: ignore[misc]
            if found:
                yield found

    async def stat(self, path: str) -> FileInfo:
        """Give what the server tells of the message."""
        return await self._connection.run(lambda client: self._present(client, path))

    async def read_many(self, files: Sequence[FileInfo], *, limit_bytes: int) -> Sequence[bytes | SkipError]:
        """Give each message whole, as it was sent, or the error in its place."""
        results: list[bytes | SkipError] = []
        for start in range(0, len(files), _AT_ONCE):
            some = files[start : start + _AT_ONCE]
            results += await self._connection.run(lambda client, some=some: self._read(client, some, limit_bytes))  # type: ignore[misc]
        return results

    async def examine(self, file: FileInfo, examiner: Callable[[ReadAt, int], T]) -> T:
        """Give what the examiner makes of the message; it runs in the connection's thread."""

        def look(client: IMAPClient) -> T:
            uid = self._listed(client, file)
            return examiner(lambda offset, length: _part(client, uid, offset, length), file.size_bytes)

        return await self._connection.run(look)

    async def stream(self, file: FileInfo, *, offset: int = 0) -> AsyncIterator[bytes]:
        """Give the message in pieces."""
        position = offset
        while position < file.size_bytes:
            length = min(PIECE_BYTES, file.size_bytes - position)
            piece = await self._connection.run(lambda client, at=position, n=length: self._piece(client, file, at, n))  # type: ignore[misc]
            if not piece:
                raise FileChangedError(file.path)
            position += len(piece)
            yield piece
        if offset >= file.size_bytes:
            await self._connection.run(lambda client: self._listed(client, file))

    def introduction(self) -> Sequence[tuple[str, str]]:
        """Give the account and whose messages are read."""
        return [("logged in as", self._connection.identity), ("messages from", self._sender)]

    def intend(self, action: str) -> None:
        """Know `mark` and `move:FOLDER`."""
        finishing.require_known(action, {"mark", "move"}, "messages are marked as read or moved")

    async def rehearse(self, action: str) -> None:
        """See that the folder may be changed, and that single messages can be moved where that is wanted."""
        moves = finishing.folder_of(action) is not None
        await self._connection.run(lambda client: changes.require_possible(client, moves=moves), writing=True)
        if not self._connection.is_changeable:
            hint = "give the account the right to change the folder"
            raise StorageUnreachableError("the folder may be read and not be changed", hint=hint)

    async def done(self, files: Sequence[FileInfo], action: str) -> Sequence[FileInfo | SkipError]:
        """Mark the messages as read, or move them to another folder of the account, which is made where it is missing.

        A message that was moved is in this folder no more (FileMissingError).
        """
        folder = finishing.folder_of(action)
        if folder is None:
            await self._connection.run(
                lambda client: changes.mark(client, self._numbers(client, files, "UNSEEN")), writing=True
            )
            return list(files)
        await self._connection.run(
            lambda client: changes.move(client, self._numbers(client, files), self._connection.folder_name(folder)),
            writing=True,
        )
        return [FileMissingError(file.path) for file in files]

    def _window(self, client: IMAPClient, first: int) -> Sequence[FileInfo]:
        uids = client.search(["UID", f"{first}:{first + _UID_WINDOW - 1}", "FROM", self._sender])
        return [file for uid, file in sorted(self._facts(client, uids).items()) if uid >= first]

    def _facts(self, client: IMAPClient, uids: Sequence[int]) -> dict[int, FileInfo]:
        """Give the messages among these that are there and come from the sender."""
        found: dict[int, FileInfo] = {}
        for start in range(0, len(uids), _AT_ONCE):
            for uid, told in client.fetch(uids[start : start + _AT_ONCE], _FACTS).items():
                # A server may tell of other messages in between, and then not all that was asked for.
                if told.keys() >= _TOLD and self._is_from_sender(told):
                    path = f"{self._connection.validity}/{uid}.eml"
                    modified_ns = int(told[b"INTERNALDATE"].timestamp()) * _NANOSECONDS
                    found[uid] = FileInfo(path, told[b"RFC822.SIZE"], modified_ns)
        return found

    def _is_from_sender(self, told: dict[bytes, Any]) -> bool:
        header = BytesHeaderParser().parsebytes(told.get(b"BODY[HEADER.FIELDS (FROM)]") or b"")
        written = [str(value) for value in header.get_all("From", [])]
        return [self._sender] == [address.casefold() for _, address in getaddresses(written)]

    def _uid(self, path: str) -> int | None:
        """Give the message's number, None where the path is not of the present numbering."""
        match = _PATH.fullmatch(path)
        return int(match[2]) if match and int(match[1]) == self._connection.validity and int(match[2]) else None

    def _present(self, client: IMAPClient, path: str) -> FileInfo:
        uid = self._uid(path)
        found = self._facts(client, [uid]).get(uid) if uid else None
        if found is None or found.path != path:
            raise FileMissingError(path)
        return found

    def _listed(self, client: IMAPClient, file: FileInfo) -> int:
        """Give the number of exactly this version of the message."""
        if self._present(client, file.path) != file:
            raise FileChangedError(file.path)
        return self._uid(file.path) or 0

    def _read(self, client: IMAPClient, files: Sequence[FileInfo], limit_bytes: int) -> Sequence[bytes | SkipError]:
        uids = [self._uid(file.path) for file in files]
        present = self._facts(client, [uid for uid in uids if uid])
        wanted = {uid: file.size_bytes for uid, file in present.items() if file.size_bytes <= limit_bytes}
        bodies: dict[int, bytes | None] = {}
        for some in _loads(wanted):
            bodies.update((uid, told.get(b"BODY[]")) for uid, told in client.fetch(some, ["BODY.PEEK[]"]).items())
        return [
            self._outcome(file, present.get(uid or 0), bodies.get(uid or 0), limit_bytes)
            for uid, file in zip(uids, files, strict=True)
        ]

    def _outcome(
        self, file: FileInfo, present: FileInfo | None, body: bytes | None, limit_bytes: int
    ) -> bytes | SkipError:
        if present is None:
            return FileMissingError(file.path)
        if present != file:
            return FileChangedError(file.path)
        if file.size_bytes > limit_bytes:
            return refusal.too_large(file, limit_bytes)
        return FileMissingError(file.path) if body is None else body

    def _piece(self, client: IMAPClient, file: FileInfo, offset: int, length: int) -> bytes:
        return _part(client, self._listed(client, file), offset, length)

    def _numbers(self, client: IMAPClient, files: Sequence[FileInfo], *words: str) -> Sequence[int]:
        """Give the numbers of those among the files that are still there, from the sender, and fit the words."""
        there = set(client.search([*words, "FROM", self._sender]))
        return sorted(uid for file in files if (uid := self._uid(file.path)) in there and uid)


def _loads(sizes: dict[int, int]) -> Iterator[list[int]]:
    """Put messages together that are fetched at once: many small ones, large ones alone, so that memory stays small."""
    load: list[int] = []
    total = 0
    for uid, size_bytes in sizes.items():
        if load and total + size_bytes > _LOAD_BYTES:
            yield load
            load, total = [], 0
        load.append(uid)
        total += size_bytes
    if load:
        yield load


def _part(client: IMAPClient, uid: int, offset: int, length: int) -> bytes:
    if length <= 0:
        return b""
    told = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{length}>"]).get(uid, {})
    content: bytes = next((value for key, value in told.items() if key.startswith(b"BODY[]")), b"") or b""
    return content
