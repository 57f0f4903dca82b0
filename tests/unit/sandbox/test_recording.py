"""Check what the first bytes of a recording say of its kind, and what stays of one that was not kept."""

import hashlib

import pytest

from connector.sandbox.recording import Recording, RecordingTooLargeError

FRAME = b"\xff\xf3\x40\xc4" + bytes(100)
KINDS = {
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
    "wav over 4 GB": (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
    "mp3 with a tag": (b"ID3\x04\x00" + bytes(11), "mp3"),
    "mp3, MPEG 1 layer 3": (b"\xff\xfb\x90\x64" + bytes(12), "mp3"),
    "mp3, MPEG 2 layer 3": (b"\xff\xf3\x40\xc4" + bytes(12), "mp3"),
    "ogg": (b"OggS" + bytes(12), "ogg"),
    "flac": (b"fLaC" + bytes(12), "flac"),
    "m4a": (b"\x00\x00\x00\x20ftypM4A " + bytes(4), "m4a"),
    "wav of broadcasters": (b"BW64\xff\xff\xff\xffWAVEds64", "wav"),
    "aiff": (b"FORM\x00\x00\x10\x00AIFFCOMM", "aiff"),
    "wma": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "wma"),
    "mp3 behind zeros": (bytes(100) + 3 * FRAME, "mp3"),
    "one frame behind text": (b"no sound, but a frame: " + FRAME + b"and text", ""),
    "avi": (b"RIFF\x24\x00\x00\x00AVI LIST", ""),
    "aac frame": (b"\xff\xf1\x50\x80" + bytes(12), ""),
    "no bitrate": (b"\xff\xfb\xf0\x64" + bytes(12), ""),
    "no sample rate": (b"\xff\xfb\x9c\x64" + bytes(12), ""),
    "no MPEG version": (b"\xff\xeb\x90\x64" + bytes(12), ""),
    "mp3 cut out of a longer one": (FRAME[20:] + 3 * FRAME, "mp3"),
    "text": (b'{"call": 1, "x": 2}', ""),
    "two bytes": (b"\xff\xfb", ""),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize(("head", "suffix"), KINDS.values(), ids=KINDS)
def test_the_first_bytes_tell_the_kind(head, suffix):
    """Containers that carry audio are known by their first bytes, in pieces of any size."""
    with Recording(None, 1000) as whole, Recording(None, 1000) as bytewise:
        whole.write(memoryview(head))
        for byte in head:
            bytewise.write(memoryview(bytes([byte])))
        assert (suffix, suffix) == (whole.suffix, bytewise.suffix)
        assert hashlib.sha256(head).hexdigest() == bytewise.sha256


def test_what_is_not_kept_is_gone(tmp_path):
    """Leaving without keep() leaves no file."""
    with Recording(tmp_path / "a.part", 100) as recording:
        recording.write(memoryview(b"abc"))
        assert 3 == (tmp_path / "a.part").stat().st_size
    assert [] == list(tmp_path.iterdir())


def test_what_is_kept_has_its_final_name(tmp_path):
    """keep() gives the file its name and nothing else stays."""
    with Recording(tmp_path / "a.part", 100) as recording:
        recording.write(memoryview(b"abc"))
        recording.keep(tmp_path / "a.wav")
    assert b"abc" == (tmp_path / "a.wav").read_bytes()
    assert ["a.wav"] == [path.name for path in tmp_path.iterdir()]


def test_too_much_is_refused():
    """One byte over the limit is too much."""
    with Recording(None, 3) as recording:
        recording.write(memoryview(b"abc"))
        with pytest.raises(RecordingTooLargeError):
            recording.write(memoryview(b"d"))
