"""Small recordings are kept until they are sent, as far as there is room."""

import gc

import pytest

from connector.clock import SystemClock
from connector.job.execution.shelf import SMALL_BYTES, Shelf, shelf_for
from connector.storage import Guard
from connector.storage.local import LocalStorage
from connector.storage.memory import MemoryStorage


def test_room_is_free_again_once_nobody_holds_what_was_kept():
    """Two of three find room; when one of them is let go the third does, and no more than that."""
    shelf = Shelf(most_bytes=200)
    first, second = shelf.place(100), shelf.place(100)
    assert None not in {first, second}
    assert shelf.place(1) is None
    del first
    gc.collect()
    assert shelf.place(101) is None
    assert shelf.place(100) is not None


def test_a_large_recording_is_never_kept():
    """What is larger than a piece of a stream is read when it is sent, whatever room there is."""
    shelf = Shelf(most_bytes=10 * SMALL_BYTES)
    assert shelf.place(SMALL_BYTES + 1) is None
    assert shelf.place(SMALL_BYTES) is not None


async def test_it_gives_what_was_put_there_and_may_be_asked_again():
    """A second try at an upload reads the same bytes."""
    kept = Shelf(most_bytes=3).place(3)
    kept.content = b"abc"
    for _ in range(2):
        assert [b"abc"] == [piece async for piece in kept.pieces()]


@pytest.mark.parametrize("sessions", [3, 48, 128])
def test_what_came_over_a_network_is_fetched_once(sessions, tmp_path):
    """As many recordings as there are sessions at once find room, and none of a folder's: those are read again."""
    fetched, read = (
        shelf_for(Guard(storage, SystemClock(), patience_seconds=None), sessions)
        for storage in (MemoryStorage(), LocalStorage(tmp_path))
    )
    kept = [fetched.place(SMALL_BYTES) for _ in range(sessions)]
    assert all(kept)
    assert read.place(1) is None
