"""List every field that a mapping can fill: its name, its type, whether the target refuses to do without it."""

import re
from dataclasses import dataclass
from types import MappingProxyType

from connector.mapping.coercion import Kind

__all__ = ["ALIASES", "ELSEWHERE", "MOST_CUSTOM_FIELDS", "TARGETS", "TargetField", "target_field"]

CONVERSATION = "capturi.conversation"
CASE = "capturi.case"
CASE_MESSAGE = "capturi.case_message"
MOST_CUSTOM_FIELDS = 10

TEXT, NUMBER, TIME, LIST = Kind.TEXT, Kind.NUMBER, Kind.TIME, Kind.LIST


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field of the target; `choices` are the only values it takes, where it takes only some."""

    name: str
    kind: Kind
    required: bool
    description: str
    choices: tuple[str | int, ...] = ()


_CONVERSATION = (
    TargetField("externalIdentity", TEXT, True, "Id of the conversation, unique in the organisation for ever."),
    TargetField("agentId", TEXT, True, "Id of the agent in the source system."),
    TargetField("agentName", TEXT, True, "The agent's name as it is shown."),
    TargetField("agentEmail", TEXT, True, "The agent's e-mail address."),
    TargetField("dateTime", TIME, True, "When the conversation took place."),
    TargetField("subject", TEXT, True, "What it was about, for example the queue."),
    TargetField("customer", TEXT, True, "Who called: one person must always get the same text."),
    TargetField("customerCompany", TEXT, False, "The customer's company."),
    TargetField("labels", LIST, False, "Labels to sort by; each once, empty ones are dropped."),
    TargetField("status", TEXT, False, "Where the matter stands, in your own system's words."),
    TargetField("audioChannels", TEXT, False, "Layout of the audio; usually read from the file itself.",
                ("Stereo", "Mono1Speaker", "Mono2Speaker")),
    TargetField("salesPersonAudioChannel", NUMBER, False, "Channel of the agent in stereo: 1 left, 2 right.", (1, 2)),
    TargetField("team", TEXT, False, "Name of the team; a name that Capturi does not know makes a new team."),
    TargetField("cutAudio", Kind.SEGMENTS, False, "Ready-made parts to keep; usually `segments` works them out."),
    TargetField("spokenLanguage", TEXT, False, "Language of the audio as a tag, for example da-DK."),
    TargetField("stereoConfig", TEXT, False, "Which channel is the agent; goes with the audio.",
                ("AgentChannelOne", "AgentChannelTwo")),
    TargetField("monoConfig", TEXT, False, "Who speaks on the one channel; goes with the audio.",
                ("AgentOnly", "CustomerOnly", "TwoSpeakers")),
    *(TargetField(f"customProp{n}", TEXT, False, "Text; to be set up in Capturi first.") for n in range(1, 11)),
    *(TargetField(f"customNumberProp{n}", NUMBER, False, "Number; to be set up in Capturi first.")
      for n in range(1, 11)),
)  # fmt: skip

_CASE = (
    TargetField("caseUid", TEXT, True, "Id of the case in the source system."),
    TargetField("source", TEXT, True, "Name of the source system."),
    TargetField("created", TIME, True, "When the case began."),
    TargetField("updated", TIME, True, "When the case last changed."),
    TargetField("subject", TEXT, True, "What the case is about."),
    TargetField("inbox", TEXT, False, "Inbox or queue."),
    TargetField("status", TEXT, False, "Where the case stands, in your own system's words."),
    TargetField("priority", TEXT, False, "How urgent the case is."),
    TargetField("tags", LIST, False, "Tags; each once, empty ones are dropped."),
)

_MESSAGE = (
    TargetField("message.messageUid", TEXT, True, "Id of the message in the source system."),
    TargetField("message.created", TIME, True, "When the message was written."),
    TargetField("message.direction", TEXT, True, "From the customer or to him.", ("Inbound", "Outbound")),
    TargetField("message.from.name", TEXT, False, "Name of the sender."),
    TargetField("message.from.email", TEXT, False, "E-mail address of the sender."),
    TargetField("message.from.id", TEXT, False, "Id of the sender; an outbound message is refused without it."),
    TargetField("message.to.name", TEXT, False, "Name of the recipient."),
    TargetField("message.to.email", TEXT, False, "E-mail address of the recipient."),
    TargetField("message.to.id", TEXT, False, "Id of the recipient."),
    TargetField("message.text", TEXT, True, "What was written; Capturi strips HTML."),
    TargetField("message.type", TEXT, False, "Kind of the message, for example email."),
    TargetField("message.subject", TEXT, False, "Subject of the message."),
    TargetField("message.attachments", LIST, False, "Ids of attached files; the files themselves do not travel."),
)

TARGETS = MappingProxyType(
    {
        writes: MappingProxyType({one.name: one for one in fields})
        for writes, fields in {CONVERSATION: _CONVERSATION, CASE: _CASE, CASE_MESSAGE: (*_CASE, *_MESSAGE)}.items()
    }
)
"""What a mapping can write, and per such target its fields by name."""

ALIASES = MappingProxyType({"teamName": "team", "conversationSegments": "cutAudio", "teamId": None})
"""Names of the older vendor guide, and today's name for each; None: Capturi has no such field any longer."""

ELSEWHERE = MappingProxyType({"hasConsent": "consent"})
"""Fields that a part of the mapping file of its own fills, and that part's name."""

_CUSTOM_FIELD = re.compile(r"customFields\.[a-zA-Z0-9]+\Z")


def target_field(writes: str, name: str) -> TargetField | None:
    """Give the field of this name, None where the target has none; `customFields.NAME` is any name of a case."""
    found = TARGETS[writes].get(name)
    if found is None and writes != CONVERSATION and _CUSTOM_FIELD.match(name):
        return TargetField(name, TEXT, False, "A field of your own; at most ten on a case.")
    return found
