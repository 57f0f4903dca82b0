import hashlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.model import Recording
from connector.delivery.upload import Upload
from connector.errors import FileChangedError, SkipError
from connector.reason import Code

FILE_NAMES = st.text(st.characters(codec="utf-8"), max_size=40)
FIELDS = st.dictionaries(
    st.sampled_from(["spokenLanguage", "stereoConfig", "monoConfig"]), st.text("abcdefgh-DK", min_size=1)
)


def recording(
    content: bytes, *, name: str = "call.wav", content_type: str = "audio/wav", piece: int = 1000
) -> Recording:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    return Recording(name, len(content), content_type, pieces)


async def collect(upload: Upload) -> bytes:
    return b"".join([piece async for piece in upload.pieces()])


@given(st.binary(max_size=5000), FILE_NAMES, FIELDS)
async def test_announced_length(content, name, fields):
    """The length that goes into the header is the length of the body, whatever the name and the fields are."""
    upload = Upload(recording(content, name=name), fields)
    assert upload.size_bytes == len(await collect(upload))


@given(st.binary(max_size=5000), st.integers(1, 700))
async def test_sha256(content, piece):
    """The SHA-256 is that of the recording alone, however it was cut into pieces."""
    upload = Upload(recording(content, piece=piece), {"spokenLanguage": "da-DK"})
    await collect(upload)
    assert hashlib.sha256(content).hexdigest() == upload.sha256


@given(FILE_NAMES)
async def test_file_name_stays_in_its_line(name):
    """A file name cannot end its header line or its quotes, and brings no folder along."""
    head = (await collect(Upload(recording(b"", name=name), {}))).decode()
    line = head.split("\r\n")[1]
    assert line.startswith('Content-Disposition: form-data; name="data"; filename="')
    assert 4 == line.count('"')
    assert "\n" not in line
    assert "/" not in line.partition("filename=")[2]


async def test_fields_come_before_the_file():
    """The form fields stand before the audio, so that a target that streams knows them in time."""
    body = await collect(Upload(recording(b"AUDIO"), {"stereoConfig": "AgentChannelTwo"}))
    assert 0 < body.index(b"AgentChannelTwo") < body.index(b"AUDIO")


async def test_odd_content_type():
    """A content type that is none is sent as unknown bytes and cannot smuggle in a header line."""
    body = await collect(Upload(recording(b"x", content_type="audio/wav\r\nX-Evil: 1"), {}))
    assert b"Content-Type: application/octet-stream\r\n\r\nx" in body


async def test_boundaries_differ():
    """No two uploads share a boundary."""
    assert Upload(recording(b""), {}).content_type != Upload(recording(b""), {}).content_type


@pytest.mark.parametrize("announced", [4, 6])
async def test_other_size_than_listed(announced, audio):
    """A recording that is shorter or longer than it was listed is a changed file, and is never finished."""
    upload = Upload(audio(b"12345", announced=announced).recording, {})
    with pytest.raises(FileChangedError):
        await collect(upload)
    assert not upload.sent_whole
    assert isinstance(upload.failure, FileChangedError)


async def test_storage_trouble_keeps_its_name(audio):
    """What the storage raises in the middle comes out as it is and is remembered."""
    gone = SkipError(Code.UNREADABLE, "gone")
    source = audio(b"12345", failure=gone)
    upload = Upload(source.recording, {})
    with pytest.raises(SkipError) as caught:
        await collect(upload)
    assert gone is caught.value is upload.failure
    assert 1 == source.closed


async def test_longer_file_is_not_sent_past_its_length(audio):
    """Bytes beyond the announced length are not handed over: they would be read as the next request."""
    upload = Upload(audio(b"x" * 10, announced=5, piece_bytes=4).recording, {})
    pieces = upload.pieces()
    await anext(pieces)
    sent = [await anext(pieces)]
    with pytest.raises(FileChangedError):
        await anext(pieces)
    assert [b"xxxx"] == sent


async def test_sent_whole_only_at_the_end(audio):
    """The body counts as sent whole from the moment the last bytes are handed over, and not before."""
    upload = Upload(audio(b"x" * 200_000).recording, {})
    seen = [upload.sent_whole async for _ in upload.pieces()]
    assert [False] * (len(seen) - 1) + [True] == seen


async def test_source_is_closed_when_the_body_is_dropped(audio):
    """A body that is given up in the middle closes the recording at once."""
    source = audio(b"x" * 200_000)
    pieces = Upload(source.recording, {}).pieces()
    await anext(pieces)
    await anext(pieces)
    await pieces.aclose()
    assert (1, 1) == (source.opened, source.closed)
