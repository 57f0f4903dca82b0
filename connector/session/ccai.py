"""Read the session files of CCAI Platform: one call or chat each, or what was written in a chat."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from connector.errors import SkipError
from connector.reason import Code
from connector.session import naming, standing, transcript
from connector.session.field import id_text, word
from connector.session.legs import read_legs
from connector.session.model import Channel, FileName, FileRole, Session, Transcript
from connector.session.moment import read_moment
from connector.session.reader import read_json
from connector.storage.model import FileInfo

__all__ = ["SOURCE_KIND", "parse", "parse_transcript"]

SOURCE_KIND = "ccai"

READ_FOR = {
    "id": "the id",
    **dict.fromkeys(("call_uuid", "chat_uuid"), "the id"),
    **dict.fromkeys(("call_type", "chat_type", "session_type", "session_type_v2"), "call or chat, and its direction"),
    "status": "whether it is over",
    **dict.fromkeys(("created_at", "connected_at", "assigned_at"), "its beginning"),
    **dict.fromkeys(("ends_at", "ended_at"), "its end"),
    "updated_at": "when it was exported last",
    "voicemail_reason": "whether it is a voicemail",
    **{
        f"handle_durations[].{name}": "which agent had it, and when"
        for name in ("agent_id", "virtual_agent", "started_at", "ended_at", "call_duration", "chat_duration")
    },
    **{f"participants[].{name}": "who took part" for name in ("type", "user_id", "teams")},
    **{
        f"{place}.{name}": "who the agent was"
        for place in ("participants[]", "agent_info", "transfers[].from_agent", "transfers[].to_agent")
        for name in ("id", "agent_number", "first_name", "last_name", "name", "email", "teams", "va_alias")
        if (place, name) != ("participants[]", "id")
    },
}
"""The places of a session's record that are read here and by the job, with what for."""

_WRAPPERS = {"call": Channel.CALL, "chat": Channel.CHAT}
_FAMILIES = (("voice", Channel.CALL), ("messaging", Channel.CHAT))


def parse(raw: bytes, file: FileInfo, line_pattern: str | None = None) -> Session | Transcript:
    """Give the session or the transcript that the file holds; the body decides which, the name only helps.

    A transcript as plain text is split by the line pattern (see transcript.parse_text). Raises SkipError: UNREADABLE
    where this is neither, as FileTruncatedError where the file seems to be cut off; TRANSCRIPT_AWAITED where a plain
    text cannot be split.
    """
    name = naming.classify(file.path)
    if name.role is FileRole.TRANSCRIPT and _is_plain_text(raw, file):
        return transcript.parse_text(raw, file, line_pattern or transcript.LINE_PATTERN)
    value, notes = read_json(raw, file.path)
    if type(value) is not dict:
        raise _no_session(file, "its outermost value is no object")
    body, wrapper = _unwrap(value)
    if "comm_type" in body and "entries" in body:
        return transcript.parse_json(body, file, notes)
    session_id = id_text(body.get("id"))
    if session_id is None:
        raise _no_session(file, "it has no id" if body.get("id") is None else "its id is no whole number")
    channel = _channel(body) or wrapper or name.channel
    if channel is None:
        raise _no_session(file, "it says neither call nor chat")
    return _session(body, (channel, session_id), file, [*notes, *_contradictions(channel, session_id, name)])


def parse_transcript(raw: bytes, file: FileInfo, line_pattern: str | None = None) -> Transcript:
    """Give the transcript that the file holds, in either form and of any name.

    Raises SkipError like parse, and UNREADABLE where the file holds a session.
    """
    if _is_plain_text(raw, file):
        return transcript.parse_text(raw, file, line_pattern or transcript.LINE_PATTERN)
    found = parse(raw, file)
    if isinstance(found, Transcript):
        return found
    hint = "have the transcript exported again"
    raise SkipError(Code.UNREADABLE, f"{file.path} holds a session instead of a transcript", hint=hint)


def _is_plain_text(raw: bytes, file: FileInfo) -> bool:
    return not file.path.lower().endswith(".json") and not transcript.looks_like_json(raw)


def _unwrap(value: dict[str, Any]) -> tuple[dict[str, Any], Channel | None]:
    """Take the body out of `{"call": {…}}` or `{"chat": {…}}`."""
    if "id" not in value:
        for key, channel in _WRAPPERS.items():
            if type(inner := value.get(key)) is dict:
                return inner, channel
    return value, None


def _channel(body: Mapping[str, Any]) -> Channel | None:
    call = body.get("call_type") or body.get("call_uuid")
    chat = body.get("chat_type") or body.get("chat_uuid")
    if bool(call) is not bool(chat):
        return Channel.CALL if call else Channel.CHAT
    kind = (word(body.get("session_type_v2")) or word(body.get("session_type")) or "").lower()
    for beginning, channel in _FAMILIES:
        if kind.startswith(beginning):
            return channel
    has_call, has_chat = ("call_type" in body or "call_uuid" in body), ("chat_type" in body or "chat_uuid" in body)
    if has_call is not has_chat:
        return Channel.CALL if has_call else Channel.CHAT
    return None


def _session(body: dict[str, Any], key: tuple[Channel, str], file: FileInfo, notes: list[str]) -> Session:
    channel, session_id = key
    legs = read_legs(body)
    return Session(
        source_kind=SOURCE_KIND,
        channel=channel,
        id=session_id,
        uuid=word(body.get(f"{channel.value}_uuid")),
        record=body,
        status=standing.status_word(body.get("status")),
        created_at=_first_time(body, ("created_at",), notes),
        started_at=_first_time(body, ("connected_at", "assigned_at"), notes) or (legs[0].started_at if legs else None),
        ends_at=_first_time(body, ("ends_at", "ended_at"), notes),
        updated_at=_first_time(body, ("updated_at",), notes),
        legs=legs,
        file=file,
        notes=tuple(notes),
    )


def _first_time(body: Mapping[str, Any], names: Iterable[str], notes: list[str]) -> datetime | None:
    for name in names:
        value = body.get(name)
        if value is None or value == "":
            continue
        found = read_moment(value)
        if found is not None:
            return found
        notes.append(f"{name} is no time and was left out")
    return None


def _contradictions(channel: Channel, session_id: str, name: FileName) -> Iterator[str]:
    if name.channel is not None and name.channel is not channel:
        yield f"the file's name says {name.channel}, its content {channel}"
    if name.session_id is not None and name.session_id != session_id:
        yield "the file's name bears another id than its content"


def _no_session(file: FileInfo, why: str) -> SkipError:
    hint = "see whether it is a session of the platform, or leave it out by source.patterns"
    return SkipError(Code.UNREADABLE, f"{file.path} holds no session: {why}", hint=hint)
