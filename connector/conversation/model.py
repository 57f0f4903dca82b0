"""State what Capturi accepts: a recorded conversation, with the rules of version 3 of its interface."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Required

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, with_config
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from connector.mapping.instant import parse_instant, write_instant

__all__ = [
    "AUDIO_FORM",
    "LONGEST_MAPPED_ID",
    "REQUIRED",
    "Conversation",
    "Id",
    "Instant",
    "Labels",
    "Segment",
    "Text",
    "check_fields",
]

LONGEST_MAPPED_ID = 650
"""Characters: enough for two of a source's longest ids, and no more than every database takes in an index."""

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
"""What mappings make of a time: only the calendar is left to be checked."""


def _instant(value: Any) -> str:
    if not isinstance(value, str | datetime):
        raise ValueError("is not a time")  # noqa: TRY004 - only ValueError becomes a broken rule
    try:
        if isinstance(value, str) and _WRITTEN.match(value):
            datetime.fromisoformat(value)
            return value
        return write_instant(parse_instant(value))
    except (ValueError, OverflowError) as error:
        raise ValueError("is not a time with a zone, such as 2026-03-23T20:14:41Z") from error


def _distinct(value: Any) -> Any:
    """Drop empty entries and repetitions; what is no text stays and breaks the rule."""
    if not isinstance(value, list | tuple):
        return value
    entries = [entry for entry in value if entry is not None]
    try:
        return tuple(dict.fromkeys(filter(None, map(str.strip, entries)))) or None
    except TypeError:
        return entries


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=LONGEST_MAPPED_ID)]
"""Text by which the ledger finds a record again."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Instant = Annotated[str, BeforeValidator(_instant)]
"""A moment in UTC, written with Z."""
Labels = Annotated[tuple[Text, ...] | None, BeforeValidator(_distinct)]
"""Texts, each once; None where there is none."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the recording to keep, in whole seconds."""

    start_seconds: Annotated[int, Field(ge=0)]
    duration_seconds: Annotated[int, Field(ge=1)]


@with_config(ConfigDict(extra="forbid", alias_generator=to_camel))
class Fields(TypedDict, total=False):
    """The fields of a recorded call, with the rules of each.

    A dictionary, and no model: an object with forty attributes takes as long to make as all of its checks.
    """

    externalIdentity: Required[Annotated[Id, Field(description="Id in the source system, unique in the organisation.")]]
    agentId: Required[Annotated[Text, Field(description="The agent's id in the source system.")]]
    agentName: Required[Annotated[Text, Field(description="The agent's name.")]]
    agentEmail: Required[Annotated[Text, Field(description="The agent's e-mail address.")]]
    dateTime: Required[Annotated[Instant, Field(description="When it took place, UTC with Z.")]]
    subject: Required[Annotated[Text, Field(description="What it was about.")]]
    customer: Required[Annotated[Text, Field(description="Who called.")]]
    hasConsent: Required[
        Annotated[bool, Field(strict=True, description="False: Capturi deletes the recording after its analysis.")]
    ]
    customerCompany: Annotated[Text, Field(description="The customer's company.")]
    labels: Annotated[Labels, Field(description="Labels, each once.")]
    status: Annotated[Text, Field(description="A word of the source system.")]
    audioChannels: Annotated[Literal["Stereo", "Mono1Speaker", "Mono2Speaker"], Field(description="The layout.")]
    salesPersonAudioChannel: Annotated[Literal[1, 2], Field(description="The agent's channel, in stereo only.")]
    team: Annotated[Text, Field(description="Name of the team; an unknown one is made.")]
    cutAudio: Annotated[tuple[Segment, ...], Field(description="The parts to keep.")]
    customProp1: Text
    customProp2: Text
    customProp3: Text
    customProp4: Text
    customProp5: Text
    customProp6: Text
    customProp7: Text
    customProp8: Text
    customProp9: Text
    customProp10: Text
    customNumberProp1: Number
    customNumberProp2: Number
    customNumberProp3: Number
    customNumberProp4: Number
    customNumberProp5: Number
    customNumberProp6: Number
    customNumberProp7: Number
    customNumberProp8: Number
    customNumberProp9: Number
    customNumberProp10: Annotated[Number, Field(description="Doubtful: Capturi's texts disagree about it.")]
    spokenLanguage: Annotated[Text, Field(description="Goes with the audio: a tag such as da-DK.")]
    stereoConfig: Annotated[
        Literal["AgentChannelOne", "AgentChannelTwo"], Field(description="Goes with the audio: the agent's channel.")
    ]
    monoConfig: Annotated[
        Literal["AgentOnly", "CustomerOnly", "TwoSpeakers"],
        Field(description="Goes with the audio: who speaks on the one channel."),
    ]


REQUIRED = Fields.__required_keys__
"""The fields without which Capturi refuses a conversation."""
AUDIO_FORM = ("spokenLanguage", "stereoConfig", "monoConfig")
"""The fields that go with the audio."""

_check: Callable[[dict[str, Any]], dict[str, Any]] = TypeAdapter(Fields).validator.validate_python


def check_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Give the fields as Capturi takes them; raises ValidationError with every broken rule."""
    fields = _check(values)
    if not fields.get("labels", True):
        del fields["labels"]
    return fields


@dataclass(frozen=True, slots=True)
class Conversation:
    """A recorded call as Capturi accepts it.

    `fields` bear Capturi's names, those of the audio form among them; a field without a value is left out. `notes` say
    what a person should know, and are never sent.
    """

    fields: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def external_identity(self) -> str:
        """Give the id in the source system."""
        found: str = self.fields["externalIdentity"]
        return found

    @property
    def segments(self) -> tuple[Segment, ...] | None:
        """Give the parts of the recording to keep; None is all of it."""
        return self.fields.get("cutAudio")

    @property
    def audio_fields(self) -> dict[str, str]:
        """Give the fields of the audio form; empty where the mapping names none of them."""
        return {name: self.fields[name] for name in AUDIO_FORM if name in self.fields}
