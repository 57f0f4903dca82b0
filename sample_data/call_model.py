"""Describe a call of the samples and place it in time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sample_data.voices import Part, Span

__all__ = ["MENUS", "VIRTUAL_AGENT", "Call", "CallSample", "Timing", "days", "hours", "iso", "timing"]

VIRTUAL_AGENT = {
    "id": 6,
    "name": "front_door_va",
    "va_alias": None,
    "avatar_url": "https://avatar.example.com/va/6.png",
}
MENUS = {"Orders": (4, "4"), "Orders/Order info": (8, "6/8"), "Billing": (11, "11"), "Support": (15, "15")}


@dataclass(frozen=True, slots=True)
class Call:
    """What is particular about one call; everything else follows from its parts."""

    id: int
    shows: str
    ended: timedelta  # before the base moment
    parts: tuple[Part, ...] = ()
    lang: str = "en"
    offset: str = "-07:00"
    type: str = "Voice Inbound (IVR)"
    type_v2: str | None = None
    menu: str | None = "Orders"
    later_menu: str | None = None  # of the legs after a transfer
    phone: str | None = "+12125550123"
    contact: str | None = None  # of the CRM
    virtual_agent_seconds: int = 0
    wait_seconds: int = 9
    updated: timedelta = timedelta(minutes=16, seconds=40)  # after the end: the second export
    permission: str = "not_asked"
    scheduled: timedelta | None = None  # planned start, before the end
    survey: tuple[int | str, str] | None = None  # rating and feedback: only the second export has them
    root: dict[str, Any] = field(default_factory=dict)  # what differs at the root

    def menu_of(self, leg: int) -> str | None:
        """Give the menu a leg came through."""
        return self.later_menu if leg and self.later_menu else self.menu

    @property
    def end_user_id(self) -> int:
        """Give the id the platform has for the customer."""
        return self.id % 500 + 40


@dataclass(frozen=True, slots=True)
class Timing:
    """The moments of a call, with its tenant's offset."""

    created: datetime
    queued: datetime
    recording: datetime
    ends: datetime
    legs: tuple[Span, ...]
    holds: tuple[Span, ...]
    redactions: tuple[Span, ...]

    def at(self, second: float) -> datetime:
        """Give the moment of a second of the recording."""
        return self.recording + timedelta(seconds=second)

    def va_started(self, call: Call) -> datetime:
        """Give the moment the virtual agent took the call: before the queue."""
        return self.queued - timedelta(seconds=call.virtual_agent_seconds + 2)

    def leg_started(self, number: int) -> datetime:
        """Give a leg's start; the first agent is connected three seconds before the recording starts."""
        return self.at(-3 if number == 0 else self.legs[number].start)


def timing(call: Call, base: datetime, spans: tuple[tuple[Span, ...], ...], seconds: int) -> Timing:
    """Place the call in time so that it ends together with its recording."""
    zone = datetime.fromisoformat(f"2026-01-01T00:00:00{call.offset}").tzinfo
    ends = (base - call.ended).astimezone(zone)
    recording = ends - timedelta(seconds=seconds)
    queued = recording - timedelta(seconds=call.wait_seconds + (7 if call.parts else 0))
    menu_seconds = 24 + (call.virtual_agent_seconds + 2 if call.virtual_agent_seconds else 0)
    return Timing(queued - timedelta(seconds=menu_seconds), queued, recording, ends, *spans)


def iso(moment: datetime | None) -> str | None:
    """Give a moment as the platform writes it: milliseconds and a numeric offset."""
    return moment.isoformat(timespec="milliseconds") if moment else None


@dataclass(frozen=True, slots=True)
class CallSample:
    """A call, where its files lie, and what must become of it in the first run."""

    call: Call
    outcome: str
    why: str
    reason: str | None = None
    metadata: tuple[str, ...] = ("ujet-metadata/call-{id}.json",)  # two names: first and second export
    recording: str | None = "export/ujet-voice-recordings/call-{id}.mp3"
    coding: str = "mp3"
    wrapped: bool = False


def days(number: float) -> timedelta:
    """Give that many days."""
    return timedelta(days=number)


def hours(number: float) -> timedelta:
    """Give that many hours."""
    return timedelta(hours=number)
