"""Write a conversation as the body of the create call, in each version of Capturi's interface."""

from collections.abc import Callable
from typing import Any, Literal

from connector.conversation.model import AUDIO_FORM, Conversation

__all__ = ["Api", "Speakers", "to_wire"]

Api = Literal["v3", "v2", "v1"]
Speakers = Literal["speakers", "channels"]
"""What numberOfSpeakers of v1 counts. Capturi's texts disagree: today's counts speakers, an older one channels."""

Body = dict[str, Any]
Written = tuple[Body, tuple[str, ...]]

_V2_NAMES = {"cutAudio": "conversationSegments", "team": "teamName"}
_V1_NAMES = {
    "externalIdentity": "externalId",
    "customer": "phoneNumber",
    "subject": "title",
    "dateTime": "datetime",
    "customProp1": "outcome",
    "customProp2": "outcomeReason",
    "customProp3": "caseId",
}
_V1_UNCHANGED = frozenset({"labels", "agentId", "agentName", "agentEmail", "hasConsent"})
_V1_OTHERWISE = frozenset({"audioChannels", "salesPersonAudioChannel"})
_V1_SPEAKERS: dict[Speakers, dict[str, int]] = {
    "speakers": {"Mono1Speaker": 1, "Mono2Speaker": 2, "Stereo": 2},
    "channels": {"Mono1Speaker": 1, "Mono2Speaker": 1, "Stereo": 2},
}
_V1_AGENT = {1: "left", 2: "right"}


def to_wire(conversation: Conversation, api: Api = "v3", *, speakers: Speakers = "speakers") -> Written:
    """Give the body and, per field that this version cannot carry, why it was left out.

    Empty fields are left out, consent is always there. `v2` speaks the vendor guide of 2024 (conversationSegments,
    teamName), `speakers` settles what the number of speakers of `v1` counts.
    """
    body = conversation.fields.copy()
    for name in AUDIO_FORM:
        body.pop(name, None)
    if "labels" in body:
        body["labels"] = list(body["labels"])
    if (segments := conversation.segments) is not None:
        body["cutAudio"] = [
            {"startSeconds": one.start_seconds, "durationSeconds": one.duration_seconds} for one in segments
        ]
    return _WRITE[api](body, speakers)


def _v3(body: Body, _speakers: Speakers) -> Written:
    return body, ()


def _v2(body: Body, _speakers: Speakers) -> Written:
    return {_V2_NAMES.get(name, name): value for name, value in body.items()}, ()


def _v1(body: Body, speakers: Speakers) -> Written:
    kept: Body = {}
    left_out = []
    for name, value in body.items():
        if name in _V1_UNCHANGED or name in _V1_NAMES:
            kept[_V1_NAMES.get(name, name)] = value
        elif name not in _V1_OTHERWISE:
            left_out.append(f"{name}: left out, v1 has no such field")
    layout = body.get("audioChannels", "Stereo")
    kept["numberOfSpeakers"] = _V1_SPEAKERS[speakers][layout]
    if "salesPersonAudioChannel" in body:
        kept["agentAudioChannel"] = _V1_AGENT[body["salesPersonAudioChannel"]]
    same = [other for other, number in _V1_SPEAKERS[speakers].items() if number == kept["numberOfSpeakers"]]
    if "audioChannels" in body and len(same) > 1:
        left_out.append(f"audioChannels: {layout} left out, v1 cannot tell {' and '.join(sorted(same))} apart")
    return kept, tuple(left_out)


_WRITE: dict[Api, Callable[[Body, Speakers], Written]] = {"v3": _v3, "v2": _v2, "v1": _v1}
