"""Describe a chat of the samples and what was written in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

__all__ = ["Chat", "ChatSample", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a transcript, so many seconds after the chat began."""

    second: int
    role: str  # end_user, agent, virtual_agent, system
    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Chat:
    """What is particular about one chat."""

    id: int
    shows: str
    ended: timedelta  # before the base moment
    agent: int | None
    entries: tuple[Entry, ...] = ()
    lang: str = "en"
    offset: str = "-07:00"
    type: str = "Messaging Inbound (Web Chat)"
    type_v2: str | None = None
    menu: str = "Web shop"
    phone: str | None = None
    identifier: str | None = "cust-1001"
    virtual_agent_seconds: int = 0
    seconds: int = 66
    updated: timedelta = timedelta(minutes=15, seconds=12)
    root: Mapping[str, Any] = field(default_factory=dict)

    def ends(self, base: datetime) -> datetime:
        """Give the end with the tenant's offset."""
        zone = datetime.fromisoformat(f"2026-01-01T00:00:00{self.offset}").tzinfo
        return (base - self.ended).astimezone(zone)

    def began(self, base: datetime) -> datetime:
        """Give the moment the entries' seconds count from."""
        return self.ends(base) - timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class ChatSample:
    """A chat, where its files lie, and what must become of it in the first run."""

    chat: Chat
    outcome: str
    why: str
    reason: str | None = None
    metadata: str = "ujet-metadata/chat-{id}.json"
    transcript: str | None = "export/ujet-chat-transcripts/chat-{id}.txt"
