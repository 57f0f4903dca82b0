"""Test the options of foreign files: what a file is, whose recording it is, and every mistake with its remedy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError
from connector.job.definition.files import files_options, storage_options
from connector.job.definition.model import Source
from connector.job.definition.reading import Reading, find_under
from connector.session import Channel, FileRole, Session
from connector.storage import FileInfo


def reading(**options: Any) -> Reading:
    return Reading(files_options({"id": "id", **options}))


def session(**record: Any) -> Session:
    file = FileInfo("calls.csv", 1, 0)
    return Session(
        "files", Channel.CALL, str(record.get("id", "17")), None, record, "", None, None, None, None, (), file
    )


def mistakes(**options: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        files_options(options)
    return [str(one) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "options.id: is missing"),
        ({"id": "id", "format": "xml"}, "options.format: must be 'json'"),
        ({"id": "id", "channel": "chat"}, "options.channel"),
        ({"id": "id", "endet_at": "x"}, "options.endet_at: is not a known option (did you mean 'ended_at'?)"),
        ({"id": "id", "recording": {}}, "options.recording: must say either path or pattern"),
        ({"id": "id", "recording": {"path": "a", "pattern": "{id}.wav"}}, "must say either path or pattern"),
        ({"id": "id", "recording": {"pattern": "a.wav"}}, "the pattern must have {id} in it once"),
        ({"id": "id", "recording": {"pattern": "{id}*.wav"}}, "a star beside {id} leaves open where the id ends"),
        ({"id": "id", "recording": {"patern": "a"}}, "is not a known key (did you mean 'pattern'?)"),
        ({"id": "id", "agent": {"mail": "a"}}, "options.agent.mail: is not a known key (did you mean 'email'?)"),
        ({"id": "id", "timezone": "Denmark"}, "is not an IANA time zone"),
        ({"id": "id", "encoding": "utf-99"}, "is no encoding that is known here"),
        ({"id": "id", "encoding": "base64"}, "is no encoding that is known here"),
        ({"id": "id", "encoding": "idna"}, "is no encoding that is known here"),
        ({"id": "id", "time_format": "%Q"}, "options.time_format: '%Q' is no form of times: write it like %d.%m.%Y"),
        ({"id": "id", "time_format": "%d.%d"}, "it has one part of them twice"),
        ({"id": "id", "pattern": ["a.csv", 5]}, "options.pattern.1: must be text, and is a number"),
        ({"id": "id", "delimiter": "::"}, "must be one character"),
    ],
)
def test_each_mistake_in_the_options_is_told(options, told):
    """A person reads which option is wrong and what would be right."""
    assert any(told in one for one in mistakes(**options))


def test_options_of_the_storage_are_left_to_it():
    """Options of both live side by side; `agent` belongs to the files only where it names paths."""
    options = {"id": "a", "password": "x", "agent": {"id": "b"}, "pattern": "*.csv"}
    assert {"password": "x"} == storage_options("files", options)
    assert {"agent": True} == storage_options("files", {"id": "a", "agent": True})
    assert options == storage_options("ccai", options)
    assert "b" == files_options(options).agent.id


def test_a_source_of_another_kind_has_no_reading():
    """Only foreign files are read by options."""
    assert Source(storage="export").reading is None
    assert Source(kind="files", storage="export", options={"id": "a"}).reading is not None


@pytest.mark.parametrize(
    ("options", "path", "role"),
    [
        ({}, "a/calls.csv", FileRole.METADATA),
        ({}, "calls.PARQUET", FileRole.METADATA),
        ({}, "calls.txt", FileRole.OTHER),
        ({}, ".calls.csv", FileRole.OTHER),
        ({}, "~$calls.xlsx", FileRole.OTHER),
        ({"format": "csv"}, "calls.json", FileRole.OTHER),
        ({"format": "csv", "pattern": "*.txt"}, "a/calls.TXT", FileRole.METADATA),
        ({"pattern": "meta-*.csv"}, "calls.csv", FileRole.OTHER),
        ({"pattern": ["x.csv", "calls.*"]}, "calls.csv", FileRole.METADATA),
        ({"pattern": "meta/*.csv"}, "meta/calls.csv", FileRole.METADATA),
        ({"pattern": "meta/*.csv"}, "other/calls.csv", FileRole.OTHER),
        ({}, "audio/17.wav", FileRole.RECORDING),
        ({}, "audio/17.jpg", FileRole.OTHER),
        ({"recording": {"path": "file"}}, "audio/any name.mp3", FileRole.RECORDING),
        ({"recording": {"pattern": "{id}.wav"}}, "17.mp3", FileRole.OTHER),
        ({"recording": {"pattern": "{id}.raw"}}, "17.raw", FileRole.RECORDING),
    ],
)
def test_files_are_told_apart_by_their_names(options, path, role):
    """Pattern, format and the recording's own form decide; hidden files and locks are nothing."""
    assert role is reading(**options).classify(path).role


@pytest.mark.parametrize(
    ("pattern", "path", "key", "part"),
    [
        ("{id}.wav", "a/C-17.WAV", "c-17", None),
        ("{id}.*", "17.5.mp3", "17.5", None),
        ("call_{id}_*.wav", "call_17_left_2.wav", "17", None),
        ("*_{id}.wav", "2026_03_17.wav", "17", None),
        ("{id}-{part}.wav", "17-2.wav", "17", 2),
        ("audio/{id}.wav", "audio/17.wav", "17", None),
        ("rec?{id}.wav", "rec-17.wav", "17", None),
        ("{id} (1).wav", "17 (1).wav", "17", None),
    ],
)
def test_a_pattern_finds_the_id_in_a_name(pattern, path, key, part):
    """The id stands where {id} is; letters of either case fit, signs stand for themselves."""
    found = reading(recording={"pattern": pattern}).classify(path)
    assert (FileRole.RECORDING, key, part) == (found.role, found.session_id, found.part)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("17.wav", "17"),
        ("D:\\rec\\2026\\17.WAV", "17"),
        ("/rec/17", "17"),
        ("https://rec.example.com/a%20b.mp3?token=x", "a b"),
        ("17.5", "17.5"),
        (17, "17"),
        ("", None),
        (None, None),
    ],
)
def test_a_field_names_the_recording_however_it_is_written(value, key):
    """Paths of other machines and addresses lead to the same name."""
    assert key == reading(recording={"path": "file"}).recording_key(session(file=value))


def test_of_recordings_with_one_name_the_nearest_path_is_chosen():
    """The folders that the field names decide between files of one name."""
    made = reading(recording={"path": "file"})
    paths = {path: path for path in ("x/03/a.wav", "x/04/a.wav", "x/04/a.mp3")}
    assert ["x/04/a.wav"] == made.choose(session(file="D:\\rec\\04\\a.wav"), paths)
    assert ["x/04/a.wav", "x/04/a.mp3"] == made.choose(session(file="04/a"), paths)


def test_ids_that_differ_in_case_alone_keep_their_own_recordings():
    """Where a name has the very letters of the id, the other one is not meant."""
    paths = {path: path for path in ("aB.wav", "ab.wav")}
    assert ["aB.wav"] == reading().choose(session(id="aB"), paths)


def test_a_value_is_found_by_a_columns_name_or_by_a_path():
    """A column's own name wins, however odd; else it is a path as in a mapping."""
    assert 1 == find_under("Call ID")({"Call ID": 1})
    assert 1 == find_under("a.b")({"a.b": 1, "a": {"b": 2}})
    assert 2 == find_under("a.b")({"a": {"b": 2}})
    assert 3 == find_under('"a b"')({"a b": 3})
    assert find_under("sum(a)")({"a": "x"}) is None
    assert find_under("Call-ID")({}) is None


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_name_finds_something_or_nothing(name, record):
    """Whatever a person writes, looking a value up never fails."""
    find_under(name)(record)


@given(st.text(max_size=40))
def test_any_path_is_classified(path):
    """No name of a file is too odd."""
    reading(recording={"pattern": "*_{id}-{part}.*"}).classify(path)
    reading(recording={"path": "file"}).recording_key(session(file=path))
