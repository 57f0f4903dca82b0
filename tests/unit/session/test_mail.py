"""Read sessions out of e-mails of the platform."""

import json
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import SkipError
from connector.reason import Code
from connector.session import Channel, Mail, Transcript, parse_mail
from connector.storage import FileInfo

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ccai"
FILE = FileInfo("1700000000/7.eml", 1, 1_700_000_000_000_000_000)
CHAT = {"id": 135, "chat_type": "Messaging Inbound (Web Chat)", "status": "finished", "note": "Smørrebrød, 5 €"}
LINE = b"[2025-09-09 13:50:12 -0700] Agent One: Let me check.\r\n"
HEAD = b"From: no-reply@ccaiplatform.com\r\nMIME-Version: 1.0\r\n"


def written(
    body: str, *, cte: str = "quoted-printable", charset: str = "utf-8", subtype: str = "plain"
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "no-reply@ccaiplatform.com"
    message.set_content(body, subtype=subtype, charset=charset, cte=cte)
    return message


def chat(*attached: tuple[str, bytes]) -> bytes:
    message = written(json.dumps(CHAT))
    for name, content in attached:
        message.add_attachment(content, maintype="text", subtype="plain", filename=name, cte="base64")
    return message.as_bytes()


def refused(raw: bytes) -> SkipError:
    with pytest.raises(SkipError) as caught:
        parse_mail(raw, FILE)
    assert Code.UNREADABLE == caught.value.code
    assert FILE.path in caught.value.message
    return caught.value


def test_a_call_is_what_its_file_would_be():
    """The body of the example holds the very record of the second export."""
    mail = parse_mail((FIXTURES / "email-call-1418.eml").read_bytes(), FILE)
    assert json.loads((FIXTURES / "call-1418.reexport.json").read_text()) == mail.session.record
    assert ("ccai-email", Channel.CALL, "1418", FILE) == (
        mail.session.source_kind,
        mail.session.channel,
        mail.session.id,
        mail.session.file,
    )
    assert () == mail.transcripts


def test_a_chat_brings_its_transcript():
    """The attached text is the transcript of the session in the body."""
    mail = parse_mail((FIXTURES / "email-chat-135.eml").read_bytes(), FILE)
    (transcript,) = mail.transcripts
    assert isinstance(transcript, Transcript)
    assert (Channel.CHAT, "135", "txt", 6) == (
        transcript.channel,
        transcript.session_id,
        transcript.form,
        len(transcript.entries),
    )


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "iso-8859-15"])
def test_the_body_may_be_encoded_in_any_usual_way(cte, charset):
    """Transfer encoding and charset are undone before the JSON is read."""
    record = {**CHAT, "note": "Smørrebrød 5 €"}
    raw = written(json.dumps(record, ensure_ascii=False), cte=cte, charset=charset).as_bytes()
    assert record == parse_mail(raw, FILE).session.record


def test_text_around_the_json_is_left_out():
    """A banner of a mail gateway and a footer do not keep the session from being read, and are noted."""
    raw = written(f"CAUTION: this is from outside\n\n{json.dumps(CHAT)}\n\nUnsubscribe here").as_bytes()
    session = parse_mail(raw, FILE).session
    assert CHAT == session.record
    assert any("left out" in note for note in session.notes)


def test_the_plain_form_is_read_of_two():
    """Where a message comes as text and as a page, the text counts."""
    message = written(json.dumps(CHAT))
    message.add_alternative("<p>{}</p>", subtype="html")
    assert CHAT == parse_mail(message.as_bytes(), FILE).session.record


def test_json_may_be_attached_as_transcript():
    """A JSON transcript is taken as well, and other attachments are passed over."""
    told = json.loads((FIXTURES / "chat-136.transcript.json").read_text())
    content = json.dumps({**told, "comm_id": 135}).encode()
    mail = parse_mail(chat(("transcript.json", content), ("photo.png", b"\x89PNG")), FILE)
    assert ["json"] == [one.form for one in mail.transcripts]


def test_a_text_that_cannot_be_split_keeps_its_reason():
    """The session is read all the same; the transcript says why it waits."""
    (error,) = parse_mail(chat(("chat-135.txt", b"hello there")), FILE).transcripts
    assert isinstance(error, SkipError)
    assert Code.TRANSCRIPT_AWAITED == error.code


def test_the_transcript_of_another_session_is_not_taken():
    """An attachment that bears another id belongs to nobody here."""
    mail = parse_mail(chat(("chat-136.txt", LINE)), FILE)
    assert () == mail.transcripts
    assert any("another session" in note for note in mail.session.notes)


def test_no_name_of_an_attachment_is_told():
    """What a file is called may be anybody's name: it stands in no reason."""
    (error,) = parse_mail(chat(("Kim Hansen +4531313131.txt", b"hello")), FILE).transcripts
    assert "Kim" not in str(error)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no JSON in its body"),
        (HEAD + b"\r\nHello, your report is ready.\r\n", "no JSON in its body"),
        (HEAD + b'Content-Type: text/html\r\n\r\n<p>{"id": 1}</p>', "no JSON in its body"),
        (HEAD + b'\r\n{"id": 135, "chat_type": "Mess', "stops in the middle"),
        (HEAD + b'\r\n{"hello": "world"}', "no id"),
        (HEAD + b'\r\n{"comm_type": "chat", "comm_id": 1, "entries": []}', "a transcript and no session"),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.z\r\n\r\n" + json.dumps(CHAT).encode(), "no JSON"),
    ],
)
def test_a_message_without_a_session_is_refused_with_its_reason(raw, why):
    """The reason names the message and says what is wrong with it."""
    assert why in refused(raw).message


def test_a_message_of_endless_parts_is_refused():
    """Parts within parts, thousands deep, end in a reason and not in a crash."""
    layers = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (depth, depth + 1) for depth in range(3000)
    )
    refused(HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + layers)


NAMES = st.sampled_from(["Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "From", "X"])
WORDS = st.sampled_from(
    [
        *("text/plain", "multipart/mixed", 'boundary="b"', "boundary*=utf-8''b", "charset=utf-16", "charset*=x''%ff"),
        *("charset=unicode_escape", "charset=rot13", "charset=idna", "base64", "quoted-printable", "x-uuencode"),
        *("attachment", "filename=a.txt", "filename*0*=utf-8''%f0", "filename*=zlib''%00", "message/rfc822", "=?q?x"),
    ]
)
HEADERS = st.lists(st.tuples(NAMES, st.lists(WORDS | st.text(max_size=8), max_size=4)), max_size=5).map(
    lambda rows: "".join(f"{name}: {'; '.join(words)}\r\n" for name, words in rows).encode(errors="replace")
)
CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b'{"id": 1, "call_type": "x"}', b"begin 644 x\n#AAAA\nend\n", b"e30=", b"=7B=7D", b"\\u00", LINE]),
)
PARTS = st.tuples(HEADERS, CONTENTS).map(lambda part: part[0] + b"\r\n" + part[1])
MESSAGES = st.tuples(HEADERS, st.lists(PARTS, max_size=4)).map(
    lambda made: made[0] + b"\r\n" + b"".join(b"\r\n--b\r\n" + part for part in made[1]) + b"\r\n--b--\r\n"
)


@given(st.one_of(st.binary(max_size=300), PARTS, MESSAGES))
def test_any_bytes_are_read_or_refused(raw):
    """Whatever arrives, the answer is a session or a reason; nothing else is raised."""
    with suppress(SkipError):
        assert isinstance(parse_mail(raw, FILE), Mail)
