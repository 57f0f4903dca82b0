"""Tell how a session stands: over or not, voicemail or not, handled by a person or not, and which way it went."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connector.session import files
from connector.session.field import word
from connector.session.model import Channel, Session

__all__ = ["Direction", "direction", "is_voicemail", "settles_at", "status_word", "was_handled", "will_still_move"]

# Source of the numbers: https://docs.cloud.google.com/contact-center/ccai-platform/docs/crm-session-metadata
_STATUS_BY_NUMBER = {
    "0": "scheduled",
    "1": "queued",
    "2": "assigned",
    "3": "connecting",
    "4": "switching",
    "5": "connected",
    "8": "finished",
    "9": "failed",
    "10": "recovered",
    "11": "deflected",
    "12": "selecting",
    "13": "va_assigned",
    "14": "va_connected",
    "15": "preview_pending",
    "16": "preview_ready",
    "17": "campaign_connecting",
    "18": "campaign_connected",
    "19": "requeued",
}
_MOVING = frozenset(
    {
        "scheduled",
        "queued",
        "assigned",
        "connecting",
        "switching",
        "connected",
        "selecting",
        "va_assigned",
        "va_connected",
        "requeued",
    }
)
_MOVING_BEGINNINGS = ("preview_", "campaign_")
_VOICEMAIL = frozenset({"voicemail", "voicemail_received", "voicemail_read"})
_NO_VOICEMAIL = frozenset({"not_voicemail", "0"})


class Direction(StrEnum):
    """Who asked for the conversation."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


def status_word(value: Any) -> str:
    """Give the status as a word in lower case, also where it came as its internal number; "" where there is none."""
    found = (word(value) or "").lower()
    return _STATUS_BY_NUMBER.get(found, found)


def will_still_move(session: Session) -> bool:
    """Tell whether the status says that the session goes on; a word that nobody documented counts as the end."""
    return session.status in _MOVING or session.status.startswith(_MOVING_BEGINNINGS)


def is_voicemail(session: Session) -> bool:
    """Tell whether the customer spoke to a machine; any reason given for a voicemail counts as one."""
    if session.source_kind == files.SOURCE_KIND:
        return False
    if session.status in _VOICEMAIL:
        return True
    reason = word(session.record.get("voicemail_reason"))
    return reason is not None and reason.lower() not in _NO_VOICEMAIL


def was_handled(session: Session) -> bool:
    """Tell whether a human agent talked in the call; in a chat it is enough that one had it.

    Rows of foreign files say nothing about it and count as handled: the job's filter can leave them out.
    """
    if session.source_kind == files.SOURCE_KIND:
        return True
    if session.channel is Channel.CHAT:
        return bool(session.legs)
    return any(leg.talk_seconds for leg in session.legs)


def settles_at(session: Session, settle: timedelta) -> datetime | None:
    """Give the moment from which no further export is expected: so long after the later of end and last change.

    Where the session tells neither, its beginning counts, else the file's own time; a row of a file that many share
    has no such time of its own: None.
    """
    told = [moment for moment in (session.ends_at, session.updated_at) if moment is not None]
    if not told and session.source_kind == files.SOURCE_KIND:
        return None
    return (max(told) if told else session.created_at or session.file.modified_at) + settle


def direction(session: Session) -> Direction:
    """Give the direction by the words of the session's type; what the customer asked for is inbound.

    The current words (`session_type_v2`) count before the legacy ones; a scheduled call or a callback is inbound,
    though the platform dials it.
    """
    record = session.record
    names = ("session_type_v2", f"{session.channel}_type", "session_type")
    kind = next((found for name in names if (found := word(record.get(name)))), "").lower()
    if "internal" in kind:
        return Direction.INTERNAL
    return Direction.OUTBOUND if "outbound" in kind or "campaign" in kind else Direction.INBOUND
