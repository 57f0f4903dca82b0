"""Find files below the root on an SFTP server, and say what became of those that are not to be had."""

import posixpath

import asyncssh

from connector.errors import FileMissingError, SkipError, StorageUnreachableError
from connector.storage import refusal
from connector.storage.model import FileInfo
from connector.storage.naming import real_name, reject_stray, shown_name
from connector.storage.sftp.address import SftpAddress
from connector.storage.sftp.login import Link
from connector.storage.sftp.permission import Permission

__all__ = ["Tree", "version"]

NANOSECONDS = 1_000_000_000
MOST_REMEMBERED_FOLDERS = 10_000
_FILE = frozenset({asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN})
_GONE = (
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPNotADirectory,
    asyncssh.SFTPFileIsADirectory,
    asyncssh.SFTPInvalidFilename,
    asyncssh.SFTPLinkLoop,
)
_DISCONNECTED = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)


def version(path: str, attributes: asyncssh.SFTPAttrs) -> FileInfo:
    """Give the version that a server describes; its times are whole seconds."""
    return FileInfo(path, attributes.size or 0, (attributes.mtime or 0) * NANOSECONDS)


class Tree:
    """The root of a storage as the server knows it, and the way from it to a file."""

    def __init__(self, address: SftpAddress) -> None:
        self._address = address
        self._root = ""
        self._inside: set[str] = set()
        self.permission = Permission()

    @property
    def user(self) -> str:
        """Give who is logged in."""
        return self._address.login.user

    def place(self, path: str) -> str:
        """Give the server's own path of a file or folder below the root; "" is the root."""
        return self._root + real_name(path)

    async def settle(self, link: Link) -> None:
        """Find the root; raise StorageUnreachableError where there is no folder that may be read."""
        folder = self._address.folder
        try:
            root = await link.client.realpath(folder)
            kind = (await link.client.stat(root)).type
            if kind not in {asyncssh.FILEXFER_TYPE_DIRECTORY, asyncssh.FILEXFER_TYPE_UNKNOWN}:
                hint = "name the folder that holds the files"
                raise StorageUnreachableError(f"{self._named(folder)} is a file, not a folder", hint=hint)
            await anext(aiter(link.client.scandir(root)), None)
        except _DISCONNECTED:
            raise
        except asyncssh.SFTPError as error:
            raise await self._unreachable(link, folder, error) from error
        self._root = f"{root.rstrip('/')}/"

    async def admit(self, link: Link, path: str) -> str:
        """Give the server's own path of a file; raise FileMissingError where its folder lies outside the root."""
        reject_stray(path)
        place = self.place(path)
        folder = posixpath.dirname(place)
        if folder not in self._inside:
            if not await self._is_inside(link, folder):
                raise FileMissingError(path)
            if len(self._inside) >= MOST_REMEMBERED_FOLDERS:
                self._inside.clear()
            self._inside.add(folder)
        return place

    async def look(self, link: Link, path: str) -> FileInfo:
        """Give the file's present version; raise FileMissingError where it is none or leads out of the root."""
        place = await self.admit(link, path)
        found = await link.client.lstat(place)
        if found.type == asyncssh.FILEXFER_TYPE_SYMLINK:
            if not await self._is_inside(link, place):
                raise FileMissingError(path)
            found = await link.client.stat(place)
        if found.type not in _FILE:
            raise FileMissingError(path)
        return version(path, found)

    async def refusal(self, link: Link, path: str, error: asyncssh.SFTPError) -> SkipError:
        """Give what an answer means for this file; raise the error itself where it is the connection that is gone.

        Raises StorageUnreachableError where the root is gone, and where no file at all may be read.
        """
        if isinstance(error, _DISCONNECTED):
            raise error
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            user = self._address.login.user
            if await self.permission.is_lacking(link, self.place(path)):
                message = f"none of the files in {self._named(self._address.folder)} may be read"
                raise StorageUnreachableError(message, hint=f"let the user {user} read them") from error
            return refusal.unreadable(path, "the server does not allow it", f"let the user {user} read it")
        if isinstance(error, asyncssh.SFTPBadMessage):
            # OpenSSH says so of a name that is too long; asyncssh of a server that makes no sense, and ends with it.
            await link.client.realpath(".")
        if isinstance(error, (*_GONE, asyncssh.SFTPBadMessage)) or await self._is_no_file(link, path, error):
            await self.require_root(link)
            return FileMissingError(path)
        return refusal.unreadable(path, f"the server says: {error.reason}")

    async def _is_no_file(self, link: Link, path: str, error: asyncssh.SFTPError) -> bool:
        """Tell whether a failure is that of reading a folder, which is told no better than a broken disk."""
        if not isinstance(error, asyncssh.SFTPFailure):
            return False
        try:
            await self.look(link, path)
        except FileMissingError:
            return True
        except asyncssh.SFTPError as second:
            if isinstance(second, _DISCONNECTED):
                raise
            return isinstance(second, _GONE)
        return False

    async def require_root(self, link: Link) -> None:
        """Raise StorageUnreachableError where the root is gone: then nothing in it counts as deleted."""
        try:
            await link.client.stat(self._root)
        except _DISCONNECTED:
            raise
        except asyncssh.SFTPError as error:
            raise await self._unreachable(link, self._address.folder, error) from error

    async def require_listable(self, link: Link, path: str, error: asyncssh.SFTPError) -> None:
        """Raise StorageUnreachableError for a folder that cannot be listed, but for one that vanished meanwhile."""
        if isinstance(error, _DISCONNECTED):
            raise error
        if path and isinstance(error, _GONE):
            await self.require_root(link)
            return
        raise await self._unreachable(link, shown_name(self.place(path)), error) from error

    async def _is_inside(self, link: Link, place: str) -> bool:
        return f"{await link.client.realpath(place)}/".startswith(self._root)

    def _named(self, folder: str) -> str:
        return f"{'the login folder' if folder == '.' else folder} on {self._address.login.host}"

    async def _unreachable(self, link: Link, folder: str, error: asyncssh.SFTPError) -> StorageUnreachableError:
        named = self._named(folder)
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            hint = f"let the user {self._address.login.user} read and enter it, or name another folder"
            return StorageUnreachableError(f"the folder {named} may not be read", hint=hint)
        if isinstance(error, _GONE):
            return StorageUnreachableError(f"there is no folder {named}", hint=await self._remedy(link, folder))
        hint = "the server's log may say more; then run again"
        return StorageUnreachableError(f"the folder {named} cannot be read: {error.reason}", hint=hint)

    async def _remedy(self, link: Link, folder: str) -> str:
        """Tell where the folder is: people write as absolute what lies below the folder in which the login ends."""
        try:
            home = await link.client.realpath(".")
            is_below = folder.startswith("/") and await link.client.isdir(posixpath.join(home, folder.lstrip("/")))
        except asyncssh.SFTPError as error:
            if isinstance(error, _DISCONNECTED):
                raise
            return "correct the address, or have the folder made"
        if is_below:
            there = SftpAddress(self._address.login, folder.lstrip("/"))
            return f"there is one below the folder in which the login ends, {shown_name(home)}: write {there}"
        return f"the login ends in the folder {shown_name(home)}; correct the address, or have the folder made"
