import os

import asyncssh
import pytest

from connector.errors import FileChangedError, SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import FileInfo

CONTENT = os.urandom(700_000)


async def listed(storage):
    return sorted([file async for batch in storage.list() for file in batch], key=lambda file: file.path)


class Terse(asyncssh.SFTPServer):
    """Tells in a listing nothing but names."""

    async def scandir(self, path):
        async for entry in super().scandir(path):
            yield asyncssh.SFTPName(entry.filename, b"", asyncssh.SFTPAttrs())


class Hostile(asyncssh.SFTPServer):
    """Lists names that lead elsewhere."""

    async def scandir(self, path):
        async for entry in super().scandir(path):
            yield entry
        attributes = asyncssh.SFTPAttrs(size=2, permissions=0o100644, atime=1, mtime=1)
        for name in (b"../call-9.json", b"/etc/passwd", b"a\0b", b""):
            yield asyncssh.SFTPName(name, b"", attributes)


class Sparing(asyncssh.SFTPServer):
    """Gives fewer bytes than were asked for."""

    def read(self, file_obj, offset, size):
        return super().read(file_obj, offset, min(size, 5_000))


class Shrunken(asyncssh.SFTPServer):
    """Ends every file early, and goes on telling its old size."""

    def read(self, file_obj, offset, size):
        return super().read(file_obj, offset, size) if offset < 1_000 else b""


class Failing(asyncssh.SFTPServer):
    """Cannot read one file."""

    def read(self, file_obj, offset, size):
        if b"broken" in file_obj.name.encode() if isinstance(file_obj.name, str) else b"broken" in file_obj.name:
            raise asyncssh.SFTPFailure("I/O error")
        return super().read(file_obj, offset, size)


class Unstable(asyncssh.SFTPServer):
    """Ends the connection whenever a file is opened."""

    def open(self, path, pflags, attrs):  # noqa: ARG002
        self.channel.get_connection().abort()
        raise asyncssh.SFTPFailure("never told")


async def test_a_listing_without_attributes_is_completed(odd_storage, tmp_path):
    """Where a listing tells only names, each entry is asked for: folders are entered and files have their version."""
    folder = tmp_path / "exports" / "2026"
    folder.mkdir()
    (folder / "call-1.json").write_text("{}")
    async with odd_storage(Terse) as storage:
        found = await listed(storage)
        assert [await storage.stat("2026/call-1.json")] == found
    assert 2 == found[0].size_bytes


async def test_names_that_lead_elsewhere_are_left_out(odd_storage, tmp_path):
    """No name in a listing makes a path that leaves the root."""
    (tmp_path / "exports" / "call-1.json").write_text("{}")
    async with odd_storage(Hostile) as storage:
        assert ["call-1.json"] == [file.path for file in await listed(storage)]


async def test_short_answers_are_completed(odd_storage, tmp_path):
    """A server that gives less than was asked for is asked for the rest."""
    (tmp_path / "exports" / "call-1.wav").write_bytes(CONTENT)
    async with odd_storage(Sparing) as storage:
        file = await storage.stat("call-1.wav")
        assert CONTENT == b"".join([piece async for piece in storage.stream(file)])
        assert [CONTENT] == await storage.read_many([file], limit_bytes=1_000_000)
        assert CONTENT[5:] == await storage.examine(file, lambda read_at, size: read_at(5, size))


async def test_a_file_that_ends_early_is_never_taken_for_whole(odd_storage, tmp_path):
    """A file with fewer bytes than its size is told as changed, not as read."""
    (tmp_path / "exports" / "call-1.wav").write_bytes(CONTENT)
    async with odd_storage(Shrunken) as storage:
        file = await storage.stat("call-1.wav")
        with pytest.raises(FileChangedError):
            [piece async for piece in storage.stream(file)]
        assert isinstance((await storage.read_many([file], limit_bytes=1_000_000))[0], FileChangedError)


async def test_a_file_that_the_server_cannot_read_disturbs_no_other(odd_storage, tmp_path):
    """A failure with one file is that file's, with what the server says of it."""
    for name in ("broken.json", "sound.json"):
        (tmp_path / "exports" / name).write_text("{}")
    async with odd_storage(Failing) as storage:
        broken, sound = await storage.read_many(await listed(storage), limit_bytes=100)
    assert b"{}" == sound
    assert isinstance(broken, SkipError)
    assert Code.UNREADABLE == broken.code
    assert "I/O error" in str(broken)


async def test_a_server_that_breaks_under_every_try_ends_the_work(odd_storage, tmp_path):
    """A server that ends each connection at the same request is left after a few, with a clean error."""
    (tmp_path / "exports" / "call-1.json").write_text("{}")
    async with odd_storage(Unstable) as storage:
        file = await storage.stat("call-1.json")
        with pytest.raises(StorageUnreachableError, match="ends every connection") as caught:
            await storage.read_many([file], limit_bytes=100)
    assert caught.value.hint


async def test_a_storage_may_be_opened_again(odd_storage, tmp_path):
    """After it was closed a storage can be entered anew."""
    (tmp_path / "exports" / "call-1.json").write_text("{}")
    async with odd_storage(asyncssh.SFTPServer) as storage:
        pass
    assert "sftp://" in storage.address
    async with odd_storage(asyncssh.SFTPServer) as storage:
        before = await listed(storage)
        await storage.__aexit__(None, None, None)
        async with storage as again:
            assert before == await listed(again)
        await storage.__aenter__()
    assert isinstance(before[0], FileInfo)
