"""Say how speakers lie on a recording's channels; the mapping's word counts where the file does not contradict it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from connector.conversation.facts import AudioFacts
from connector.conversation.rules import Broken
from connector.errors import SkipError
from connector.reason import Code

__all__ = ["AgentChannel", "Layout", "settle_layout"]

AgentChannel = Literal[1, 2]

CHANNELS = "audioChannels"
AGENT = "salesPersonAudioChannel"
STEREO_FORM = "stereoConfig"
MONO_FORM = "monoConfig"

_STEREO, _ONE_SPEAKER, _TWO_SPEAKERS = "Stereo", "Mono1Speaker", "Mono2Speaker"
_STEREO_FORMS = {1: "AgentChannelOne", 2: "AgentChannelTwo"}
_AGENT_OF = {form: channel for channel, form in _STEREO_FORMS.items()}
_MONO_FORMS = {_ONE_SPEAKER: ("AgentOnly", "CustomerOnly"), _TWO_SPEAKERS: ("TwoSpeakers",)}
_MOST_CHANNELS = 2


class Layout(NamedTuple):
    """The channel fields to send, those of the audio form among them, and what to note about them.

    Recordings of one kind share theirs: the fields are to be read, never written to.
    """

    fields: dict[str, Any]
    notes: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()


class Sound(NamedTuple):
    """What of a recording decides about its channels."""

    channels: int
    channels_identical: bool | None
    has_distinct_channels: bool


def settle_layout(
    mapped: Mapping[str, Any], audio: AudioFacts | None, *, agent_channel: AgentChannel, with_form: bool = False
) -> Layout:
    """Give the channel fields for this recording; `mapped` is what the mapping says of them.

    `agent_channel` is the source's own for stereo (CCAI Platform: 2). The fields of the audio form are sent where the
    mapping names them or `with_form` asks for them, and always agree with the others. Raises SkipError(AUDIO_INVALID)
    for more than two channels.
    """
    if audio is None:
        # The recording may still come, and nothing can be changed then: the source's own layout is the best word.
        fields = {CHANNELS: mapped.get(CHANNELS, _STEREO), AGENT: mapped.get(AGENT, agent_channel)}
        if fields[CHANNELS] != _STEREO:
            fields.pop(AGENT)
        return Layout(fields)
    if audio.channels > _MOST_CHANNELS:
        hint = "mix the recording down to one or two channels"
        raise SkipError(Code.AUDIO_INVALID, f"the recording has {audio.channels} channels", hint=hint)
    sound = Sound(audio.channels, audio.channels_identical, audio.has_distinct_channels)
    if mapped:
        return _told(mapped, sound, agent_channel, with_form=with_form)
    return _untold(sound, agent_channel, with_form)


def _told(mapped: Mapping[str, Any], sound: Sound, agent_channel: AgentChannel, *, with_form: bool) -> Layout:
    named = mapped.get(CHANNELS)
    if sound.has_distinct_channels and (named in {None, _STEREO} or sound.channels_identical is False):
        return _stereo(mapped, agent_channel, with_form=with_form)
    return _mono(mapped, sound, with_form=with_form)


@lru_cache(maxsize=64)
def _untold(sound: Sound, agent_channel: AgentChannel, with_form: bool) -> Layout:  # noqa: FBT001 - part of the cache's key
    """Give what nearly every recording gets: the mapping says nothing, and the recordings of a job are of few kinds."""
    return _told({}, sound, agent_channel, with_form=with_form)


def _stereo(mapped: Mapping[str, Any], agent_channel: AgentChannel, *, with_form: bool) -> Layout:
    named, form = mapped.get(CHANNELS), mapped.get(STEREO_FORM)
    agent = mapped.get(AGENT) or _AGENT_OF.get(str(form)) or agent_channel
    fields = {CHANNELS: _STEREO, AGENT: agent}
    if form is not None or with_form:
        fields[STEREO_FORM] = _STEREO_FORMS[int(agent)] if agent in _STEREO_FORMS else form
    notes = [f"{CHANNELS}: the mapping says {named}, the recording has two different channels: sent as {_STEREO}"]
    broken = [Broken(STEREO_FORM, f"names another channel of the agent than {AGENT}")]
    contradicts = form is not None and form != fields[STEREO_FORM]
    return Layout(fields, tuple(notes if named not in {None, _STEREO} else ()), tuple(broken if contradicts else ()))


def _mono(mapped: Mapping[str, Any], sound: Sound, *, with_form: bool) -> Layout:
    named, form = mapped.get(CHANNELS), mapped.get(MONO_FORM)
    kind = named if named in _MONO_FORMS else _kind_of(form)
    what = {1: "has one channel", 2: "has the same on both channels"}[sound.channels]
    if sound.channels_identical is None and sound.channels == _MOST_CHANNELS:
        what = "is silent wherever it was looked at"
    notes = [f"{CHANNELS}: the recording {what}: sent as {kind}"]
    if named == _STEREO:
        notes = [f"{CHANNELS}: the mapping says {named}, the recording {what}: sent as {kind}"]
    if AGENT in mapped:
        notes.append(f"{AGENT}: left out, since the recording is not stereo")
    fields: dict[str, Any] = {CHANNELS: kind}
    if form in _MONO_FORMS[kind]:
        fields[MONO_FORM] = form
    elif form is not None:
        notes.append(f"{MONO_FORM}: left out, since {form} does not go with {kind}")
    elif with_form and len(_MONO_FORMS[kind]) == 1:
        fields[MONO_FORM] = _MONO_FORMS[kind][0]
    return Layout(fields, tuple(notes))


def _kind_of(form: Any) -> str:
    return _ONE_SPEAKER if form in _MONO_FORMS[_ONE_SPEAKER] else _TWO_SPEAKERS
