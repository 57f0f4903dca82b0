"""Hold every kind of storage to the laws of connector.storage.model.Storage."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.reason import Code
from connector.storage import FileInfo, ReadAt, Storage
from connector.storage.kinds import KINDS
from connector.storage.model import BATCH_FILES, PIECE_BYTES

LARGE = bytes(range(256)) * (4 * PIECE_BYTES // 256) + b"end"
NAMES = ["call-1.json", "2026/09/07/call-2.json", "gården & co/call 3 #1%20.json", "a/b/c/d/e/f/g/h/call-4.mp3"]


async def listed(storage: Storage) -> list[FileInfo]:
    found: list[FileInfo] = []
    async for batch in storage.list():
        assert 0 < len(batch) <= BATCH_FILES
        found.extend(batch)
    return sorted(found, key=lambda file: file.path)


async def drained(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


def whole(read_at: ReadAt, size_bytes: int) -> bytes:
    return read_at(0, size_bytes)


def test_every_kind_is_held_to_the_laws(storages):
    """Every scheme that an address may have belongs to a row of this suite."""
    assert set(KINDS) == set().union(*(kind.schemes for kind in storages.values()))


async def test_an_empty_root_lists_nothing(place):
    """A storage without files gives no batch at all."""
    async with place.storage as storage:
        assert [] == await listed(storage)


async def test_each_file_is_listed_once(place):
    """Every file below the root comes once, with its path from the root and its size, whatever its folder is called."""
    for size, name in enumerate(NAMES):
        place.write(name, b"x" * size)
    async with place.storage as storage:
        found = await listed(storage)
    assert sorted((name, size) for size, name in enumerate(NAMES)) == [(file.path, file.size_bytes) for file in found]


async def test_a_second_listing_sees_what_changed(place):
    """What came, went or changed between two listings shows in the second."""
    place.write("kept.json", b"1")
    place.write("changed.json", b"1")
    place.write("gone.json", b"1")
    async with place.storage as storage:
        before = {file.path: file for file in await listed(storage)}
        place.write("changed.json", b"2")
        place.write("new.json", b"1")
        place.remove("gone.json")
        after = {file.path: file for file in await listed(storage)}
    assert {"kept.json", "changed.json", "new.json"} == set(after)
    assert before["kept.json"] == after["kept.json"]
    assert before["changed.json"].modified_ns < after["changed.json"].modified_ns


async def test_a_listing_may_be_left_early(place):
    """Who stops reading a listing can go on using the storage."""
    for name in NAMES:
        place.write(name, b"x")
    async with place.storage as storage:
        async with aclosing(storage.list()) as batches:
            await anext(batches)
        assert len(NAMES) == len(await listed(storage))


async def test_the_time_of_change_is_aware_and_utc(place):
    """A file's time of change is the moment of its writing, in UTC."""
    place.write("call-1.json", b"{}")
    async with place.storage as storage:
        found = await storage.stat("call-1.json")
    assert UTC == found.modified_at.tzinfo
    assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=1)


async def test_stat_gives_what_the_listing_gave(place):
    """A file that did not change has the same version in the listing and alone."""
    for name in NAMES:
        place.write(name, name.encode())
    async with place.storage as storage:
        for file in await listed(storage):
            assert file == await storage.stat(file.path)


@pytest.mark.parametrize("path", ["absent.json", "a/absent.json", "call-1.json/absent", "a"])
async def test_stat_of_what_is_no_file_is_missing(place, path):
    """Neither an absent file nor a folder has a version."""
    place.write("a/call-2.json", b"{}")
    place.write("call-1.json", b"{}")
    async with place.storage as storage:
        with pytest.raises(FileMissingError):
            await storage.stat(path)


@pytest.mark.parametrize("path", ["", "..", "../secret", "a/../../secret", "/etc/passwd", "a/./../call-1.json", "a\0b"])
async def test_no_path_leads_out_of_the_root(place, path):
    """A path that climbs, starts at the top or is no path finds nothing, by whatever way it is read."""
    place.write("call-1.json", b"{}")
    file = FileInfo(path, 2, 0)
    async with place.storage as storage:
        with pytest.raises(FileMissingError):
            await storage.stat(path)
        assert isinstance((await storage.read_many([file], limit_bytes=100))[0], FileMissingError)
        with pytest.raises(FileMissingError):
            await storage.examine(file, whole)
        with pytest.raises(FileMissingError):
            await drained(storage.stream(file))


async def test_read_many_keeps_each_result_in_its_place(place):
    """Contents and errors stand where their files stood, and no error disturbs another file."""
    for name in ["one", "two", "gone", "changed", "grown", "large", "empty"]:
        place.write(name, b"" if name == "empty" else name.encode())
    place.write("large", b"x" * 101)
    async with place.storage as storage:
        by_path = {file.path: file for file in await listed(storage)}
        place.remove("gone")
        place.write("grown", b"grown up")
        order = ["two", "gone", "large", "grown", "empty", "one"]
        results = await storage.read_many([by_path[name] for name in order], limit_bytes=100)
    assert [b"two", FileMissingError, SkipError, FileChangedError, b"", b"one"] == told(results)
    refused = results[2]
    assert isinstance(refused, SkipError)
    assert Code.UNREADABLE == refused.code
    assert "large" in str(refused)
    assert "101" in str(refused)


def told(results: Sequence[bytes | SkipError]) -> list[object]:
    return [result if isinstance(result, bytes) else type(result) for result in results]


async def test_read_many_of_nothing_gives_nothing(place):
    """An empty batch is no error."""
    async with place.storage as storage:
        assert [] == list(await storage.read_many([], limit_bytes=100))


async def test_read_many_reads_many(place):
    """A few hundred files come back in their order."""
    for number in range(300):
        place.write(f"{number % 7}/call-{number}.json", str(number).encode())
    async with place.storage as storage:
        files = await listed(storage)
        results = await storage.read_many(files, limit_bytes=100)
    assert [file.path.rpartition("-")[2].removesuffix(".json").encode() for file in files] == list(results)


async def test_an_examiner_reads_where_it_likes(place):
    """An examiner gets the size and any range, shorter only at the end of the file."""
    place.write("call-1.mp3", LARGE)
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")

        def examiner(read_at: ReadAt, size_bytes: int) -> tuple[object, ...]:
            end = read_at(size_bytes - 3, 100)
            return size_bytes, read_at(2, 3), end, read_at(size_bytes + 5, 10), whole(read_at, size_bytes)

        found = await storage.examine(file, examiner)
    assert (len(LARGE), b"\2\3\4", b"end", b"", LARGE) == found


async def test_an_examiner_does_not_hold_the_event_loop(place):
    """The examiner works in another thread than the event loop."""
    place.write("call-1.mp3", b"x")
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        thread = await storage.examine(file, lambda _read_at, _size: threading.get_ident())
    assert threading.get_ident() != thread


async def test_an_examiners_error_comes_through(place):
    """What the examiner raises is what the caller gets."""
    place.write("call-1.mp3", b"x")

    def examiner(_read_at: ReadAt, _size_bytes: int) -> None:
        raise SkipError(Code.AUDIO_INVALID, "no audio")

    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        with pytest.raises(SkipError, match="no audio") as caught:
            await storage.examine(file, examiner)
    assert Code.AUDIO_INVALID == caught.value.code


async def test_only_the_listed_version_is_examined(place):
    """A file that changed since it was listed, or while it is examined, is told apart; so is one that is gone."""
    place.write("call-1.mp3", b"first")

    def disturb(read_at: ReadAt, size_bytes: int) -> bytes:
        place.write("call-1.mp3", b"third version")
        return read_at(0, size_bytes)

    async with place.storage as storage:
        first = await storage.stat("call-1.mp3")
        place.write("call-1.mp3", b"again")
        with pytest.raises(FileChangedError):
            await storage.examine(first, whole)
        with pytest.raises(FileChangedError):
            await storage.examine(await storage.stat("call-1.mp3"), disturb)
        third = await storage.stat("call-1.mp3")
        place.remove("call-1.mp3")
        with pytest.raises(FileMissingError):
            await storage.examine(third, whole)


@pytest.mark.parametrize("content", [b"", b"x", LARGE], ids=["empty", "small", "large"])
async def test_a_stream_gives_the_whole_file_in_pieces(place, content):
    """All pieces together are the file, and none is much larger than PIECE_BYTES."""
    place.write("call-1.mp3", content)
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        pieces = [piece async for piece in storage.stream(file)]
    assert content == b"".join(pieces)
    assert all(0 < len(piece) <= 4 * PIECE_BYTES for piece in pieces)


@pytest.mark.parametrize("offset", [1, PIECE_BYTES, PIECE_BYTES + 1, len(LARGE) - 1, len(LARGE)])
async def test_a_stream_begins_at_the_offset(place, offset):
    """A stream can go on where an earlier one stopped."""
    place.write("call-1.mp3", LARGE)
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        assert LARGE[offset:] == await drained(storage.stream(file, offset=offset))


async def test_a_stream_refuses_another_version(place):
    """A file that changed since it was listed gives no byte."""
    place.write("call-1.mp3", b"first")
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        place.write("call-1.mp3", b"again")
        with pytest.raises(FileChangedError) as caught:
            await anext(aiter(storage.stream(file)))
    assert Code.SETTLING == caught.value.code


async def test_a_stream_notices_a_change_on_its_way(place):
    """A file that changes while it is streamed never comes through as whole."""
    place.write("call-1.mp3", LARGE)
    async with place.storage as storage:
        pieces = storage.stream(await storage.stat("call-1.mp3"))
        async with aclosing(pieces):
            await anext(pieces)
            place.write("call-1.mp3", LARGE + b"more")
            with pytest.raises(FileChangedError):
                await drained(pieces)


async def test_a_stream_of_a_file_that_is_gone_is_missing(place):
    """A file that vanished since it was listed is missing."""
    place.write("call-1.mp3", b"first")
    async with place.storage as storage:
        file = await storage.stat("call-1.mp3")
        place.remove("call-1.mp3")
        with pytest.raises(FileMissingError):
            await drained(storage.stream(file))


async def test_streams_run_side_by_side_and_may_be_left_early(place):
    """Several streams do not disturb each other, nor does one that is left half way."""
    place.write("call-1.mp3", LARGE)
    place.write("call-2.mp3", LARGE[::-1])
    async with place.storage as storage:
        one, other = await storage.stat("call-1.mp3"), await storage.stat("call-2.mp3")
        left = storage.stream(one)
        async with aclosing(left):
            await anext(left)
            assert LARGE[::-1] == await drained(storage.stream(other))
        assert LARGE == await drained(storage.stream(one))


async def test_the_address_never_changes(place):
    """The address is the same before, while and after the storage is used."""
    before = place.storage.address
    async with place.storage as storage:
        assert before == storage.address
    assert before == place.storage.address
    assert before
