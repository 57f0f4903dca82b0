import pytest

from connector.conversation import inspect
from connector.errors import SkipError

ID3 = b"ID3\x04\0\0\0\0\x07\x68" + bytes(1000)
"""A tag of a thousand bytes before the sound."""


def test_a_tag_before_the_sound_is_passed_over(recordings, facts_of):
    """Cover pictures and titles do not count as sound, whatever their size."""
    content = (recordings / "stereo_bare.mp3").read_bytes()
    plain, tagged = facts_of(content), facts_of(ID3 + content)

    assert plain.duration_seconds == pytest.approx(tagged.duration_seconds, abs=0.1)
    assert tagged.channels_identical is False


def test_a_tag_at_the_end_is_no_sound(recordings, facts_of):
    """The old tag of 128 bytes at the end does not make the recording longer."""
    content = (recordings / "stereo_bare.mp3").read_bytes()

    assert facts_of(content).duration_seconds == facts_of(content + b"TAG" + bytes(125)).duration_seconds


def test_an_announced_length_loses_what_the_encoder_added(recordings, facts_of):
    """With the encoder's own header the length is that of the sound that went in."""
    facts = facts_of((recordings / "stereo.mp3").read_bytes())

    assert facts.duration_exact
    assert facts.duration_seconds == pytest.approx(30.0, abs=0.001)


def test_a_cut_off_file_has_the_length_of_what_is_there(recordings, facts_of):
    """Where less came than the header announced, the length follows, is no longer exact, and is noted."""
    content = (recordings / "stereo.mp3").read_bytes()
    facts = facts_of(content[: len(content) // 2])

    assert facts.duration_seconds == pytest.approx(15.0, abs=0.5)
    assert not facts.duration_exact
    assert "cut off" in facts.notes[0]


def test_parts_put_behind_each_other_are_counted_whole(recordings, facts_of):
    """The header of the first part announces only that part: the frames say more."""
    content = (recordings / "stereo.mp3").read_bytes()
    facts = facts_of(content + content)

    assert facts.duration_seconds == pytest.approx(60.0, abs=1.0)
    assert not facts.duration_exact


def test_little_is_read_of_a_long_file(recordings, reading):
    """A recording of hours costs no more reading than a short one."""
    source = reading((recordings / "stereo_bare.mp3").read_bytes() * 100)
    facts = inspect(source.at, len(source.content))

    assert facts.duration_seconds == pytest.approx(3000, rel=0.02)
    assert sum(source.reads) < 200_000


def test_two_frames_are_a_recording_and_one_header_is_none(recordings, facts_of):
    """The shortest recordings are known still; four bytes that look like a frame are no sound."""
    content = (recordings / "stereo_bare.mp3").read_bytes()

    assert facts_of(content[: 2 * 288]).duration_seconds == pytest.approx(0.144)
    with pytest.raises(SkipError):
        facts_of(content[:4] + b"this is a text that begins strangely " * 20)


def test_the_decoder_is_quiet(recordings, facts_of, capfd):
    """Looking into the middle of a file does not make the decoder complain on standard error."""
    for name in ("stereo.mp3", "stereo_vbr.mp3", "stereo_bare_vbr.mp3", "stereo_44100.mp3", "dual_apart.mp3"):
        facts_of((recordings / name).read_bytes())

    assert ("", "") == capfd.readouterr()
