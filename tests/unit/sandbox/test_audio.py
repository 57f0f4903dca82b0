"""Check the uploads of the rehearsal against the documented rules, one case per rule."""

import hashlib
from uuid import uuid4

import httpx
import pytest

from connector.sandbox import Switches

REFUSED = {
    "no data": ({"files": {"file": ("a.wav", b"RIFF0000WAVE")}}, "data is missing"),
    "data without a file name": ({"files": {"data": (None, b"RIFF0000WAVE")}}, "data is missing"),
    "empty file": ({"files": {"data": ("a.wav", b"")}}, "data is empty"),
    "no audio": ({"files": {"data": ("a.wav", b"%PDF-1.7 and so on")}}, "data begins like no wav"),
    "two files": (
        {"files": [("data", ("a.wav", b"RIFF0000WAVE")), ("data", ("b.wav", b"RIFF0000WAVE"))]},
        "more than one file",
    ),
    "json": ({"json": {"data": "x"}}, "must be multipart/form-data"),
    "nothing": ({}, "must be multipart/form-data"),
    "no boundary": ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "with a boundary"),
    "boundary too long": (
        {"content": b"x", "headers": {"Content-Type": f"multipart/form-data; boundary={'b' * 5000}"}},
        "the boundary is too long",
    ),
    "broken": (
        {"content": b"--b\r\nno header\r\n\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        "the multipart body is broken",
    ),
    "no end": (
        {
            "content": b'--b\r\nContent-Disposition: form-data; name="data"; filename="a.wav"\r\n\r\nRIFF0000WAVE',
            "headers": {"Content-Type": "multipart/form-data; boundary=b"},
        },
        "the multipart body has no end",
    ),
    "part without a name": (
        {
            "content": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
            "headers": {"Content-Type": "multipart/form-data; boundary=b"},
        },
        "a part has no Content-Disposition",
    ),
}
REFUSED_FIELDS = {
    "language": ({"spokenLanguage": "Danish, please"}, "spokenLanguage has a value"),
    "stereo": ({"stereoConfig": "AgentTwo"}, "stereoConfig has a value"),
    "mono": ({"monoConfig": "twoSpeakers"}, "monoConfig has a value"),
    "unknown": ({"colour": "red"}, "colour is not a known field"),
    "too long": ({"spokenLanguage": "x" * 5000}, "a form field is longer than 4096 bytes"),
    "twice": ({"monoConfig": ["AgentOnly", "AgentOnly"]}, "monoConfig stands there twice"),
}
ACCEPTED_FIELDS = [
    {"spokenLanguage": "da-DK"},
    {"spokenLanguage": "en"},
    {"stereoConfig": "AgentChannelOne"},
    {"stereoConfig": "AgentChannelTwo", "spokenLanguage": "zh-Hant-TW"},
    {"monoConfig": "AgentOnly"},
    {"monoConfig": "CustomerOnly"},
    {"monoConfig": "TwoSpeakers"},
]
ODD_IDS = ["a/b", "a+b c", "50%", "æøå-☎", "..", "?x=1#y", "a%2Fb", "external"]


@pytest.mark.parametrize(("sent", "says"), REFUSED.values(), ids=REFUSED)
def test_uploads_that_break_a_rule_leave_nothing(api, v3, sent, says):
    """A broken upload is answered 400 with the rule, and the conversation still waits for its audio."""
    uid = api.post("/v3/conversation", json=v3).json()["uid"]
    answer = api.post(f"/v1/audio/{uid}", **sent)
    assert 400 == answer.status_code
    assert says in answer.text
    assert recording(api, uid) is None


@pytest.mark.parametrize(("fields", "says"), REFUSED_FIELDS.values(), ids=REFUSED_FIELDS)
def test_form_fields_have_documented_values_only(api, v3, wav, fields, says):
    """A field beside the file must be a documented one with a documented value."""
    uid = api.post("/v3/conversation", json=v3).json()["uid"]
    answer = api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)}, data=fields)
    assert 400 == answer.status_code
    assert says in answer.text
    assert recording(api, uid) is None


@pytest.mark.parametrize("fields", ACCEPTED_FIELDS, ids=str)
def test_an_upload_is_hashed_and_remembered(api, v3, wav, fields):
    """An accepted upload is read back with hash, size, name, type and form fields, and answered OK."""
    uid = api.post("/v3/conversation", json=v3).json()["uid"]
    answer = api.post(f"/v1/audio/{uid}", files={"data": ("opkald æ.wav", wav, "audio/wav")}, data=fields)
    assert (200, "OK") == (answer.status_code, answer.text)
    kept = recording(api, uid)
    expected = {
        "uid": uid,
        "externalIdentity": v3["externalIdentity"],
        "sha256": hashlib.sha256(wav).hexdigest(),
        "size_bytes": len(wav),
        "file_name": "opkald æ.wav",
        "content_type": "audio/wav",
        "fields": fields,
        "uploads": 1,
        "refused_uploads": 0,
    }
    assert expected == {name: kept[name] for name in expected}
    (conversation,) = [one for one in api.get("/_sandbox/conversations").json() if one["uid"] == uid]
    assert {"sha256": expected["sha256"], "size_bytes": len(wav)} == conversation["audio"]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_any_external_identity_fits_into_a_path(api, v3, wav, odd):
    """A percent-encoded external identity is decoded once and finds its conversation."""
    identity = f"{odd}{uuid4()}"
    uid = api.post("/v3/conversation", json={**v3, "externalIdentity": identity}).json()["uid"]
    path = "/v1/audio/external/" + "".join(f"%{byte:02X}" for byte in identity.encode())
    assert 200 == api.post(path, files={"data": ("a.wav", wav)}).status_code
    assert identity == recording(api, uid)["externalIdentity"]


@pytest.mark.parametrize(
    "path",
    ["nope", "9b2ad5f0-6f0e-4c57-8c3c-2f7c4b1f2a10", "external/nope", "external/a/b", "", "external/"],
)
def test_audio_of_an_unknown_conversation_is_404(api, wav, path):
    """Audio goes to a conversation that exists, and its id is one segment of the path."""
    assert 404 == api.post(f"/v1/audio/{path}", files={"data": ("a.wav", wav)}).status_code


def test_an_id_that_is_no_utf_8_is_refused(api, wav):
    """Bytes that are no text cannot be an id."""
    assert 400 == api.post("/v1/audio/external/%FF%FE", files={"data": ("a.wav", wav)}).status_code


def test_a_second_complete_upload_is_refused_and_counted(api, v3, wav):
    """The second recording of a conversation is answered 409, the first one stays."""
    uid = api.post("/v3/conversation", json=v3).json()["uid"]
    first = api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)})
    second = api.post(f"/v1/audio/{uid}", files={"data": ("b.wav", wav + b"more")})
    assert (200, 409) == (first.status_code, second.status_code)
    kept = recording(api, uid)
    assert ("a.wav", 1, 1) == (kept["file_name"], kept["uploads"], kept["refused_uploads"])


async def test_a_switch_lets_the_newer_recording_stay(start, v3, wav, tmp_path):
    """With repeated_audio=replace the second recording takes the place of the first, on disk too."""
    rehearsal = await start(switches=Switches(repeated_audio="replace"), keep=tmp_path)
    uid = await rehearsal.create(v3)
    for name, content in (("a.wav", wav), ("b.mp3", b"ID3" + wav)):
        assert 200 == (await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": (name, content)})).status_code
    (kept,) = await rehearsal.got("audio")
    assert ("b.mp3", 2, 0) == (kept["file_name"], kept["uploads"], kept["refused_uploads"])
    assert [f"{uid}.mp3"] == [path.name for path in (tmp_path / "audio").iterdir()]
    assert b"ID3" + wav == (tmp_path / "audio" / f"{uid}.mp3").read_bytes()


async def test_a_switch_lets_any_content_be_audio(start, v3):
    """With audio_content=accept the first bytes do not matter."""
    rehearsal = await start(switches=Switches(audio_content="accept"))
    uid = await rehearsal.create(v3)
    answer = await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.bin", b"anything")})
    assert 200 == answer.status_code


async def test_a_switch_ignores_unknown_form_fields(start, v3, wav):
    """With unknown_fields=ignore a form may carry more than is documented."""
    rehearsal = await start(switches=Switches(unknown_fields="ignore"))
    uid = await rehearsal.create(v3)
    answer = await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)}, data={"colour": "red"})
    assert 200 == answer.status_code


async def test_a_recording_over_the_limit_is_413(start, v3, wav, tmp_path):
    """The limit is on the recording itself: exactly as large passes, one byte more does not and leaves no file."""
    rehearsal = await start(largest_upload_bytes=len(wav), keep=tmp_path)
    uid = await rehearsal.create(v3)
    too_large = await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav + b"!")})
    assert 413 == too_large.status_code
    assert [] == list((tmp_path / "audio").iterdir())
    assert 200 == (await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)})).status_code


async def test_a_body_without_a_length_is_taken(start, v3, wav):
    """A chunked upload is taken like one with a length."""
    rehearsal = await start()
    uid = await rehearsal.create(v3)
    request = httpx.Request("POST", "http://x", files={"data": ("a.wav", wav * 300)})
    body = request.read()

    async def pieces():
        for begin in range(0, len(body), 10_007):
            yield body[begin : begin + 10_007]

    answer = await rehearsal.api.post(
        f"/v1/audio/{uid}", content=pieces(), headers={"Content-Type": request.headers["content-type"]}
    )
    assert 200 == answer.status_code
    (kept,) = await rehearsal.got("audio")
    assert hashlib.sha256(wav * 300).hexdigest() == kept["sha256"]


def recording(api, uid):
    """Read one recording back."""
    return next((one for one in api.get("/_sandbox/audio").json() if one["uid"] == uid), None)
