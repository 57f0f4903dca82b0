from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connector.storage.memory import MemoryStorage


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 23, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


@given(st.dictionaries(st.text(min_size=1), st.binary()))
async def test_what_was_written_is_listed_and_read(files):
    """Whatever files it is given, the storage lists and reads exactly them."""
    async with MemoryStorage(files) as storage:
        found = [file async for batch in storage.list() for file in batch]
        contents = await storage.read_many(found, limit_bytes=1_000_000)
    assert files == {file.path: content for file, content in zip(found, contents, strict=True)}


async def test_each_version_is_later_than_the_one_before():
    """Also under a clock that stands still, a changed file has another time."""
    storage = MemoryStorage(clock=StandingClock())
    first = storage.write("call-1.json", b"1")
    second = storage.write("call-1.json", b"2")
    assert datetime(2026, 3, 23, tzinfo=UTC) == first.modified_at
    assert first.modified_ns < second.modified_ns
    assert second == await storage.stat("call-1.json")


async def test_a_test_may_set_the_time_of_change():
    """The time that was given is the file's time."""
    storage = MemoryStorage()
    assert 17 == storage.write("call-1.json", b"", modified_ns=17).modified_ns
