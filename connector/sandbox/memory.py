"""Hold what the sandbox accepted, as the sum of its events: conversations, their audio, cases, messages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Audio", "Case", "Conversation", "Event", "Memory"]

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording that arrived whole; `fields` are the form fields beside the file."""

    sha256: str
    size_bytes: int
    file_name: str
    content_type: str
    fields: dict[str, str]
    received_at: str


@dataclass(slots=True)
class Conversation:
    """A created conversation; `fields` carry v3 names, `creates` counts refused repetitions too."""

    uid: str
    api: str
    received_at: str
    fields: dict[str, Any]
    body: dict[str, Any]
    creates: int = 1
    audio: Audio | None = None
    uploads: int = 0
    refused_uploads: int = 0


@dataclass(slots=True)
class Case:
    """A text case; `fields` are its latest, `messages` stand in the order of their arrival."""

    fields: dict[str, Any]
    received_at: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    writes: int = 1


@dataclass(slots=True)
class Memory:
    """Everything that was accepted, by uid, by external identity, by case uid."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    by_external_identity: dict[str, Conversation] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Let one event have happened."""
        _EFFECTS[event["event"]](self, event)


def _create(memory: Memory, event: Event) -> None:
    made = Conversation(event["uid"], event["api"], event["at"], event["fields"], event["body"])
    memory.conversations[made.uid] = made
    memory.by_external_identity[made.fields["externalIdentity"]] = made


def _repeat(memory: Memory, event: Event) -> None:
    memory.conversations[event["uid"]].creates += 1


def _store_audio(memory: Memory, event: Event) -> None:
    conversation = memory.conversations[event["uid"]]
    conversation.audio = Audio(**event["audio"], received_at=event["at"])
    conversation.uploads += 1


def _refuse_audio(memory: Memory, event: Event) -> None:
    memory.conversations[event["uid"]].refused_uploads += 1


def _write_case(memory: Memory, event: Event) -> None:
    """Put the case's fields and messages in place of those it had; its id may change with them."""
    known = memory.cases.pop(event["case"], None)
    memory.cases[event["fields"]["caseUid"]] = Case(
        event["fields"],
        known.received_at if known else event["at"],
        event["messages"],
        known.writes + 1 if known else 1,
    )


def _add_message(memory: Memory, event: Event) -> None:
    if event["case"] not in memory.cases:
        memory.cases[event["case"]] = Case(event["fields"], event["at"], writes=0)
    case = memory.cases[event["case"]]
    case.fields = event["fields"] or case.fields
    case.writes += 1
    messages = case.messages
    uid = event["message"]["messageUid"]
    place = next((index for index, known in enumerate(messages) if known["messageUid"] == uid), None)
    if event["replace"] and place is not None:
        messages[place] = event["message"]
    else:
        messages.append(event["message"])


_EFFECTS: dict[str, Callable[[Memory, Event], None]] = {
    "conversation.created": _create,
    "conversation.repeated": _repeat,
    "audio.stored": _store_audio,
    "audio.refused": _refuse_audio,
    "case.written": _write_case,
    "message.added": _add_message,
}
