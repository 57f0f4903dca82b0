import pytest

from connector.conversation.channel import settle_layout
from connector.errors import SkipError
from connector.reason import Code

STEREO = {"audioChannels": "Stereo", "salesPersonAudioChannel": 2}
MIXED = {"audioChannels": "Mono2Speaker"}


def settled(mapped, facts, **options):
    return settle_layout(mapped, facts, agent_channel=2, **options)


def test_two_different_channels_are_stereo_with_the_agent_where_the_source_puts_him(audio):
    """The platform puts the agent on channel 2; nothing of it has to stand in a mapping."""
    layout = settled({}, audio())

    assert STEREO == layout.fields
    assert () == layout.notes


def test_another_source_has_the_agent_on_the_left(audio):
    """Which channel is the agent's is the source's own."""
    assert settle_layout({}, audio(), agent_channel=1).fields["salesPersonAudioChannel"] == 1


@pytest.mark.parametrize(
    ("changes", "word"), [({"channels": 1}, "one channel"), ({"channels_identical": True}, "the same on both")]
)
def test_one_channel_or_the_same_twice_is_a_mixed_call(audio, changes, word):
    """A call with both speakers on one channel is sent as such, without an agent's channel, and that is noted."""
    layout = settled({"salesPersonAudioChannel": 2}, audio(**changes))

    assert MIXED == layout.fields
    assert word in layout.notes[0]
    assert "salesPersonAudioChannel: left out" in layout.notes[1]


def test_the_file_wins_over_a_mapping_that_says_stereo(audio):
    """A mapping cannot make a mono file stereo; the contradiction is noted."""
    layout = settled({"audioChannels": "Stereo", "salesPersonAudioChannel": 2}, audio(channels=1))

    assert MIXED == layout.fields
    assert "the mapping says Stereo" in layout.notes[0]


def test_the_file_wins_over_a_mapping_that_says_mono(audio):
    """Two different channels are stereo, whatever the mapping says."""
    layout = settled({"audioChannels": "Mono2Speaker"}, audio())

    assert STEREO == layout.fields
    assert "the mapping says Mono2Speaker" in layout.notes[0]


def test_the_mapping_wins_where_the_file_does_not_contradict_it(audio):
    """How many people speak on one channel, and which channel is the agent's, no file can tell."""
    assert settled({"audioChannels": "Mono1Speaker"}, audio(channels=1)).fields == {"audioChannels": "Mono1Speaker"}
    assert settled({"salesPersonAudioChannel": 1}, audio()).fields["salesPersonAudioChannel"] == 1


def test_silent_channels_are_stereo_unless_the_mapping_knows_better(audio):
    """Two channels of which nobody knows whether they differ are taken for stereo, or for what the mapping says."""
    silent = audio(channels_identical=None)

    assert STEREO == settled({}, silent).fields
    assert MIXED == settled(MIXED, silent).fields


def test_the_audio_form_agrees_with_the_conversation(audio):
    """Fields of the audio form go only where they are mapped or asked for, and then fit the others."""
    assert "stereoConfig" not in settled({}, audio()).fields
    assert settled({}, audio(), with_form=True).fields["stereoConfig"] == "AgentChannelTwo"
    assert settled({}, audio(channels=1), with_form=True).fields["monoConfig"] == "TwoSpeakers"
    assert settled({"stereoConfig": "AgentChannelOne"}, audio()).fields["salesPersonAudioChannel"] == 1


def test_both_forms_may_be_mapped_and_the_fitting_one_goes(audio):
    """A mapping may name both forms as constants: each file gets the one that fits it."""
    both = {"stereoConfig": "AgentChannelTwo", "monoConfig": "CustomerOnly"}

    assert settled(both, audio()).fields == STEREO | {"stereoConfig": "AgentChannelTwo"}
    assert settled(both, audio(channels=1)).fields == {"audioChannels": "Mono1Speaker", "monoConfig": "CustomerOnly"}


def test_forms_that_contradict_are_not_sent(audio):
    """Two words for the agent's channel break a rule; a mono form that does not fit is left out with a note."""
    broken = settled({"stereoConfig": "AgentChannelOne", "salesPersonAudioChannel": 2}, audio()).broken
    left = settled({"audioChannels": "Mono2Speaker", "monoConfig": "AgentOnly"}, audio(channels=1))

    assert [("stereoConfig", "names another channel of the agent than salesPersonAudioChannel", False)] == [*broken]
    assert MIXED == left.fields
    assert "monoConfig: left out" in left.notes[1]


def test_more_than_two_channels_are_refused(audio):
    """Capturi knows one and two channels."""
    with pytest.raises(SkipError, match="6 channels") as caught:
        settled({}, audio(channels=6))

    assert Code.AUDIO_INVALID == caught.value.code


def test_without_audio_the_mapping_speaks_and_else_the_source():
    """A conversation whose recording may still come says how speakers lie: nothing can be changed when it comes."""
    assert {"audioChannels": "Stereo", "salesPersonAudioChannel": 2} == settled({}, None).fields
    assert STEREO == settled(STEREO, None).fields
    assert MIXED == settled(MIXED | {"salesPersonAudioChannel": 2}, None).fields
