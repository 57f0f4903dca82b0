"""Tell one file that may not be read from a folder of which nothing may be read."""

import asyncio
import posixpath
from contextlib import aclosing
from typing import Any, cast

import asyncssh

from connector.storage.sftp.login import Link

__all__ = ["Permission"]

MOST_TRIED = 5


class Permission:
    """What is known of the right to read: granted by the first file that was read.

    Without this a missing right, such as one that the account which writes the files does not give, would refuse every
    single conversation.
    """

    def __init__(self) -> None:
        self._is_granted = False
        self._lock = asyncio.Lock()

    def grant(self) -> None:
        """Take note that a file could be read."""
        self._is_granted = True

    async def is_lacking(self, link: Link, place: str) -> bool:
        """Tell whether the files beside this one, which may not be read, may not be read either."""
        async with self._lock:
            tried = 0 if self._is_granted else await self._count_closed(link, place)
        return tried > 0

    async def _count_closed(self, link: Link, place: str) -> int:
        """Give how many other files were tried without success, 0 as soon as one can be opened."""
        folder, own = posixpath.split(place)
        closed = 0
        try:
            async with aclosing(cast(Any, link.client.scandir(folder))) as entries:
                async for entry in entries:
                    if entry.attrs.type != asyncssh.FILEXFER_TYPE_REGULAR or entry.filename == own:
                        continue
                    if await _can_open(link, posixpath.join(folder, entry.filename)):
                        self._is_granted = True
                        return 0
                    closed += 1
                    if closed == MOST_TRIED:
                        break
        except asyncssh.SFTPPermissionDenied:
            # A folder may be entered and not be read.
            return closed
        return closed


async def _can_open(link: Link, place: str) -> bool:
    try:
        handle = await link.client.open(place, "rb", block_size=0)
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile):
        return False
    await handle.close()
    return True
