"""Build what Capturi accepts from a draft, checking every rule at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connector.conversation.channel import AGENT, CHANNELS, MONO_FORM, STEREO_FORM, AgentChannel, settle_layout
from connector.conversation.facts import AudioFacts
from connector.conversation.length import length_notes
from connector.conversation.model import REQUIRED, Conversation, Segment, check_fields
from connector.conversation.rules import Broken, Rules, checked, from_refusals
from connector.conversation.segments import clamp, compute
from connector.errors import SkipError
from connector.mapping.model import Draft

__all__ = ["Circumstances", "build"]

_RULES = Rules(check_fields, REQUIRED)
_LAYOUT = frozenset((CHANNELS, AGENT, STEREO_FORM, MONO_FORM))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a conversation depends on beside its draft and its audio.

    `agent_id` is set where every agent gets a conversation of his own: only his spans are kept then. `talk_seconds`
    and `recording_seconds` are what the record says of either, to compare the audio with; without the former the talk
    of the draft's spans counts. `agent_channel` is the source's own in stereo: 2 for the CCAI Platform.
    """

    agent_id: str | None = None
    redacted: Literal["silenced", "removed"] = "silenced"
    agent_channel: AgentChannel = 2
    with_audio_form: bool = False
    talk_seconds: float | None = None
    recording_seconds: float | None = None


_USUAL = Circumstances()


def build(
    draft: Draft, audio: AudioFacts | None, *, has_consent: bool | None, circumstances: Circumstances = _USUAL
) -> Conversation:
    """Give the conversation to send; `audio` is None where it goes without.

    Raises RulesBrokenError with every broken rule: FIELD_MISSING where a required field has no value, consent
    included, FIELD_INVALID else; SkipError(AUDIO_INVALID) for a recording with more than two channels.
    """
    values = dict(draft.values)
    if has_consent is not None:
        values["hasConsent"] = has_consent
    # Most mappings leave the layout to the recording.
    mapped = {} if _LAYOUT.isdisjoint(values) else {name: values.pop(name) for name in _LAYOUT & values.keys()}
    layout = settle_layout(
        mapped, audio, agent_channel=circumstances.agent_channel, with_form=circumstances.with_audio_form
    )
    values |= layout.fields
    broken = [*from_refusals(draft.refusals), *layout.broken]
    segments = _segments(draft, audio, circumstances, broken)
    if segments is not None:
        values["cutAudio"] = segments
    notes = (*layout.notes, *_audio_notes(draft, audio, circumstances))
    return Conversation(checked(_RULES, values, broken, draft.refusals), notes)


def _segments(
    draft: Draft, audio: AudioFacts | None, circumstances: Circumstances, broken: list[Broken]
) -> Sequence[Segment] | None:
    seconds = audio.duration_seconds if audio else None
    ready: Any = draft.values.get("cutAudio")
    try:
        if draft.spans is not None:
            return compute(draft.spans, seconds, agent_id=circumstances.agent_id, redacted=circumstances.redacted)
        return clamp(ready, seconds) if ready else None
    except SkipError as error:
        broken.append(Broken("cutAudio", str(error)))
        return None


def _audio_notes(draft: Draft, audio: AudioFacts | None, circumstances: Circumstances) -> tuple[str, ...]:
    if audio is None:
        return ()
    talk = circumstances.talk_seconds
    if talk is None and draft.spans is not None:
        talk = sum([span.talk_seconds or 0 for span in draft.spans.keep])
    lengths = length_notes(audio, talk_seconds=talk, recording_seconds=circumstances.recording_seconds)
    return (*audio.notes, *lengths)
