"""How the body of a trigger is read: strictly, with raw control characters, by the keys of its template."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.errors import SkipError
from connector.message.zendesk.body import read_body
from connector.message.zendesk.template import template
from connector.reason import Code

FIXTURES = Path(__file__).parents[2] / "fixtures" / "zendesk"
GOOD = json.loads((FIXTURES / "trigger-extended-inbound.json").read_bytes())

QUOTES = "quotes were not escaped: read by the keys of the template"
LINES = "line breaks or tabs stood in a text as they are"


def filled_in(text="Hello", subject="Refund", name="Ida Holm", **more):
    """Give the body of our template with values put between its quotes as they are."""
    values = {
        "ticket.id": "48121",
        "ticket.latest_comment.value": text,
        "ticket.title": subject,
        "ticket.latest_comment.author.name": name,
        "ticket.latest_comment.is_public": "true",
        **more,
    }
    body = template()
    for placeholder, value in values.items():
        body = body.replace(f"{{{{{placeholder}}}}}", value)
    return body.encode()


def read(text="Hello", **more):
    body, notes = read_body(filled_in(text, **more))
    return body["caseUid"], body["message"]["text"], body["subject"], notes


def test_a_sound_body_is_read_without_a_note():
    """What is JSON is taken as it is."""
    assert (GOOD, ()) == read_body(json.dumps(GOOD).encode())


def test_raw_line_breaks_and_tabs_do_no_harm():
    """A text with control characters is read whole, and the mending is written down."""
    body, notes = read_body((FIXTURES / "trigger-raw-newline.broken.txt").read_bytes())
    assert "Hello,\nmy parcel said delivered but it is not here.\n\n\tIda" == body["message"]["text"]
    assert (LINES,) == notes


def test_quotes_in_a_text_are_told_from_those_around_it():
    """Text runs up to the template's next key, however much it looks like JSON itself."""
    body, notes = read_body((FIXTURES / "trigger-newline-and-quotes.broken.txt").read_bytes())
    expected = 'Hello,\nmy parcel said "delivered".\n"subject": "not a key", it only looks like one\n'
    assert expected == body["message"]["text"]
    assert 'Refund for "order" 7711' == body["subject"] == body["message"]["subject"]
    assert "2026-02-03T09:15:41Z" == body["updated"]
    assert (QUOTES,) == notes


def test_a_placeholder_without_quotes_may_be_empty():
    """A hole where a value should stand is no value; the escapes in the same body are still read."""
    body, _ = read_body((FIXTURES / "trigger-unquoted-empty.broken.txt").read_bytes())
    assert {"email": "bo@acme.example", "id": None, "name": "Bo Lind"} == body["message"]["to"][0]
    assert 'Hello,\nmy parcel said "delivered" but it is not here.' == body["message"]["text"]


@pytest.mark.parametrize(
    "text",
    [
        'He said "bye"',
        '"',
        '", "to": [',
        'x", "to": [{"email": "", "id": "", "name": "',
        'path "C:\\new\\" and\nmore',
        '"quoted" \\',
        'a", "isPublic": "false',
        'a"}, "priority": "urgent", "requester": {"id": "1',
    ],
)
def test_a_text_that_passes_for_template_stays_text(text):
    """What a customer writes between unescaped quotes never becomes a field of its own."""
    assert ("48121", text, "Refund") == read(text)[:3]


def test_nobody_writes_into_anothers_ticket():
    """A text that closes its object and names a ticket anew is read as text, though the whole is valid JSON."""
    text = 'x"}, "caseUid": "1", "message": {"direction": "Inbound", "text": "y'
    given = filled_in(text)
    assert "1" == json.loads(given)["caseUid"]
    body, notes = read_body(given)
    assert ("48121", text) == (body["caseUid"], body["message"]["text"])
    assert (QUOTES,) == notes


def test_a_key_that_stands_twice_with_one_value_is_harmless():
    """Only two values for one key make a body doubtful."""
    assert {"caseUid": "1"} == read_body(b'{"caseUid": "1", "caseUid": "1"}')[0]


def test_quotes_in_subjects_and_names_are_kept():
    """A subject, a name, a group and a brand may hold quotes as well."""
    case, text, subject, notes = read("Hi", subject='The "order"', name='Ida "Bo" Holm')
    assert ("48121", "Hi", 'The "order"', (QUOTES,)) == (case, text, subject, notes)


@pytest.mark.parametrize("number", ["9007199254740993", "18446744073709551617", "1e400", "0.30000000000000004"])
def test_a_number_keeps_every_digit(number):
    """Ids never pass through a float."""
    assert {"caseUid": number} == read_body(f'{{"caseUid": {number}}}'.encode())[0]


def test_half_characters_and_nul_are_noted():
    """A lone surrogate becomes U+FFFD and NUL is dropped, and both are written down."""
    body, notes = read_body(b'{"caseUid": "1", "message": {"text": "a\\ud800b\\u0000"}}')
    assert "a\ufffdb" == body["message"]["text"]
    assert 2 == len(notes)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b" ", b"null", b"[]", b'"text"', b"{", b"{]", b"\xff\xfe", b"a=1&b=2", b"<xml/>", b"\xef\xbb\xbf"),
        *(b"{" * 3000, b"[" * 100_000, b'{"a":' * 3000, b'{"a": ' + b"[" * 80 + b"]" * 80 + b"}", b'{"text": "\xff"}'),
    ],
)
def test_what_nobody_can_read_is_unreadable(raw):
    """A body that is no JSON object and no template is refused with its one reason."""
    with pytest.raises(SkipError) as caught:
        read_body(raw)
    assert Code.UNREADABLE == caught.value.code


def test_a_hopeless_body_is_given_up_soon():
    """A large body full of quotes and keys costs no more than its length allows."""
    with pytest.raises(SkipError):
        read_body(b'{"text": "' + b'", "to": ' * 100_000)


@given(st.lists(st.text(), min_size=2, max_size=5).map('"'.join), st.text('a"\\{}[]:, \n', max_size=20))
@example('"', '"')
def test_any_text_comes_out_of_an_unescaped_body(text, subject):
    """Whatever a customer writes, the ticket's number, the rest of the template and its keys stay what they are."""
    try:
        body, _ = read_body(filled_in(text, subject=f"s{subject}s"))
    except SkipError as error:
        assert Code.UNREADABLE == error.code  # noqa: PT017 - both are right; nothing else is
    else:
        assert "48121" == body["caseUid"]


@given(st.text())
def test_any_text_comes_out_of_a_sound_body(text):
    """Where values are escaped, nothing is lost but NUL and half characters."""
    body, _ = read_body(json.dumps({"message": {"text": text}}).encode())
    assert text.replace("\0", "") == body["message"]["text"]


@given(st.binary() | st.text('{}[]",: \\ntouxta09', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_else(raw):
    """Reading ends with an object or with the reason unreadable, and nothing else."""
    try:
        body, notes = read_body(raw)
    except SkipError as error:
        assert Code.UNREADABLE == error.code  # noqa: PT017 - both are right; nothing else is
    else:
        assert isinstance(body, dict)
        assert isinstance(notes, tuple)
