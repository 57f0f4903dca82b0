import subprocess
import sys

import pytest

from connector.conversation import inspect
from connector.errors import SkipError
from connector.reason import Code

JSON = b'{"id": 1418, "call_type": "Voice Inbound (IVR)"}'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stereo.wav", ("wav", "pcm_16", True)),
        ("stereo_8.wav", ("wav", "pcm_8", True)),
        ("stereo_24.wav", ("wav", "pcm_24", True)),
        ("stereo_32.wav", ("wav", "pcm_32", True)),
        ("stereo_float.wav", ("wav", "float_32", True)),
        ("stereo_double.wav", ("wav", "float_64", True)),
        ("stereo_mulaw.wav", ("wav", "mulaw", True)),
        ("stereo_alaw.wav", ("wav", "alaw", True)),
        ("stereo_adpcm.wav", ("wav", "adpcm_ima", False)),
        ("piped.wav", ("wav", "pcm_16", True)),
        ("stereo.mp3", ("mp3", "mp3_cbr", True)),
        ("stereo_vbr.mp3", ("mp3", "mp3_vbr", True)),
        ("stereo_bare.mp3", ("mp3", "mp3_cbr", False)),
        ("stereo_bare_vbr.mp3", ("mp3", "mp3_vbr", False)),
        ("stereo_44100.mp3", ("mp3", "mp3_cbr", True)),
        ("stereo.flac", ("flac", "flac", False)),
        ("stereo.ogg", ("ogg", "ogg", False)),
    ],
)
def test_a_two_channel_recording_is_known_by_its_bytes(recordings, facts_of, name, expected):
    """Kind, length and channels come out right for every kind of file that telephone systems write."""
    facts = facts_of((recordings / name).read_bytes())

    assert expected == (facts.container, facts.codec, facts.duration_exact)
    assert facts.duration_seconds == pytest.approx(30.0, abs=0.001 if facts.duration_exact else 0.7)
    assert facts.channels == 2
    assert facts.channels_identical is False
    assert facts.has_distinct_channels


@pytest.mark.parametrize(
    "name", ["dual.wav", "dual_mulaw.wav", "dual_24.wav", "dual_float.wav", "dual.mp3", "dual_apart.mp3", "dual.flac"]
)
def test_the_same_on_both_channels_is_found_out(recordings, facts_of, name):
    """A mixed-down call in a stereo file has identical channels, after a lossy codec as well."""
    facts = facts_of((recordings / name).read_bytes())

    assert facts.channels == 2
    assert facts.channels_identical is True
    assert not facts.has_distinct_channels


@pytest.mark.parametrize(("name", "codec"), [("mono.wav", "pcm_16"), ("mono.mp3", "mp3_cbr"), ("mono_gsm.wav", "gsm")])
def test_one_channel_has_nothing_to_compare(recordings, facts_of, name, codec):
    """A mono recording says nothing about identical channels."""
    facts = facts_of((recordings / name).read_bytes())

    assert (codec, 1, None) == (facts.codec, facts.channels, facts.channels_identical)
    assert facts.duration_seconds == pytest.approx(30.0, abs=0.2)


def test_m4a_is_recognised_but_its_channels_stay_unknown(recordings, facts_of):
    """What cannot be decoded here is taken, with a note that Capturi does not document it."""
    facts = facts_of((recordings / "stereo.m4a").read_bytes())

    assert ("m4a", "audio/mp4", ".m4a", 2, None) == (
        facts.container,
        facts.content_type,
        facts.file_suffix,
        facts.channels,
        facts.channels_identical,
    )
    assert facts.duration_seconds == pytest.approx(30.0, abs=0.2)
    assert "not documented" in facts.notes[0]


def test_content_type_and_suffix_follow_the_bytes(recordings, facts_of):
    """A tenant set to wav may write mp3: what is sent is labelled by what it is."""
    assert ("audio/mpeg", ".mp3") == (
        (facts := facts_of((recordings / "stereo.mp3").read_bytes())).content_type,
        facts.file_suffix,
    )
    assert "audio/wav" == facts_of((recordings / "stereo.wav").read_bytes()).content_type


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"", "empty file"),
        (bytes(5000), "zero bytes"),
        (JSON, "JSON"),
        (b"\xef\xbb\xbf" + JSON, "JSON"),
        (b"<!doctype html><title>403</title>", "HTML"),
        ("[2025-09-09] Kunde: hvor er min pakke? æøå".encode(), "JSON text"),
        ("Kunde: hvor er min pakke? æøå\n".encode() * 300, "looks like text"),
        (JSON.decode().encode("utf-16"), "looks like text"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"-----BEGIN PGP MESSAGE-----", "PGP"),
        (b"#!AMR\n\x3c", "AMR"),
        (b"RIFF\x24\0\0\0AVI LIST", "RIFF"),
        (b"ID3\x04\0\0\0\0\0\x0aTIT2 nothing else", "mp3 file without sound"),
        (b"OggS" + bytes(100), "damaged ogg"),
        (b"fLaC" + bytes(100), "damaged flac"),
        (b"\0\0\0\x18ftypM4A " + bytes(100), "damaged m4a"),
        (bytes(range(128, 256)) * 50, "no kind of audio"),
    ],
)
def test_what_is_no_recording_is_named(facts_of, content, looks):
    """A file that holds no sound is refused with what it looks like, and with a remedy."""
    with pytest.raises(SkipError, match=looks) as caught:
        facts_of(content)

    assert Code.AUDIO_INVALID == caught.value.code
    assert caught.value.hint


def test_a_recording_above_the_limit_is_too_large(reading):
    """Capturi takes 1 GB: a larger file is refused before a byte of it is read."""
    source = reading(b"RIFF")

    with pytest.raises(SkipError, match="1000000000") as caught:
        inspect(source.at, 1_000_000_001)

    assert Code.AUDIO_TOO_LARGE == caught.value.code
    assert [] == source.reads


def test_the_limit_is_a_setting(reading, wav):
    """A lower limit refuses what the usual one takes."""
    content = wav(bytes(100))

    with pytest.raises(SkipError) as caught:
        inspect(reading(content).at, len(content), limit_bytes=100)

    assert Code.AUDIO_TOO_LARGE == caught.value.code


def test_a_wav_file_is_looked_at_without_the_heavy_libraries():
    """A process that meets only wav files never loads numpy: its memory and its start belong to the user."""
    script = """
import sys
from connector.conversation import inspect
header = bytes.fromhex("52494646ffffffff57415645666d7420100000000100020040 1f0000007d000004001000 64617461ffffffff")
content = header + b"\\x00\\x10\\x00\\x00\\x00\\xf0\\x00\\x00" * 5000
assert inspect(lambda offset, length: content[offset:offset + length], len(content)).channels_identical is False
print([name for name in ("numpy", "soundfile", "tinytag") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
