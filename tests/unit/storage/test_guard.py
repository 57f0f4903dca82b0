"""A storage behind a breaker: who asks while it is away waits, and is let go when the patience is at its end."""

import asyncio

import pytest

from connector.errors import FileMissingError, StorageAwayError
from connector.storage import FileInfo, Guard
from connector.storage.guard import FAILURES_IN_A_ROW
from connector.storage.memory import MemoryStorage

PATIENCE_SECONDS = 30


class Absent(MemoryStorage):
    """A storage that is away as long as somebody says so, and counts who asks it."""

    def __init__(self, files):
        super().__init__(files)
        self.away_for = 0
        self.asked = 0
        self.pieces_given = asyncio.Event()
        """Until this is set no stream gives a piece."""
        self.pieces_given.set()

    async def stat(self, path):
        self._ask()
        return await super().stat(path)

    async def stream(self, file, *, offset=0):
        async for piece in super().stream(file, offset=offset):
            self._ask()
            await self.pieces_given.wait()
            yield piece

    def _ask(self):
        self.asked += 1
        if self.away_for:
            self.away_for -= 1
            raise StorageAwayError("nobody answers", hint="start it")


class Poisoned(MemoryStorage):
    """A storage that never gives one of its files, and answers somebody else between two tries."""

    tried = 0
    meanwhile = None

    async def stat(self, path):
        if path != "a.wav":
            return await super().stat(path)
        self.tried += 1
        assert 10 * FAILURES_IN_A_ROW > self.tried, "it is tried for ever"
        await self.meanwhile()
        raise StorageAwayError(f"nobody answers for {path}")


@pytest.fixture
def storage():
    return Absent({"a.wav": b"sound"})


@pytest.fixture
def guard(storage, clock):
    return Guard(storage, clock, patience_seconds=PATIENCE_SECONDS)


async def read(guard, file):
    return [piece async for piece in guard.stream(file)]


async def test_one_failure_is_tried_again_at_once(guard, storage, clock):
    """What failed once is asked anew without a pause: nobody else is kept waiting."""
    storage.away_for = 1
    began = clock.monotonic()
    assert "a.wav" == (await guard.stat("a.wav")).path
    assert ("closed", began) == (guard.state, clock.monotonic())


async def test_failures_in_a_row_open_it_and_a_probe_closes_it(guard, storage, clock):
    """Whoever comes while it is open waits for the one that looks; its success lets all of them on."""
    storage.away_for = FAILURES_IN_A_ROW + 1
    began = clock.monotonic()
    found = await asyncio.gather(*(guard.stat("a.wav") for _ in range(8)))
    assert 8 == len(found)
    assert "closed" == guard.state
    assert 1 <= clock.monotonic() - began < PATIENCE_SECONDS


async def test_patience_ends_for_everybody_at_once(guard, storage, clock):
    """After the patience all are told the storage's name and the remedy, without one more question to it."""
    storage.away_for = 1000
    with pytest.raises(StorageAwayError, match="memory: is in trouble: nobody answers") as told:
        await guard.stat("a.wav")
    assert "start it" == told.value.hint
    assert PATIENCE_SECONDS <= clock.monotonic()
    asked = storage.asked
    with pytest.raises(StorageAwayError):
        await guard.stat("a.wav")
    assert asked == storage.asked
    assert "open" == guard.state


async def test_a_missing_file_is_no_trouble_of_the_storage(guard, storage):
    """Files that are not there show a storage at work, however many there are, and end a row of failures."""
    for _ in range(3 * FAILURES_IN_A_ROW):
        with pytest.raises(FileMissingError):
            await guard.stat("b.wav")
    assert "closed" == guard.state
    storage.away_for = FAILURES_IN_A_ROW - 1
    with pytest.raises(FileMissingError):
        await guard.stat("b.wav")
    storage.away_for = FAILURES_IN_A_ROW - 1
    await guard.stat("a.wav")
    assert "closed" == guard.state


async def test_a_stream_that_breaks_is_told_at_once(guard, storage, clock):
    """The target is not kept waiting in the middle of an upload: the error comes without a pause, and counts."""
    file = await guard.stat("a.wav")
    storage.away_for = FAILURES_IN_A_ROW
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(StorageAwayError, match="nobody answers"):
            await read(guard, file)
    assert ("open", 0) == (guard.state, clock.monotonic())
    assert [b"sound"] == await read(guard, file)
    assert "closed" == guard.state


async def test_a_stream_of_what_is_gone_closes_it(guard, storage):
    """A file that is gone when a stream looks for it shows the storage at work."""
    storage.away_for = FAILURES_IN_A_ROW
    file = storage.write("c.wav", b"c")
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(StorageAwayError):
            await read(guard, file)
    with pytest.raises(FileMissingError):
        await read(guard, FileInfo("gone.wav", 1, 1))
    assert "closed" == guard.state


async def test_what_fails_while_others_are_answered_is_not_tried_for_ever(clock):
    """A file that no try brings, of a storage that answers all others meanwhile, is told after a few tries."""
    storage = Poisoned({"a.wav": b"sound", "b.wav": b"sound"})
    guard = Guard(storage, clock, patience_seconds=PATIENCE_SECONDS)
    storage.meanwhile = lambda: guard.stat("b.wav")
    with pytest.raises(StorageAwayError, match=r"nobody answers for a\.wav"):
        await guard.stat("a.wav")
    assert FAILURES_IN_A_ROW == storage.tried
    assert ("closed", 0) == (guard.state, clock.monotonic())


async def test_the_first_piece_of_a_stream_lets_all_others_go_on(guard, storage):
    """Where a stream is the one that looks, others need not wait until its last piece was taken."""
    storage.write("long.wav", b"s" * 3_000_000)
    file = await guard.stat("long.wav")
    storage.away_for = FAILURES_IN_A_ROW
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(StorageAwayError):
            await read(guard, file)
    stream = guard.stream(file)
    await anext(stream)
    assert "closed" == guard.state
    assert "long.wav" == (await guard.stat("long.wav")).path
    await stream.aclose()


async def test_only_one_looks_while_it_is_open(guard, storage):
    """A stream that was taken up before the storage went away ends during a look: nobody else looks for its sake."""
    storage.write("long.wav", b"s" * 3_000_000)
    file = await guard.stat("long.wav")
    early = guard.stream(file)
    await anext(early)
    storage.away_for = FAILURES_IN_A_ROW
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(StorageAwayError):
            await read(guard, file)
    look = guard.stream(file)
    storage.pieces_given = asyncio.Event()
    looking = asyncio.create_task(anext(look))
    await asyncio.sleep(0.01)
    assert "half_open" == guard.state
    await early.aclose()
    assert "half_open" == guard.state, "a second one may look"
    storage.pieces_given.set()
    await looking
    await look.aclose()
