import html
import json
import time
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.model import Answer
from connector.delivery.refusal import cleaned, judge
from connector.errors import SkipError, StopError, TargetRejectedTokenError, TryAgainError
from connector.reason import Code

BODY = {
    "externalIdentity": "acme-call-1418",
    "agentName": "Agnete Lindqvist",
    "agentEmail": "agnete@acme.example",
    "customer": "+4531313131",
    "labels": ["inbound"],
    "customProp1": "71450",
    "subject": "Orders & more",
    "hasConsent": True,
    "audioChannels": "Stereo",
}
# Letters that stand in no word an error needs, so that what is found in the text can only come from the value.
NAMES = st.text("qxzåøæjk", min_size=2, max_size=20)


def answer(status, body=b"", content_type="application/json"):
    return Answer(status, {"content-type": content_type}, body)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success(status):
    """Any status of success is a yes."""
    judge(answer(status), BODY)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, SkipError, Code.TARGET_REFUSED),
        (401, TargetRejectedTokenError, None),
        (403, TargetRejectedTokenError, None),
        (404, SkipError, Code.TARGET_REFUSED),
        (407, StopError, None),
        (409, SkipError, Code.TARGET_REFUSED),
        (413, SkipError, Code.TARGET_REFUSED),
        (415, SkipError, Code.TARGET_REFUSED),
        (422, SkipError, Code.TARGET_REFUSED),
        (302, StopError, None),
        (308, StopError, None),
        (500, TryAgainError, None),
        (501, SkipError, Code.TARGET_REFUSED),
        (520, TryAgainError, None),
    ],
)
def test_status_decides(status, kind, code):
    """The status says what to do, and stands in the error."""
    with pytest.raises(kind, match=str(status)) as caught:
        judge(answer(status), BODY)
    assert code == getattr(caught.value, "code", None)


def test_audio_too_large():
    """A recording that is too large has a code of its own."""
    with pytest.raises(SkipError, match="413") as caught:
        judge(answer(413), {}, audio=True)
    assert Code.AUDIO_TOO_LARGE == caught.value.code


def test_web_page_is_no_success():
    """A log-in page with status 200 is a proxy's, and the request is to be tried again."""
    with pytest.raises(TryAgainError, match="web page"):
        judge(answer(200, b"<html>Welcome to the hotel</html>", "text/html; charset=utf-8"), BODY)


def test_reason_stays_readable():
    """What the target objects to can be read in the error."""
    text = cleaned(b'{"title": "Validation failed", "errors": {"agentEmail": ["The field must not be empty."]}}', BODY)
    assert "title: Validation failed; errors.agentEmail: The field must not be empty." == text


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "agent Agnete Lindqvist is not known"}',
        b'{"error": "agent AGNETE  lindqvist is not known"}',
        b"agent Lindqvist, Agnete is not known",
        b"agent \\u0041gnete Lindqvist",
        b"<p>agent <b>Agnete</b>&#32;&#76;indqvist</p>",
        b"agent Agnete%20Lindqvist",
        b"agent %41gnete%20%4Cindqvist",
        b'{"message": "duplicate", "value": {"agentName": "Agnete Lindqvist"}}',
        b'{"errors": {"Agnete Lindqvist": "?"}}',
    ],
)
def test_name_is_blanked(body):
    """A name that was sent is blanked out, whole or in part and however it is written."""
    text = unquote(html.unescape(cleaned(body, BODY))).casefold()
    assert "agnete" not in text
    assert "lindqvist" not in text


@pytest.mark.parametrize(
    "body", [b"customer +4531313131", b"customer +45 31 31 31 31", b"customer 31-31-31-31", b"customer 004531313131"]
)
def test_number_is_blanked(body):
    """A phone number is blanked out in every way to write it."""
    assert "customer …" == cleaned(body, BODY).replace("+", "")


@pytest.mark.parametrize("body", [b"mail agnete@acme.example bad", b"mail someone.else@other.example bad"])
def test_e_mail_is_blanked(body):
    """An e-mail address is blanked out, even one that was not sent."""
    assert "mail … bad" == cleaned(body, BODY)


@given(st.lists(NAMES, min_size=1, max_size=4), st.text(" ,;:{}_7", min_size=1, max_size=50))
def test_nothing_sent_comes_back(values, around):
    """Whatever the target quotes of the request, none of its values stands in the text."""
    sent = {f"customProp{number}": value for number, value in enumerate(values)}
    quoted = f"{around}{around.join(values)}{around}"
    for body in (quoted.encode(), json.dumps({"error": quoted}).encode(), json.dumps(sent).encode()):
        text = cleaned(body, sent).casefold()
        assert not [value for value in values if value.casefold() in text]


@given(st.text("qxzåøæjk", min_size=6, max_size=20), st.text("ab ,;:{}", max_size=50))
def test_value_inside_a_word(value, around):
    """A value of some length is blanked out even in the middle of a longer word."""
    assert value.casefold() not in cleaned(f"{around}{value}{around}".encode(), [value]).casefold()


@given(st.binary(max_size=3000))
def test_any_body_can_be_cleaned(body):
    """No body, however odd, breaks the cleaning; the text is short, on one line, and can be stored as UTF-8."""
    text = cleaned(body, BODY)
    assert len(text) <= 300
    assert text == " ".join(text.split())
    text.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 65536,
        b"<" * 65536,
        b"@" * 65536,
        b"1" * 65536,
        b"a.b@" * 16384,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
    ids=["letters", "angles", "ats", "digits", "addresses", "lists", "objects"],
)
def test_hostile_body_is_cleaned_in_time(body):
    """A body made to keep the cleaning busy does not."""
    began = time.process_time()
    assert len(cleaned(body, BODY)) <= 300
    assert time.process_time() - began < 1


def test_long_text_is_cut():
    """A long text is cut at 300 characters with a mark."""
    text = cleaned(b"wrong " * 200, BODY)
    assert 300 == len(text)
    assert text.endswith("…")


def test_short_value_leaves_words_alone():
    """A short value that was sent does not tear holes into longer words."""
    assert "agentName is missing" == cleaned(b"agentName is missing", {"labels": ["name", "gent"]})
