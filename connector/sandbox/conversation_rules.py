"""List what /v1, /v2 and /v3/conversation take, as Capturi documents it (integration-api-clients, July 2026)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connector.sandbox.field import (
    Field,
    distinct_texts,
    flag,
    moment,
    number,
    objects,
    one_of,
    problems,
    text,
    translate,
    whole,
)
from connector.sandbox.options import Switches

__all__ = ["VERSIONS", "Version"]

_SEGMENT = (Field("startSeconds", whole(0), required=True), Field("durationSeconds", whole(1), required=True))
_CUT_AUDIO = objects(_SEGMENT)
_PEOPLE = (
    Field("agentId", text, required=True),
    Field("agentName", text, required=True),
    Field("agentEmail", text, required=True),
)
_V3 = (
    Field("externalIdentity", text, required=True),
    *_PEOPLE,
    Field("dateTime", moment, required=True),
    Field("subject", text, required=True),
    Field("customer", text, required=True),
    Field("customerCompany", text),
    Field("labels", distinct_texts),
    Field("status", text),
    Field("hasConsent", flag),
    Field("audioChannels", one_of("Stereo", "Mono1Speaker", "Mono2Speaker")),
    Field("salesPersonAudioChannel", one_of(1, 2)),
    Field("team", text),
    Field("cutAudio", _CUT_AUDIO),
    *(Field(f"customProp{n}", text) for n in range(1, 11)),
    *(Field(f"customNumberProp{n}", number) for n in range(1, 11)),
)
# The vendor guide of November 2024 prints these three; the current text names cutAudio and team instead.
_V2 = (
    *_V3,
    Field("conversationSegments", _CUT_AUDIO, becomes="cutAudio"),
    Field("teamName", text, becomes="team"),
    Field("teamId", text),
)
_V1 = (
    Field("externalId", text, required=True, becomes="externalIdentity"),
    *_PEOPLE,
    Field("datetime", moment, required=True, becomes="dateTime"),
    Field("title", text, required=True, becomes="subject"),
    Field("phoneNumber", text, required=True, becomes="customer"),
    Field("numberOfSpeakers", one_of(1, 2), required=True, becomes="audioChannels"),
    Field("labels", distinct_texts),
    Field("outcome", text, becomes="customProp1"),
    Field("outcomeReason", text, becomes="customProp2"),
    Field("caseId", text, becomes="customProp3"),
    Field("agentAudioChannel", one_of("left", "right"), becomes="salesPersonAudioChannel"),
    Field("hasConsent", flag),
)
# An older text had 1 = mono and 2 = stereo; this is the current one.
_V1_VALUES: dict[str, dict[Any, Any]] = {
    "audioChannels": {1: "Mono1Speaker", 2: "Mono2Speaker"},
    "salesPersonAudioChannel": {"left": 1, "right": 2},
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the create call: its path, its fields, and the key of the uid in its reply."""

    api: str
    fields: Sequence[Field]
    across: Callable[[dict[str, Any]], Iterator[str]]
    reply_key: str
    values: dict[str, dict[Any, Any]]

    def problems(self, body: Any, switches: Switches) -> list[str]:
        """Give one sentence per rule of this version that the body breaks."""
        fields = self.fields
        if self.api == "v2" and switches.v2_required == "lax":
            fields = [replace(field, required=field.name == "externalIdentity") for field in fields]
        found = list(problems(fields, body, switches))
        return found + list(self.across(body)) if isinstance(body, dict) else found

    def current(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body's fields by the names and values of v3."""
        kept = translate(self.fields, body)
        # A value that is no word of the field stays as it came: blank ones are taken where a switch says so.
        return {
            name: self.values[name].get(value, value) if name in self.values else value for name, value in kept.items()
        }


def _nothing(_body: dict[str, Any]) -> Iterator[str]:
    return iter(())


def _stereo_only(body: dict[str, Any]) -> Iterator[str]:
    if body.get("salesPersonAudioChannel") is not None and body.get("audioChannels") not in (None, "Stereo"):
        yield "salesPersonAudioChannel goes with audioChannels Stereo only"


def _one_name_each(body: dict[str, Any]) -> Iterator[str]:
    yield from _stereo_only(body)
    for old, new in (("conversationSegments", "cutAudio"), ("teamName", "team")):
        if old in body and new in body:
            yield f"{old} and {new} mean the same; send one of them"


VERSIONS = {
    version.api: version
    for version in (
        Version("v1", _V1, _nothing, "UID", _V1_VALUES),
        Version("v2", _V2, _one_name_each, "UID", {}),
        Version("v3", _V3, _stereo_only, "uid", {}),
    )
}
