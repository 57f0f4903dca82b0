"""Hold a mailbox to the laws of a storage, as far as a message, which nobody names or changes, can break them."""

import pytest

from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.reason import Code
from connector.storage import FileInfo, open_storage
from connector.storage.model import PIECE_BYTES, Finisher

HEAD = b"From: no-reply@ccaiplatform.com\r\n\r\n"
BODIES = [b"{}\r\n", b"x" * 70 + b"\r\n", (b"y" * 70 + b"\r\n") * (2 * PIECE_BYTES // 72)]


@pytest.fixture
def messages():
    return [HEAD + body for body in BODIES]


@pytest.fixture
def mailbox(mail_server, messages, tmp_path):
    """Give a mailbox with the messages, not yet connected."""
    user = mail_server.new_user()
    for message in messages:
        mail_server.deliver(user, message)
    return open_storage(mail_server.address(user), mail_server.options, tmp_path)


async def listed(storage):
    found = [file async for batch in storage.list() for file in batch]
    return sorted(found, key=lambda file: file.size_bytes)


async def test_each_message_is_a_file_that_is_listed_once(mailbox, messages):
    """Every message comes once with its size, and a second listing gives the same."""
    async with mailbox as storage:
        found = await listed(storage)
        assert found == await listed(storage)
        assert found == [await storage.stat(file.path) for file in found]
    assert [len(message) for message in messages] == [file.size_bytes for file in found]
    assert 3 == len({file.path for file in found})


async def test_an_error_stands_in_its_place(mailbox, messages):
    """A message that is gone, another version or too large does not disturb the others."""
    async with mailbox as storage:
        small, middle, large = await listed(storage)
        gone, alien = small._replace(path=small.path.replace("/", "/9")), FileInfo("../x", 1, 1)
        other = small._replace(size_bytes=1)
        got = await storage.read_many([middle, gone, alien, other, large, small], limit_bytes=1000)
    assert [messages[1], messages[0]] == [got[0], got[5]]
    assert [FileMissingError, FileMissingError, FileChangedError] == [type(one) for one in got[1:4]]
    assert isinstance(got[4], SkipError)
    assert Code.UNREADABLE == got[4].code


async def test_an_examiner_reads_anywhere(mailbox, messages):
    """The examiner gets bytes at any offset, fewer at the end, none behind it, and its errors come through."""
    async with mailbox as storage:
        *_, large = await listed(storage)
        size = len(messages[2])
        places = [(0, 5), (100, 300_000), (size - 3, 10), (size, 10)]
        got = await storage.examine(large, lambda read_at, _: [read_at(*place) for place in places])
        assert [messages[2][at : at + length] for at, length in places] == got
        with pytest.raises(ZeroDivisionError):
            await storage.examine(large, lambda _, size_bytes: size_bytes // 0)
        with pytest.raises(FileChangedError):
            await storage.examine(large._replace(modified_ns=1), lambda *_: None)


@pytest.mark.parametrize("offset", [0, 100, PIECE_BYTES])
async def test_a_stream_gives_the_rest(mailbox, messages, offset):
    """All pieces together are the message from the offset on; another version is refused."""
    async with mailbox as storage:
        *_, large = await listed(storage)
        pieces = [piece async for piece in storage.stream(large, offset=offset)]
        with pytest.raises(FileChangedError):
            [piece async for piece in storage.stream(large._replace(size_bytes=large.size_bytes + 1))]
    assert messages[2][offset:] == b"".join(pieces)
    assert max(len(piece) for piece in pieces) <= PIECE_BYTES


def test_a_mailbox_can_finish_what_is_done(mailbox):
    """A mailbox is one of the storages that put away what is done."""
    assert isinstance(mailbox, Finisher)


def test_its_address_is_stable_and_without_secrets(tmp_path):
    """The same folder has one address, however it is written, and no password is in it."""
    given = {
        open_storage(f"imaps://a%40b@host{end}", {"password": "x"}, tmp_path).address for end in ("", ":993/INBOX")
    }
    assert {"imaps://a@b@host:993/INBOX"} == given
