"""How a recording or transcript that came late wakes its session."""

import pytest

from connector import ledger
from connector.ledger import Marked, Window

RECORDING = {"role": "recording"}
VOICEMAIL = {"role": "voicemail"}
TRANSCRIPT = {"role": "transcript", "channel": "chat"}


@pytest.mark.parametrize(
    ("came", "facts", "woken"),
    [
        (RECORDING, {"state": "held", "code": "audio_awaited"}, True),
        (VOICEMAIL, {"state": "held", "code": "audio_awaited"}, True),
        (TRANSCRIPT, {"state": "held", "code": "transcript_awaited", "channel": "chat"}, True),
        (RECORDING, {"state": "skipped", "code": "audio_missing"}, True),
        (TRANSCRIPT, {"state": "skipped", "code": "transcript_missing", "channel": "chat"}, True),
        (RECORDING, {"state": "skipped", "code": "filtered"}, False),
        (RECORDING, {"state": "refused", "code": "audio_invalid"}, True),
        (RECORDING, {"state": "refused", "code": "audio_too_large"}, True),
        (RECORDING, {"state": "refused", "code": "field_missing"}, False),
        (RECORDING, {"state": "delivered", "audio_state": "none"}, True),
        (RECORDING, {"state": "delivered", "audio_state": "sent"}, False),
        (VOICEMAIL, {"state": "delivered", "audio_state": "none"}, False),
        (TRANSCRIPT, {"state": "delivered", "channel": "chat"}, True),
        (TRANSCRIPT, {"state": "held"}, False),
        (RECORDING | {"channel": None}, {"state": "held"}, True),
    ],
)
def test_a_late_file_wakes_whom_it_may_help(book, listed, came, facts, woken):
    """What waited or failed for its audio or transcript is judged again; what it cannot help stays as it is."""
    book.list(listed("metadata.json", "1", channel=facts.get("channel", "call")), done=[1])
    book.write("1", file_id=1, **facts)
    book.list(listed("late", "1", **came))
    assert Marked((1,) if woken else (), more=False) == ledger.mark_companions(book.connection, [book.place])
    assert ({"metadata.json"} if woken else set()) == book.waiting()


def test_a_recording_that_is_not_of_this_session_wakes_nobody(book, listed):
    """Another session's recording leaves an entry alone that waits for its own."""
    book.list(listed("call-1.json", "1"), done=[1])
    book.write("1", state="held", file_id=1)
    book.list(listed("call-2.wav", "2", **RECORDING))
    assert Marked((), more=False) == ledger.mark_companions(book.connection, [book.place])


def test_a_session_that_waits_already_is_not_woken_twice(book, listed):
    """Metadata that waits for a reason of its own is not told as woken, and its recording waits no more."""
    book.list(listed("call-1.json", "1"), listed("call-1.wav", "1", **RECORDING))
    book.write("1", state="held", file_id=1)
    assert Marked((), more=False) == ledger.mark_companions(book.connection, [book.place])
    assert {"call-1.json"} == book.waiting()


def test_recordings_that_lie_elsewhere_wake_too(book, listed):
    """The recording may lie in another storage than the metadata."""
    other = ledger.place_id(book.connection, "acme", "ccai", book.target, "sftp://elsewhere")
    book.list(listed("call-1.json", "1"), done=[1])
    book.write("1", state="skipped", code="audio_missing", file_id=1)
    book.list(listed("call-1.wav", "1", **RECORDING), place=other)
    assert (1,) == ledger.mark_companions(book.connection, [book.place, other]).flipped


def test_a_transcript_of_no_known_session_waits_to_be_read(book, listed):
    """A transcript whose name tells no session stays among the waiting; a recording without one can help nobody."""
    book.list(listed("t.txt", None, **TRANSCRIPT), listed("r.wav", None, **RECORDING))
    assert Marked((), more=False) == ledger.mark_companions(book.connection, [book.place])
    assert {"t.txt"} == book.waiting()


def test_many_companions_are_worked_off_in_batches(book, listed):
    """A batch is bounded and says whether there is more; in the end every session is woken once."""
    book.list(*(listed(f"{number}.json", f"{number}") for number in range(7)), done=range(1, 8))
    for number in range(7):
        book.write(f"{number}", state="held", file_id=number + 1)
    book.list(*(listed(f"{number}-{part}.wav", f"{number}", **RECORDING) for number in range(7) for part in "ab"))
    woken, more, batches = [], True, 0
    while more:
        marked = ledger.mark_companions(book.connection, [book.place], limit=4)
        woken, more, batches = [*woken, *marked.flipped], marked.more, batches + 1
    assert list(range(1, 8)) == sorted(woken)
    assert 4 == batches
    assert {f"{number}.json" for number in range(7)} == book.waiting()


def test_woken_entries_were_counted_as_unchanged(book, listed):
    """What woke can be taken off the unchanged ones: so many final entries in the same window."""
    files = [listed("call-1.json", "1"), listed("call-1.wav", "1", **RECORDING)]
    book.list(files[0], done=[1])
    for leg in ("a5", "a7"):
        book.write("1", leg=leg, file_id=1, ended_at=book.now)
    assert 2 == book.list(*files).unchanged_entries
    woken = ledger.mark_companions(book.connection, [book.place]).flipped
    assert 2 == ledger.final_entries(book.connection, woken)
    assert 2 == ledger.final_entries(book.connection, woken, Window(since=book.now))
    assert 0 == ledger.final_entries(book.connection, woken, Window(until=book.now))
    assert 0 == ledger.final_entries(book.connection, [])
