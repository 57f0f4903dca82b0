"""What is in the memory of the system is read at once; what is not is left to threads."""

import errno
import os
import threading
from pathlib import Path

import pytest

from connector.storage import FileInfo, Swift
from connector.storage.cached import Cached, NotCachedError
from connector.storage.local import LocalStorage
from connector.storage.model import PIECE_BYTES

CONTENT = bytes(range(256)) * 64


@pytest.fixture
def file(tmp_path):
    (tmp_path / "call.wav").write_bytes(CONTENT)
    return listed(tmp_path / "call.wav")


def swift(examiner, *, is_quick=True) -> Swift:
    """Say of the examiner that it is done in no time, where the file begins as CONTENT does, or nowhere."""
    return Swift(examiner, lambda head: is_quick and CONTENT.startswith(head))


def listed(path: Path) -> FileInfo:
    found = path.stat()
    return FileInfo(path.name, found.st_size, found.st_mtime_ns)


def forget(path: Path) -> None:
    """Have the system write the file to the disk, and drop it from its memory."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def is_at_hand(path: Path) -> bool:
    """Ask the system for the whole file, and for the end of it, without waiting."""
    with path.open("rb") as file:
        try:
            return os.preadv(file.fileno(), [bytearray(PIECE_BYTES)], 0, os.RWF_NOWAIT) == path.stat().st_size
        except OSError:
            return False


def refuse_with(monkeypatch: pytest.MonkeyPatch, code: int) -> list[int]:
    """Have every read without waiting fail, and give a list that counts them."""
    tried: list[int] = []

    def preadv(handle: int, *_rest: object) -> int:
        tried.append(handle)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "preadv", preadv)
    return tried


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_small_file_is_looked_at_where_its_bytes_are(monkeypatch, tmp_path, file, is_known):
    """In the loop's own thread where the system has all of it, in another one where not; the bytes are the same."""
    expected = is_known and is_at_hand(tmp_path / file.path)
    if not is_known:
        refuse_with(monkeypatch, errno.EAGAIN)
    storage = LocalStorage(tmp_path)
    seen = await storage.examine(file, swift(lambda read_at, size: (threading.get_ident(), read_at(0, size))))
    assert seen[1] == CONTENT
    assert (seen[0] == threading.get_ident()) == expected


async def test_what_takes_its_time_is_a_thread_s_wherever_the_bytes_are(tmp_path, file):
    """An examiner that does not say it is swift, or not where a file begins so, keeps nobody else waiting."""
    storage = LocalStorage(tmp_path)

    def look(read_at, size):
        return threading.get_ident(), read_at(0, size)

    for examiner in (look, swift(look, is_quick=False)):
        thread, content = await storage.examine(file, examiner)
        assert CONTENT == content
        assert threading.get_ident() != thread


@pytest.mark.parametrize("given", [0, 4096])
async def test_an_end_that_is_none_is_not_believed(monkeypatch, tmp_path, file, given):
    """Linux 5.9 and 5.10 say that a file ends where it only is not in memory: a thread then reads the rest."""
    left = {"bytes": given}

    def preadv(handle: int, buffers: list[memoryview], *_rest: object) -> int:
        some, left["bytes"] = min(left["bytes"], len(buffers[0])), 0
        return os.readv(handle, [buffers[0][:some]])

    monkeypatch.setattr(os, "preadv", preadv)
    storage = LocalStorage(tmp_path)
    assert CONTENT == await storage.examine(file, swift(lambda read_at, size: read_at(0, size)))
    left["bytes"] = given
    assert CONTENT == b"".join([piece async for piece in LocalStorage(tmp_path).stream(file)])


async def test_a_stream_gives_the_same_whether_it_is_at_hand_or_not(tmp_path, file):
    """Small and larger than a piece, from the beginning and from the middle."""
    large = tmp_path / "large.wav"
    large.write_bytes(CONTENT * 40)
    for one, content in ((file, CONTENT), (listed(large), CONTENT * 40)):
        for _ in range(2):
            storage = LocalStorage(tmp_path)
            for offset in (0, 1000):
                assert content[offset:] == b"".join([piece async for piece in storage.stream(one, offset=offset)])
            forget(tmp_path / one.path)


async def test_bytes_beyond_the_end_are_no_bytes_to_wait_for(tmp_path, file):
    """Whoever asks for more than there is gets what there is, at once, and nothing after the end."""
    storage = LocalStorage(tmp_path)
    here = is_at_hand(tmp_path / file.path)
    seen = await storage.examine(
        file, swift(lambda read_at, size: (threading.get_ident(), read_at(size - 3, 10), read_at(size, 10)))
    )
    assert seen[1:] == (CONTENT[-3:], b"")
    assert (seen[0] == threading.get_ident()) == here


def passed_over(cached: Cached) -> int:
    """Fail once, and count how many are not tried then."""
    with pytest.raises(NotCachedError):
        cached.reader(100)(0, 0, 10)
    return next(number for number in range(100) if cached.may_hold(10))


def test_where_one_after_the_other_is_not_at_hand_fewer_and_fewer_are_tried(monkeypatch, tmp_path, file):
    """One that was dropped costs nothing more; a cold disk is left to threads: to open a file may wait for it too."""
    cached = Cached(PIECE_BYTES)
    with monkeypatch.context() as cold:
        refuse_with(cold, errno.EAGAIN)
        assert [1, 2, 4, 8, 16, 32, 32] == [passed_over(cached) for _ in range(7)]
    with monkeypatch.context() as warm, (tmp_path / file.path).open("rb") as opened:
        warm.setattr(os, "preadv", lambda handle, buffers, *_rest: os.readv(handle, buffers))
        assert CONTENT == cached.reader(len(CONTENT))(opened.fileno(), 0, len(CONTENT))
    refuse_with(monkeypatch, errno.EAGAIN)
    assert 1 == passed_over(cached)


def test_a_share_that_does_not_offer_it_is_never_asked_again(monkeypatch, file):
    """What a network share says once holds for all its files."""
    refuse_with(monkeypatch, errno.EOPNOTSUPP)
    cached = Cached(PIECE_BYTES)
    with pytest.raises(NotCachedError):
        cached.reader(100)(0, 0, 10)
    assert not any(cached.may_hold(file.size_bytes) for _ in range(100))


def test_a_broken_disk_is_no_cold_one(monkeypatch):
    """What reading fails with otherwise is raised as it is."""
    refuse_with(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        Cached(PIECE_BYTES).reader(100)(0, 0, 10)


def test_what_is_larger_than_a_piece_goes_to_threads():
    """To hash or look through much takes long, wherever the bytes are."""
    cached = Cached(PIECE_BYTES)
    assert cached.may_hold(PIECE_BYTES)
    assert not cached.may_hold(PIECE_BYTES + 1)
