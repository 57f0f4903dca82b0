import struct

import pytest

from connector.conversation import inspect, is_plain_wav
from connector.errors import SkipError
from connector.reason import Code

TONE = b"\x00\x10\x00\xf0\x00\xf0\x00\x10" * 4000
"""One second of two different channels."""


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF - 36, 0])
def test_a_header_written_before_the_length_was_known(facts_of, wav, claimed):
    """Programs that write into a pipe leave the length open: the file's own length counts, and that is noted."""
    facts = facts_of(wav(TONE, claimed=claimed, riff=36))

    assert 1.0 == facts.duration_seconds
    assert facts.duration_exact
    assert "does not say how long" in facts.notes[0]


def test_a_truncated_file_is_noted(facts_of, wav):
    """A header that promises more than there is: the length is real, and a person is told."""
    facts = facts_of(wav(TONE, claimed=len(TONE) * 2))

    assert 1.0 == facts.duration_seconds
    assert ("the audio is cut off: 32000 of 64000 bytes are there",) == facts.notes
    assert len(TONE) == facts.missing_bytes


def test_a_header_that_counts_itself_is_no_sign_of_a_cut(facts_of, wav):
    """Some recorders count the 44 bytes of their header as sound: nothing is missing from such a file."""
    facts = facts_of(wav(TONE, claimed=len(TONE) + 44))

    assert 0 == facts.missing_bytes


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x01\x02\x03"])
def test_a_file_without_a_sample_is_refused(facts_of, wav, content):
    """A recording of no length is no recording."""
    with pytest.raises(SkipError, match="without a single sample") as caught:
        facts_of(wav(content))

    assert Code.AUDIO_INVALID == caught.value.code


def test_chunks_behind_the_samples_are_no_sound(facts_of, wav):
    """What follows the samples does not make the recording longer."""
    facts = facts_of(wav(TONE, riff=36 + len(TONE) + 12) + b"LIST\x04\0\0\0INFO")

    assert 1.0 == facts.duration_seconds
    assert () == facts.notes


def test_chunks_before_the_samples_are_passed_over(facts_of, wav):
    """A long description before the samples does not hide them."""
    content = wav(TONE)
    long = b"bext" + struct.pack("<I", 9001) + bytes(9002)

    assert 1.0 == facts_of(content[:12] + long + content[12:]).duration_seconds


def test_the_long_form_of_wav_is_read(facts_of, wav):
    """RF64 keeps the real length in a chunk of its own."""
    content = wav(TONE, claimed=0xFFFFFFFF)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, len(content) + 28, len(TONE), 8000, 0)
    facts = facts_of(b"RF64" + content[4:12] + sizes + content[12:])

    assert 1.0 == facts.duration_seconds
    assert () == facts.notes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": 0}, "0 channels"),
        ({"rate": 0}, "0 samples"),
        ({"rate": 4_000_000_000 // 4}, "1000000000 samples"),
        ({"channels": 200}, "200 channels"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(facts_of, wav, changes, message):
    """A header is believed only as far as it can be true."""
    with pytest.raises(SkipError, match=message):
        facts_of(wav(TONE, **changes))


def test_a_wrong_block_size_is_worked_out_again(facts_of, wav):
    """Block sizes that do not fit channels and bits are replaced by what fits."""
    content = bytearray(wav(TONE))
    content[32:34] = struct.pack("<H", 77)

    assert 1.0 == facts_of(bytes(content)).duration_seconds


def test_a_file_without_samples_or_format_is_refused(facts_of, wav):
    """A header that leads nowhere is refused with what is missing."""
    with pytest.raises(SkipError, match="leads to no samples"):
        facts_of(wav(TONE)[:36])
    with pytest.raises(SkipError, match="without a format"):
        facts_of(b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd")


def test_a_long_recording_is_read_in_small_windows():
    """Of a recording of an hour only the header and one window are read where the channels differ there."""
    header = b"RIFF" + struct.pack("<I", 36 + 115_200_000) + b"WAVEfmt " + struct.pack("<I", 16)
    header += struct.pack("<HHIIHH", 1, 2, 8000, 32000, 4, 16) + b"data" + struct.pack("<I", 115_200_000)
    reads = []

    def read_at(offset, length):
        reads.append(length)
        return (header + TONE)[:length] if offset == 0 else (TONE * 2)[offset % 4 :][:length]

    facts = inspect(read_at, len(header) + 115_200_000)

    assert (3600.0, False) == (facts.duration_seconds, facts.channels_identical)
    assert [4096, 8192] == reads


def test_silence_proves_nothing(facts_of, wav):
    """Two silent channels may still be two speakers': whether they are the same stays unknown."""
    assert facts_of(wav(bytes(200_000))).channels_identical is None
    assert facts_of(wav(b"\x05\x00\xfb\xff" * 50_000)).channels_identical is None
    assert facts_of(wav(b"\xff" * 100_000, bits=8, tag=7)).channels_identical is None
    assert facts_of(wav(b"\xff\x7f" * 50_000, bits=8, tag=7)).channels_identical is None


def test_one_audible_moment_is_found_between_silences(facts_of, wav):
    """A short remark in a long silence is enough to tell two channels apart."""
    silence = bytes(32_000 * 20)

    assert facts_of(wav(silence + TONE + silence)).channels_identical is False


def test_the_same_sound_with_a_little_noise_is_the_same(facts_of, wav):
    """What a lossy codec adds between two equal channels does not make them different."""
    loud = [8000, -8000] * 20_000
    frames = b"".join(struct.pack("<hh", level, level + index % 5) for index, level in enumerate(loud))

    assert facts_of(wav(frames)).channels_identical is True


@pytest.mark.parametrize(
    ("bits", "tag", "sounds"),
    [
        (8, 1, (b"\x20\xe0", b"\xe0\x20")),
        (16, 1, (b"\0\x20\0\xe0", b"\0\xe0\0\x20")),
        (24, 1, (b"\0\0\x20\0\0\xe0", b"\0\0\xe0\0\0\x20")),
        (32, 1, (b"\0\0\0\x20\0\0\0\xe0", b"\0\0\0\xe0\0\0\0\x20")),
        (32, 3, (struct.pack("<ff", 0.5, -0.5), struct.pack("<ff", float("nan"), float("inf")))),
        (64, 3, (struct.pack("<dd", 0.5, -0.5), struct.pack("<dd", -0.5, 0.5))),
        (8, 7, (b"\x10\x90", b"\x90\x10")),
        (8, 6, (b"\x10\x90", b"\x90\x10")),
    ],
)
def test_channels_are_compared_in_every_way_of_writing_samples(facts_of, wav, bits, tag, sounds):
    """Equal and different channels are told apart however the samples are written."""
    left, right = sounds
    half = len(left) // 2
    mixed = b"".join(left[at : at + half] + right[at : at + half] for at in (0, half)) * 4000
    same = b"".join(left[at : at + half] * 2 for at in (0, half)) * 4000

    assert facts_of(wav(mixed, bits=bits, tag=tag)).channels_identical is False
    assert facts_of(wav(same, bits=bits, tag=tag)).channels_identical is True


def test_what_has_to_be_decoded_is_told_by_the_first_bytes(recordings):
    """Uncompressed and companded wav files, 24 bits and floats in the long form of the header too; nothing else."""
    plain = {path.name for path in recordings.iterdir() if is_plain_wav(path.read_bytes()[:4096])}
    wavs = {path.name for path in recordings.glob("*.w*")}
    assert wavs - {"stereo_adpcm.wav", "mono_gsm.wav"} == plain


@pytest.mark.parametrize(
    "head", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVE", b"fmt \x10\x00\x00\x00\x01\x00", b"\xff" * 4096]
)
def test_what_does_not_begin_like_a_wav_file_is_none(head):
    """Nothing is taken for plain that does not say so."""
    assert not is_plain_wav(head)
