"""Check that a restarted rehearsal remembers, whatever state its folder was left in."""

import json

import pytest

from connector.clock import SystemClock
from connector.errors import ConfigurationError
from connector.sandbox.store import Store

FIELDS = {"externalIdentity": "a", "subject": "s"}
AUDIO = {"sha256": "0" * 64, "size_bytes": 3, "file_name": "a.wav", "content_type": "audio/wav", "fields": {}}


@pytest.fixture
def filled(tmp_path):
    """Leave a folder in which a bit of everything was kept, and give what was in memory then."""
    store = Store(SystemClock(), tmp_path)
    conversation = store.create("v3", FIELDS, {**FIELDS, "more": [1.5, None]})
    store.repeat(conversation)
    store.keep_audio(conversation, AUDIO)
    store.refuse_audio(conversation)
    store.write_case("c", {"caseUid": "c", "status": "new"}, [{"messageUid": "1", "text": "a"}])
    store.add_message("c", {"messageUid": "1", "text": "b"}, fields=None, replace=True)
    store.add_message("d", {"messageUid": "2", "text": "c"}, fields={"caseUid": "d"}, replace=True)
    store.write_case("d", {"caseUid": "e"}, [])
    store.close()
    return store.memory


def test_everything_is_remembered(filled, tmp_path):
    """After a restart memory is what it was, times and counts included."""
    again = Store(SystemClock(), tmp_path)
    assert filled == again.memory
    assert (2, 1, 1) == tuple(
        getattr(again.memory.by_external_identity["a"], name) for name in ("creates", "uploads", "refused_uploads")
    )
    assert ["c", "e"] == list(again.memory.cases)
    again.close()


def test_a_line_cut_off_by_a_crash_is_dropped(filled, tmp_path):
    """Half a line at the end is removed, what came before it counts, and new events follow cleanly."""
    path = tmp_path / "sandbox.jsonl"
    path.write_bytes(path.read_bytes() + b'{"event": "conversation.crea')
    again = Store(SystemClock(), tmp_path)
    assert filled == again.memory
    again.create("v3", {"externalIdentity": "b"}, {})
    again.close()
    once_more = Store(SystemClock(), tmp_path)
    assert {"a", "b"} == set(once_more.memory.by_external_identity)
    once_more.close()


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b'{"event": "moon.landed"}', b'{"event": "conversation.repeated", "uid": "nobody"}', b"[]"],
)
def test_a_line_of_someone_else_is_named(filled, tmp_path, line):
    """A line that no sandbox wrote stops the start, with file, line and remedy."""
    path = tmp_path / "sandbox.jsonl"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:2], line, *lines[2:]]) + b"\n")
    with pytest.raises(ConfigurationError) as caught:
        Store(SystemClock(), tmp_path)
    (problem,) = caught.value.problems
    assert (path, 3, "give another --keep") == (problem.file, problem.line, problem.hint)
    path.write_bytes(b"")
    Store(SystemClock(), tmp_path).close()
    assert filled.conversations


def test_one_folder_serves_one_sandbox(tmp_path):
    """A second sandbox on the same folder is refused while the first one lives."""
    first = Store(SystemClock(), tmp_path)
    with pytest.raises(ConfigurationError, match="another sandbox keeps its memory"):
        Store(SystemClock(), tmp_path)
    first.close()
    Store(SystemClock(), tmp_path).close()


def test_a_folder_that_cannot_be_is_named(tmp_path):
    """A file in the way is a configuration error with a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot hold the memory"):
        Store(SystemClock(), tmp_path / "file")


def test_what_a_killed_upload_left_is_removed(tmp_path):
    """Partial recordings of an earlier life go at the start, whole ones stay."""
    (tmp_path / "audio").mkdir()
    for name in ("x.part", "y.wav"):
        (tmp_path / "audio" / name).write_bytes(b"x")
    Store(SystemClock(), tmp_path).close()
    assert ["y.wav"] == [path.name for path in (tmp_path / "audio").iterdir()]


def test_the_folder_holds_no_more_than_was_sent(filled, tmp_path):
    """One line per event, each plain JSON."""
    events = [json.loads(line)["event"] for line in (tmp_path / "sandbox.jsonl").read_text().splitlines()]
    assert [
        "conversation.created",
        "conversation.repeated",
        "audio.stored",
        "audio.refused",
        "case.written",
        "message.added",
        "message.added",
        "case.written",
    ] == events
    assert filled.cases
