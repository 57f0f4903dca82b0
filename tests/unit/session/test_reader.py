import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import FileTruncatedError, SkipError
from connector.reason import Code
from connector.session.reader import DEEPEST_NESTING, read_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("raw", "value", "note"),
    [
        (b'{"a": NaN, "b": [Infinity, -Infinity, 1e999]}', {"a": None, "b": [None, None, None]}, "null"),
        (b"\xef\xbb\xbf" + b'{"a": 1}', {"a": 1}, "byte order mark"),
        ('{"a": "å"}'.encode("utf-16"), {"a": "å"}, "UTF-16"),
        ('{"a": "å"}'.encode("utf-16-le"), {"a": "å"}, "UTF-16"),
        ('{"a": "å"}'.encode("utf-16-be"), {"a": "å"}, "UTF-16"),
        (rb'{"a": "x\ud800y"}', {"a": "x\ufffdy"}, "surrogates"),
        (b'{"a": "x\xed\xa0\x80y"}', {"a": "x\ufffdy"}, "surrogates"),
        (rb'{"\udc00": 1}', {"\ufffd": 1}, "surrogates"),
        (b'{"a": "\xed\xa0\xbd\xed\xb8\x80"}', {"a": "\U0001f600"}, "surrogates"),
        (rb'{"a": "x\u0000y", "b\u0000": 1}', {"a": "xy", "b": 1}, "NUL"),
        (b'{"a": "x\0y"}\0', {"a": "xy"}, "NUL"),
    ],
)
def test_what_the_fast_parser_refuses_is_mended_and_noted(raw, value, note):
    """JSON that is only a little spoilt is read all the same, and a note says what was mended."""
    found, notes = read_json(raw, "call-1.json")
    assert value == found
    assert 1 == len(notes)
    assert note in notes[0]


def test_line_breaks_inside_a_text_are_kept():
    """A text that somebody wrote with real line breaks and tabs is read as it stands."""
    assert ({"a": "x\n\ty"}, ()) == read_json(b'{"a": "x\n\ty"}', "call-1.json")


def test_a_written_backslash_before_u0000_is_no_nul():
    r"""The six characters \u0000 after an escaped backslash are text and stay."""
    assert ({"a": "\\u0000"}, ()) == read_json(rb'{"a": "\\u0000"}', "call-1.json")


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b"\0" * 4096])
def test_an_empty_file_is_told_as_one_that_may_be_growing(raw):
    """A file without content is unreadable, and of the kind that may only be unfinished."""
    with pytest.raises(FileTruncatedError, match=r"call-1\.json (is empty|holds nothing but blanks)") as caught:
        read_json(raw, "call-1.json")
    assert Code.UNREADABLE == caught.value.code
    assert caught.value.hint


@pytest.mark.parametrize("cut", range(1, 96))
def test_wherever_a_file_is_cut_off_it_is_told(cut):
    """A file that stops anywhere in its JSON is told apart from one that is wrong."""
    whole = (
        '{"id": 1418, "note": "æ \\u00e6 \\" x", "rows": [{"a": null, "b": true}, -1.5e+3, []], "last": {}}'.encode()
    )
    assert whole[:cut] != whole
    with pytest.raises(FileTruncatedError, match="stops in the middle"):
        read_json(whole[:cut], "call-1.json")


def test_a_truncated_utf16_file_is_told():
    """Half a character at the end of UTF-16 means that the file was cut off."""
    with pytest.raises(FileTruncatedError):
        read_json('{"a": 1}'.encode("utf-16")[:-1], "call-1.json")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"name": "J\xf8rgen"}', "no UTF-8 text: byte 0xf8 at position 11"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "no UTF-8 text: byte 0xff at position 4"),
        (b"<html>not found</html>", "no valid JSON: Expecting value at line 1, column 1"),
        (b'{"a": 1} and more', "no valid JSON: Extra data at line 1, column 10"),
        (b'{"a": 1,, "b": 2}', "no valid JSON: .* at line 1, column 9"),
        (b'{"a" 1}', "no valid JSON: .* at line 1, column 6"),
        (b"hello", "no valid JSON"),
        (b"[" * 100_000, "nests its values"),
        (b"[" * (DEEPEST_NESTING + 1) + b"]" * (DEEPEST_NESTING + 1), "nests its values"),
        (b'{"a":NaN,"b":' * 100 + b"1" + b"}" * 100, "nests its values"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(raw, message):
    """A file that is no JSON is unreadable, with a sentence that says what is wrong, and is not called cut off."""
    with pytest.raises(SkipError, match=f"call-1.json (is )?{message}") as caught:
        read_json(raw, "call-1.json")
    assert Code.UNREADABLE == caught.value.code
    assert not isinstance(caught.value, FileTruncatedError)
    assert caught.value.hint


def test_the_deepest_nesting_allowed_is_read():
    """Values may be nested as deep as the limit says."""
    raw = b"[" * DEEPEST_NESTING + b"]" * DEEPEST_NESTING
    assert (json.loads(raw), ()) == read_json(raw, "call-1.json")


def test_a_long_file_that_is_not_deep_is_read():
    """Many values beside each other are no deep nesting."""
    value = [[{"a": [number]}] for number in range(1000)]
    assert (value, ()) == read_json(json.dumps(value).encode(), "call-1.json")


@pytest.mark.parametrize("number", ["9" * 25, "9" * 5000, "-" + "9" * 5000])
def test_numbers_of_any_length_are_read(number):
    """A number longer than any id does not stop the file from being read."""
    value, _ = read_json(f'{{"a": {number}, "b": NaN}}'.encode(), "call-1.json")
    assert ["a", "b"] == list(value)


@given(st.integers(-(2**63), 2**64 - 1))
def test_no_id_is_rounded_where_a_text_beside_it_is_spoilt(number):
    """A whole number of 64 bits stays what it is in either parser."""
    sound, _ = read_json(b'{"id": %d, "text": "x"}' % number, "a.json")
    spoilt, _ = read_json(b'{"id": %d, "text": "\xed\xb0\x80"}' % number, "a.json")

    assert number == sound["id"]
    assert number == spoilt["id"]


@given(JSON)
def test_good_json_is_read_as_it_stands(value):
    """Any JSON without NUL characters comes back unchanged and without a note."""
    raw = json.dumps(value).encode()
    if b"\\u0000" not in raw:
        assert (value, ()) == read_json(raw, "call-1.json")


@given(st.binary() | st.text().map(str.encode) | JSON.map(json.dumps).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_read_or_refused(raw):
    """No bytes raise anything but the refusal, and what is read can be written as UTF-8."""
    with suppress(SkipError):
        value, _ = read_json(raw, "call-1.json")
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
