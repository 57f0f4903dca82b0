import pytest

from connector.conversation.length import length_notes


@pytest.mark.parametrize(
    ("seconds", "talk", "recording"),
    [(30.17, 30, 30), (125.0, 112, None), (125.0, None, 123), (108.5, 112, None), (3600.0, None, 3500)],
)
def test_small_differences_are_no_news(audio, seconds, talk, recording):
    """An mp3 is a little longer, a recording starts a little later and holds waiting as well: none of it is noted."""
    assert () == length_notes(audio(duration_seconds=seconds), talk_seconds=talk, recording_seconds=recording)


def test_a_recording_shorter_than_the_talk_is_noted(audio):
    """Where much of the talk is missing from the audio a person is told, and the conversation goes on."""
    assert ("the audio has 40.0 s, less than the 112 s of talk in the record",) == length_notes(
        audio(duration_seconds=40.0), talk_seconds=112
    )


@pytest.mark.parametrize("seconds", [40.0, 400.0])
def test_another_length_than_the_record_says_is_noted(audio, seconds):
    """Where the record knows the length of the recording, both directions count."""
    (note,) = length_notes(audio(duration_seconds=seconds), recording_seconds=125.0)

    assert "the record says 125 s" in note
