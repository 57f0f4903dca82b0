from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError, SkipError
from connector.reason import Code
from connector.session import Channel, TranscriptEntry, parse
from connector.session.transcript import compile_line, parse_json, parse_text
from connector.storage import FileInfo

FILE = FileInfo("chat-135.txt", 1, 0)
NAME = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=":"), min_size=1)


def test_a_json_transcript_keeps_what_has_text(parsed):
    """Text, templates and markdown become entries; notes, photos and unknown types only count in the positions."""
    found = parsed("chat-136.transcript.json")
    assert (Channel.CHAT, "136", "json", "America/Los_Angeles") == (
        found.channel,
        found.session_id,
        found.form,
        found.timezone,
    )
    assert [
        (2, "virtual_agent", "text_template"),
        (3, "end_user", "text"),
        (4, "virtual_agent", "markdown"),
        (5, "agent", "text"),
        (7, "agent", "text"),
        (9, "end_user", "text"),
    ] == [(entry.position, entry.role, entry.kind) for entry in found.entries]
    assert found.entries[4] == TranscriptEntry(
        position=7,
        at=datetime(2025, 9, 9, 21, 6, 36, tzinfo=UTC),
        role="agent",
        name="Agent One",
        kind="text",
        text="Thank you.\nThe parcel is on its way.",
    )
    assert None is found.entries[1].name
    assert () == found.notes


def test_a_call_with_messages_has_a_transcript_of_its_own(parsed):
    """A transcript of a voice call with messages belongs to the call."""
    assert Channel.CALL is parsed("chat-136.transcript.json", comm_type="call").channel


@pytest.mark.parametrize("comm_type", [None, "fax", 7])
def test_an_unknown_channel_is_taken_from_the_name(parsed, comm_type):
    """Where the body does not say call or chat, the file's name does, and a chat is the usual case."""
    assert Channel.CALL is parsed("chat-136.transcript.json", "call-136.json", comm_type=comm_type).channel
    assert Channel.CHAT is parsed("chat-136.transcript.json", "transcript.json", comm_type=comm_type).channel


def test_a_transcript_without_an_id_has_that_of_its_name(parsed):
    """The body's id comes first, then the name's."""
    assert "136" == parsed("chat-136.transcript.json", "chat-99.json").session_id
    assert "99" == parsed("chat-136.transcript.json", "chat-99.json", comm_id=None).session_id


@pytest.mark.parametrize("entries", [None, []])
def test_no_entries_make_an_empty_transcript(parsed, entries):
    """A transcript without entries is one, and empty."""
    assert () == parsed("chat-136.transcript.json", entries=entries).entries


def test_entries_of_a_wrong_shape_are_refused(parsed):
    """Entries that are no list cannot be read, and the reason names the file."""
    with pytest.raises(SkipError, match="its entries are no list") as caught:
        parsed("chat-136.transcript.json", entries={"1": {}})
    assert Code.UNREADABLE == caught.value.code


def test_an_entry_of_a_wrong_shape_keeps_its_place(parsed):
    """What is no entry with text is passed over, and those after it keep their positions."""
    said = {"timestamp": 1757451900, "type": "text", "role": "agent", "body": {"content": "Hi"}}
    wrong = [None, 5, [], {}, {"type": "text"}, said | {"body": []}, said | {"body": {"content": 5}}]
    found = parsed("chat-136.transcript.json", entries=[*wrong, said | {"body": {"content": " "}}, said])
    assert [9] == [entry.position for entry in found.entries]


def test_the_type_may_stand_in_the_body_only():
    """An entry's type is that of its body where it has none itself."""
    item = {"timestamp": "2025-09-09T14:05:20-07:00", "body": {"type": "markdown", "content": "Hi"}, "role": "Agent"}
    (entry,) = parse_json({"entries": [item]}, FILE).entries
    assert ("markdown", "agent", datetime(2025, 9, 9, 21, 5, 20, tzinfo=UTC)) == (entry.kind, entry.role, entry.at)


def test_an_entry_without_a_time_follows_the_one_before():
    """A missing time is that of the entry before, at the beginning that of the assignment, and it is noted."""
    said = {"type": "text", "role": "agent", "body": {"content": "Hi"}}
    items = [said, said | {"timestamp": 1757451900}, said | {"timestamp": "soon"}]
    found = parse_json({"entries": items, "assigned_at": "2025-09-09T20:00:00Z"}, FILE)
    later = datetime(2025, 9, 9, 21, 5, tzinfo=UTC)
    assert [datetime(2025, 9, 9, 20, tzinfo=UTC), later, later] == [entry.at for entry in found.entries]
    assert ("an entry without a time got that of the entry before it",) == found.notes


@pytest.mark.parametrize(("version", "noted"), [("1.0", 0), ("1.7", 0), (1, 0), (None, 0), ("2.0", 1), ("10.0", 1)])
def test_another_version_is_read_and_noted(parsed, version, noted):
    """A transcript of another version than 1 is read as far as it goes, with a note."""
    assert noted == len(parsed("chat-136.transcript.json", transcript_version=version).notes)


def test_a_plain_transcript_is_split_into_messages(parsed):
    """Each line with time and name begins a message, other lines go on with it; roles are not known yet."""
    found = parsed("chat-135.txt")
    assert (Channel.CHAT, "135", "txt", None) == (found.channel, found.session_id, found.form, found.timezone)
    assert ["Customer", "Agent One", "Customer", "Agent One", "Customer", "Agent One"] == [
        entry.name for entry in found.entries
    ]
    assert found.entries[3] == TranscriptEntry(
        position=4,
        at=datetime(2025, 9, 9, 20, 50, 48, tzinfo=UTC),
        role="",
        name="Agent One",
        kind="text",
        text="It left the warehouse this morning: tracking 00-4711.\nIt should arrive tomorrow before noon.",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plain_transcript_may_come_in_any_unicode(encoding):
    """Byte order marks, UTF-16 and Windows line ends change nothing."""
    text = "[2025-09-09 13:50:12 -0700] Kunde: Hvor er æblet?\r\nog pæren?\r\n"
    (entry,) = parse_text(text.encode(encoding), FILE).entries
    assert ("Kunde", "Hvor er æblet?\nog pæren?") == (entry.name, entry.text)


def test_a_line_in_brackets_without_a_time_goes_on_with_the_message():
    """A line only begins a message where its time is one."""
    text = "[2025-09-09 13:50:12 -0700] A: see\n[note] B: this\n\n[2025-09-09 13:50:13 -0700] A:\n"
    found = parse_text(text.encode(), FILE)
    assert [(1, "see\n[note] B: this")] == [(entry.position, entry.text) for entry in found.entries]


def test_what_stands_before_the_first_message_is_noted():
    """A heading is left out, and the notes say how many lines it had."""
    found = parse_text(b"Chat 135\n\n[2025-09-09 13:50:12 -0700] A: Hi\n", FILE)
    assert ["Hi"] == [entry.text for entry in found.entries]
    assert ("1 lines before the first message were left out",) == found.notes


@pytest.mark.parametrize(
    "raw", [b"", b"A: Hi\nB: Hello\n", b"[soon] A: Hi\n", "[…] Jørgen: hej".encode("latin-1", "replace")]
)
def test_a_text_that_cannot_be_split_is_awaited(raw):
    """A plain text in another layout or encoding waits for a form that can be read; the reason repeats none of it."""
    with pytest.raises(SkipError, match=r"chat-135.txt cannot be split") as caught:
        parse(raw, FILE)
    assert Code.TRANSCRIPT_AWAITED == caught.value.code
    assert caught.value.hint
    assert "Hi" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "why"), [(b"[13:50] A: Hi\n", "no day and time such as"), (b"A: Hi\n", "no line of it fits")]
)
def test_a_text_that_cannot_be_split_tells_what_its_lines_lack(raw, why):
    """Lines that fit the pattern and tell no day are another matter than lines that do not fit."""
    with pytest.raises(SkipError, match=why):
        parse(raw, FILE)


def test_another_layout_is_a_setting():
    """A pattern of the job's own splits another layout, in its own zone."""
    pattern = r"(?P<name>\w+) \((?P<time>[^)]+)\) - (?P<text>.*)"
    text = "Anna (2025-07-01 12:00:00) - Hej\nBo (2025-07-01 12:00:30) - Hej selv\n"
    found = parse_text(text.encode(), FILE, pattern, zone=ZoneInfo("Europe/Copenhagen"))
    assert [("Anna", "Hej"), ("Bo", "Hej selv")] == [(entry.name, entry.text) for entry in found.entries]
    assert datetime(2025, 7, 1, 10, tzinfo=UTC) == found.entries[0].at
    assert 2 == len(parse(text.encode(), FILE, pattern).entries)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?P<time>", "no RE2 expression"),
        (r"(?P<time>.)(?P<name>.)\1", "no RE2 expression"),
        ("(?P<time>.*)", "name, text"),
    ],
)
def test_a_pattern_that_is_not_valid_is_a_mistake_of_the_job(pattern, message):
    """A pattern that is no RE2, or lacks a group, is named with what is wrong."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        compile_line(pattern)
    assert ["transcript_pattern"] == [problem.field for problem in caught.value.problems]


@given(st.lists(st.tuples(NAME, st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)), min_size=1))
def test_what_was_said_comes_back(messages):
    """Whatever names and texts were written in the layout come back in their order."""
    text = "\n".join(f"[2025-09-09 13:50:12 -0700] {name}: {said}" for name, said in messages)
    assert messages == [(entry.name, entry.text) for entry in parse_text(text.encode(), FILE).entries]


@given(st.binary())
def test_any_bytes_are_split_or_awaited(raw):
    """No bytes raise anything but the refusal that waits for another form."""
    try:
        parse_text(raw, FILE)
    except SkipError as error:
        awaited = error.code
    else:
        awaited = Code.TRANSCRIPT_AWAITED
    assert Code.TRANSCRIPT_AWAITED == awaited
