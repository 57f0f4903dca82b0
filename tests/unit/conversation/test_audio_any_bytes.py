import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.conversation import inspect
from connector.errors import SkipError
from connector.reason import Code

MOST_READ_BYTES = 4 * 1024 * 1024
SEEDS = (
    "stereo.wav",
    "stereo_mulaw.wav",
    "stereo_adpcm.wav",
    "stereo.mp3",
    "stereo_bare_vbr.mp3",
    "stereo.flac",
    "stereo.ogg",
    "stereo.m4a",
)
MAGIC = (
    b"",
    b"RIFF\0\0\0\0WAVE",
    b"ID3",
    b"\xff\xfb\x90\x64",
    b"OggS\0",
    b"fLaC",
    b"\0\0\0\x18ftyp",
    b"FORM\0\0\0\0AIFF",
)

quiet = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def holds_its_promise(source, size_bytes):
    """Look at the bytes: either sensible facts come out, or a SkipError with a code; and little is read."""
    try:
        facts = inspect(source.at, size_bytes)
    except SkipError as error:
        found = error
    else:
        found = None
        assert facts.duration_seconds > 0
        assert math.isfinite(facts.duration_seconds)
        assert facts.channels > 0
        assert facts.sample_rate > 0
        assert facts.channels_identical is None or facts.channels == 2
    assert found is None or (found.code is Code.AUDIO_INVALID and found.message)
    assert sum(source.reads) <= MOST_READ_BYTES


@quiet
@given(magic=st.sampled_from(MAGIC), rest=st.binary(max_size=600))
def test_any_bytes_give_facts_or_a_reason(reading, magic, rest):
    """Whatever a file holds, looking at it ends in facts or in a SkipError, never in another error."""
    holds_its_promise(reading(magic + rest), len(magic + rest))


@quiet
@given(
    name=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=8),
    kept=st.floats(0, 1),
)
def test_damaged_recordings_give_facts_or_a_reason(recordings, reading, name, changes, kept):
    """A real recording with bytes of its header changed, or cut off anywhere, never breaks the program."""
    content = bytearray((recordings / name).read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    content = content[: math.ceil(len(content) * kept)]
    holds_its_promise(reading(bytes(content)), len(content))


@quiet
@given(content=st.binary(max_size=2000), more=st.integers(1, 5_000_000))
def test_a_size_that_is_not_true_does_no_harm(reading, content, more):
    """A file that is shorter than its listing said gives facts or a reason as well."""
    holds_its_promise(reading(b"RIFF\0\0\0\0WAVE" + content), len(content) + more)


@quiet
@given(seconds=st.integers(1, 400), cut=st.integers(0, 5000))
def test_a_cut_off_wav_has_the_length_of_what_is_there(reading, wav, seconds, cut):
    """The length of a wav file is that of the samples that are there, whatever the header promised."""
    data = b"\x00\x10\x00\xf0" * 8 * seconds
    content = wav(data)[: -cut or None]
    frames = max(len(data) - cut, 0) // 4
    if not frames:
        with pytest.raises(SkipError):
            inspect(reading(content).at, len(content))
        return

    facts = inspect(reading(content).at, len(content))

    assert frames / 8000 == facts.duration_seconds
    assert bool(cut) == any("cut off" in note for note in facts.notes)
