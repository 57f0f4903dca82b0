import json
from contextlib import suppress
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import FileTruncatedError, SkipError
from connector.reason import Code
from connector.session import Channel, Session, Transcript, parse, parse_transcript
from connector.storage import FileInfo

FIELDS = (
    *("id", "call_type", "chat_type", "call_uuid", "session_type", "status", "created_at", "ends_at", "updated_at"),
    *("handle_durations", "participants", "transfers", "agent_info", "comm_type", "entries", "comm_id", "call", "chat"),
    *("agent_id", "user_id", "type", "started_at", "call_duration", "teams", "timestamp", "body", "content", "role"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["agent", "call", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=6),
    max_leaves=30,
)
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES).map(lambda fields: {"id": 7, "call_type": "Voice"} | fields)


def test_a_call_is_read_as_its_source_told_it(parsed, info, sample):
    """A call's file becomes a session with its id, times in UTC, legs and the whole record."""
    found = parsed("call-1418.reexport.json")
    assert ("ccai", Channel.CALL, "1418", "finished") == (found.source_kind, found.channel, found.id, found.status)
    assert "ca727b6e-2a6e-46ef-9b16-5da2ac63cc73" == found.uuid
    assert datetime(2026, 3, 23, 20, 12, 51, tzinfo=UTC) == found.created_at
    assert datetime(2026, 3, 23, 20, 13, 36, tzinfo=UTC) == found.started_at
    assert datetime(2026, 3, 23, 20, 16, 46, tzinfo=UTC) == found.ends_at
    assert datetime(2026, 3, 23, 20, 33, 58, tzinfo=UTC) == found.updated_at
    assert ["5", "5", "9", "9"] == [leg.agent_id for leg in found.legs]
    assert orjson.loads(sample("call-1418.reexport.json")) == found.record
    assert info("call-1418.reexport.json") == found.file
    assert () == found.notes


def test_a_chat_is_read_as_its_source_told_it(parsed):
    """A chat's file becomes a session of the other channel; it began when the agent got it."""
    found = parsed("chat-135.json")
    assert (Channel.CHAT, "135", None) == (found.channel, found.id, found.uuid)
    assert datetime(2025, 9, 9, 20, 50, 10, tzinfo=UTC) == found.started_at
    assert [59.0] == [leg.talk_seconds for leg in found.legs]


@pytest.mark.parametrize("name", ["call-2001.json", "call-2002.json", "call-2003.json", "call-2004.json"])
def test_every_kind_of_call_is_read(parsed, name):
    """Abandoned calls, voicemails and calls of virtual agents are sessions like any other."""
    found = parsed(name)
    assert isinstance(found, Session)
    assert () == found.notes


def test_a_wrapped_call_is_unwrapped(parsed):
    """A call inside {"call": …} is read as if it stood alone, null and absent arrays included."""
    found = parsed("call-2005.json")
    assert (Channel.CALL, "2005", 1) == (found.channel, found.id, len(found.legs))
    assert "call" not in found.record
    assert 2005 == found.record["id"]


def test_a_transcript_is_told_by_its_body(parsed, sample, info):
    """A file that holds entries is a transcript, even where it is called like a session."""
    found = parse(sample("chat-136.transcript.json"), info("chat-136.json"))
    assert isinstance(found, Transcript)
    assert ("json", "136") == (found.form, found.session_id)
    assert "txt" == parsed("chat-135.txt").form


@pytest.mark.parametrize(
    ("body", "path", "channel"),
    [
        ({"call_type": "Voice Inbound"}, "metadata-135.json", Channel.CALL),
        ({"call_uuid": "x"}, "metadata-135.txt", Channel.CALL),
        ({"chat_type": "Messaging (SMS)", "call_uuid": None}, "metadata.json", Channel.CHAT),
        ({"chat_uuid": "x"}, "call-135.json", Channel.CHAT),
        ({"call_uuid": None}, "metadata.json", Channel.CALL),
        ({"chat_uuid": None}, "metadata.json", Channel.CHAT),
        ({"session_type": "Messaging (Web)"}, "metadata.json", Channel.CHAT),
        ({"session_type_v2": "voice campaign"}, "metadata.json", Channel.CALL),
        ({}, "chat-135.json", Channel.CHAT),
        ({}, "call-135.json", Channel.CALL),
    ],
)
def test_the_body_decides_the_channel_before_the_name(info, body, path, channel):
    """What the record says of itself comes first, and the name where it says nothing."""
    assert channel is parse(orjson.dumps({"id": 135, **body}), info(path)).channel


@pytest.mark.parametrize("channel", list(Channel))
def test_a_wrapper_tells_the_channel(info, channel):
    """{"call": …} and {"chat": …} say what lies in them."""
    assert channel is parse(orjson.dumps({channel.value: {"id": 1}}), info("metadata.json")).channel


@pytest.mark.parametrize(("written", "session_id"), [(1418, "1418"), ("1418", "1418"), (" 01418 ", "1418"), (7.0, "7")])
def test_an_id_is_a_number_however_it_is_written(parsed, written, session_id):
    """The same number is the same id, as a number or as text."""
    assert session_id == parsed("call-987.json", id=written).id


@pytest.mark.parametrize("written", ["", "abc", "12-3", True, 1.5, -3, [], {}, "9" * 30])
def test_an_id_that_is_no_number_is_refused(parsed, written):
    """A record without a usable id is no session, and the reason says so."""
    with pytest.raises(SkipError, match="holds no session: its id is no whole number") as caught:
        parsed("call-987.json", id=written)
    assert Code.UNREADABLE == caught.value.code


@pytest.mark.parametrize(
    ("raw", "path", "why"),
    [
        (b"[]", "call-1.json", "its outermost value is no object"),
        (b'[{"id": 1}]', "call-1.json", "its outermost value is no object"),
        (b"17", "call-1.json", "its outermost value is no object"),
        (b"null", "call-1.json", "its outermost value is no object"),
        (b"{}", "call-1.json", "it has no id"),
        (b'{"call": null}', "call-1.json", "it has no id"),
        (b'{"id": 1}', "metadata-1.json", "it says neither call nor chat"),
    ],
)
def test_json_of_another_shape_is_refused_with_a_clear_sentence(info, raw, path, why):
    """JSON that is no session names the file and what is missing in it."""
    with pytest.raises(SkipError, match=f"^{path} holds no session: {why}") as caught:
        parse(raw, info(path))
    assert Code.UNREADABLE == caught.value.code
    assert caught.value.hint


def test_a_file_cut_off_is_told_from_a_wrong_one(sample, info):
    """A session's file that ends too early is of the kind that may still be growing."""
    with pytest.raises(FileTruncatedError):
        parse(sample("call-987.json")[:3000], info("call-987.json"))


def test_a_newer_key_for_the_end_is_read(parsed):
    """Where a file says `ended_at` instead of `ends_at`, that is the end."""
    found = parsed("call-987.json", ends_at=..., ended_at="2026-03-24T09:34:41.000+01:00")
    assert datetime(2026, 3, 24, 8, 34, 41, tzinfo=UTC) == found.ends_at


def test_a_time_that_is_none_is_left_out_and_noted(parsed):
    """A time that cannot be read is empty, with a note that does not repeat it."""
    found = parsed("call-987.json", updated_at="soon", created_at={"at": 1}, ends_at="")
    assert (None, None, None) == (found.updated_at, found.created_at, found.ends_at)
    assert {"created_at is no time and was left out", "updated_at is no time and was left out"} == set(found.notes)


def test_a_name_that_says_something_else_is_noted(parsed):
    """The content wins over the file's name, and the notes say that they differ."""
    found = parsed("call-987.json", path="chat-988.json")
    assert ("987", Channel.CALL) == (found.id, found.channel)
    assert 2 == len(found.notes)


def test_mended_json_leaves_a_note_on_the_session(sample, info):
    """What the reader had to mend stands among the session's notes."""
    raw = sample("call-987.json").replace(b'"wait_duration": 0', b'"wait_duration": NaN')
    found = parse(raw, info("call-987.json"))
    assert None is found.record["wait_duration"]
    assert ("a number that is none (NaN or infinite) was read as null",) == found.notes


def test_a_transcript_file_of_any_name_is_read(sample, info):
    """Who knows that a file is a transcript gets it whatever it is called, and a session is refused."""
    assert 6 == len(parse_transcript(sample("chat-135.txt"), info("a/b.log")).entries)
    assert 6 == len(parse_transcript(sample("chat-136.transcript.json"), info("a/b.log")).entries)
    with pytest.raises(SkipError, match="a session instead of a transcript"):
        parse_transcript(sample("chat-135.json"), info("chat-135.json"))


@given(st.binary(), st.sampled_from(["call-1.json", "chat-1.txt", "metadata.json", "chat-1.transcript.json", "x"]))
def test_any_bytes_are_a_session_or_refused(raw, path):
    """No bytes raise anything but the refusal."""
    with suppress(SkipError):
        parse(raw, FileInfo(path, len(raw), 0))


@given(RECORDS | VALUES, st.sampled_from(["call-1.json", "chat-1.json", "metadata.json"]))
def test_any_record_is_a_session_or_refused(value, path):
    """No value of a wrong type or shape raises anything but the refusal."""
    with suppress(SkipError):
        parse(json.dumps(value).encode(), FileInfo(path, 1, 0))
