import io
import wave

import pytest

from connector.conversation import join
from connector.errors import SkipError
from connector.reason import Code

TONE = b"\x00\x10\x00\xf0\x00\xf0\x00\x10" * 1000


def assembled(joined, contents):
    """Put header and stretches together as an upload does."""
    pieces = [contents[one.part][one.offset : one.offset + one.length] for one in joined.stretches]
    return joined.header + b"".join(pieces)


def test_joined_parts_are_one_wav_file(wav, facts_of):
    """The header and the stretches of the parts make a wav file that others can read, in the order given."""
    contents = [wav(TONE), wav(TONE[:4000][::-1]), wav(TONE)]
    joined = join([(f"call-1-{n}.wav", facts_of(content)) for n, content in enumerate(contents)])
    whole = assembled(joined, contents)

    with wave.open(io.BytesIO(whole)) as sound:
        assert (2, 2, 8000) == (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
        assert TONE + TONE[:4000][::-1] + TONE == sound.readframes(sound.getnframes())
    assert len(whole) == joined.facts.size_bytes
    assert joined.facts.duration_seconds == pytest.approx((8000 + 4000 + 8000) / 32000)


@pytest.mark.parametrize("name", ["stereo.wav", "stereo_24.wav", "stereo_mulaw.wav", "stereo_adpcm.wav", "piped.wav"])
def test_real_parts_are_read_back_whole(recordings, facts_of, name):
    """Whatever program wrote the parts, the joined file is twice as long and of the same kind."""
    content = (recordings / name).read_bytes()
    facts = facts_of(content)
    joined = join([("call-1-1.wav", facts), ("call-1-2.wav", facts)])
    again = facts_of(assembled(joined, [content, content]))

    assert facts.codec == again.codec
    assert again.duration_seconds == pytest.approx(2 * facts.duration_seconds)
    assert again.channels_identical is False
    assert () == again.notes


def test_half_a_frame_at_the_end_of_a_part_is_left_out(wav, facts_of):
    """A part that was cut off within a frame does not swap the channels of the next one."""
    contents = [wav(TONE + b"\x01", claimed=len(TONE) + 4), wav(TONE)]
    joined = join([("a.wav", facts_of(contents[0])), ("b.wav", facts_of(contents[1]))])

    assert [len(TONE), len(TONE)] == [one.length for one in joined.stretches]
    assert ("a.wav: the audio is cut off: 8001 of 8004 bytes are there",) == joined.facts.notes


@pytest.mark.parametrize("changes", [{"rate": 16000}, {"channels": 1}, {"bits": 8}, {"tag": 3, "bits": 32}])
def test_parts_of_different_formats_are_refused_by_name(wav, facts_of, changes):
    """What cannot be joined is named with its formats, so that a person sees which part is the odd one."""
    with pytest.raises(SkipError, match=r"call-1-1\.wav is wav pcm_16 .*call-1-2\.wav is wav") as caught:
        join([("call-1-1.wav", facts_of(wav(TONE))), ("call-1-2.wav", facts_of(wav(TONE, **changes)))])

    assert Code.AUDIO_INVALID == caught.value.code


def test_other_kinds_than_wav_are_not_joined(recordings, wav, facts_of):
    """Only wav parts can be joined without decoding them."""
    mp3 = facts_of((recordings / "stereo.mp3").read_bytes())

    with pytest.raises(SkipError, match=r"b\.mp3 is mp3 mp3_cbr with 2 channels at 8000 Hz"):
        join([("a.wav", facts_of(wav(TONE))), ("b.mp3", mp3)])


def test_a_whole_that_is_too_large_is_refused(wav, facts_of):
    """The limit holds for the joined file."""
    facts = facts_of(wav(TONE))

    with pytest.raises(SkipError) as caught:
        join([("a.wav", facts), ("b.wav", facts)], limit_bytes=16_000)

    assert Code.AUDIO_TOO_LARGE == caught.value.code


@pytest.mark.parametrize(
    ("parts", "expected"), [((True, None), True), ((True, False), False), ((None, None), None), ((None, False), False)]
)
def test_channels_are_the_same_only_where_no_part_differs(wav, facts_of, parts, expected):
    """One part with two speakers makes the whole recording stereo; a silent one proves nothing."""
    sounds = {True: b"\x00\x10\x00\x10\x00\xf0\x00\xf0" * 1000, False: TONE, None: bytes(8000)}
    joined = join([(f"{n}.wav", facts_of(wav(sounds[part]))) for n, part in enumerate(parts)])

    assert expected is joined.facts.channels_identical
