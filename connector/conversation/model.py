"""State what Capturi accepts: a recorded conversation, with the rules of version 3 of its interface."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from connector.mapping.instant import parse_instant, write_instant

__all__ = ["Conversation", "Instant", "Labels", "Segment", "Text"]


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
    entries = [entry.strip() if isinstance(entry, str) else entry for entry in value if entry is not None]
    if not _TEXTS.issuperset(map(type, entries)):
        return entries
    return tuple(dict.fromkeys(filter(None, entries))) or None


_TEXTS = frozenset({str})


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
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


class Conversation(BaseModel):
    """A recorded call as Capturi accepts it; fields bear Capturi's names in snake case.

    Written out by alias they are the body of the create call; what belongs to the audio form, to another version or
    to the ledger is left out of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    external_identity: Text = Field(description="Id in the source system, unique in the organisation.")
    agent_id: Text = Field(description="The agent's id in the source system.")
    agent_name: Text = Field(description="The agent's name.")
    agent_email: Text = Field(description="The agent's e-mail address.")
    date_time: Instant = Field(description="When it took place, UTC with Z.")
    subject: Text = Field(description="What it was about.")
    customer: Text = Field(description="Who called.")
    has_consent: bool = Field(strict=True, description="False: Capturi deletes the recording after its analysis.")
    customer_company: Text | None = Field(None, description="The customer's company.")
    labels: Labels = Field(None, description="Labels, each once.")
    status: Text | None = Field(None, description="A word of the source system.")
    audio_channels: Literal["Stereo", "Mono1Speaker", "Mono2Speaker"] | None = Field(None, description="The layout.")
    sales_person_audio_channel: Literal[1, 2] | None = Field(None, description="The agent's channel, in stereo only.")
    team: Text | None = Field(None, description="Name of the team; an unknown one is made.")
    cut_audio: tuple[Segment, ...] | None = Field(None, description="The parts to keep.")
    custom_prop1: Text | None = None
    custom_prop2: Text | None = None
    custom_prop3: Text | None = None
    custom_prop4: Text | None = None
    custom_prop5: Text | None = None
    custom_prop6: Text | None = None
    custom_prop7: Text | None = None
    custom_prop8: Text | None = None
    custom_prop9: Text | None = None
    custom_prop10: Text | None = None
    custom_number_prop1: Number | None = None
    custom_number_prop2: Number | None = None
    custom_number_prop3: Number | None = None
    custom_number_prop4: Number | None = None
    custom_number_prop5: Number | None = None
    custom_number_prop6: Number | None = None
    custom_number_prop7: Number | None = None
    custom_number_prop8: Number | None = None
    custom_number_prop9: Number | None = None
    custom_number_prop10: Number | None = Field(None, description="Doubtful: Capturi's texts disagree about it.")
    spoken_language: Text | None = Field(None, exclude=True, description="Goes with the audio: a tag such as da-DK.")
    stereo_config: Literal["AgentChannelOne", "AgentChannelTwo"] | None = Field(
        None, exclude=True, description="Goes with the audio: the agent's channel."
    )
    mono_config: Literal["AgentOnly", "CustomerOnly", "TwoSpeakers"] | None = Field(
        None, exclude=True, description="Goes with the audio: who speaks on the one channel."
    )
    notes: tuple[str, ...] = Field((), exclude=True, description="What a person should know; never sent.")

    @property
    def audio_fields(self) -> dict[str, str]:
        """Give the fields of the audio form; empty where the mapping names none of them."""
        fields = {
            "spokenLanguage": self.spoken_language,
            "stereoConfig": self.stereo_config,
            "monoConfig": self.mono_config,
        }
        return {name: value for name, value in fields.items() if value is not None}
