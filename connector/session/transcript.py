"""Read what was written in a chat, from either form the platform gives it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from connector.errors import ConfigurationError, Problem, SkipError
from connector.reason import Code
from connector.regex import compile_regex
from connector.session import naming
from connector.session.field import id_text, word
from connector.session.model import Channel, Transcript, TranscriptEntry
from connector.session.moment import read_moment
from connector.storage.model import FileInfo

__all__ = ["LINE_PATTERN", "compile_line", "looks_like_json", "parse_json", "parse_text"]

LINE_PATTERN = r"\[(?P<time>[^\]]+)\] (?P<name>[^:]+): ?(?P<text>.*)"
"""The platform documents no layout of its plain text; this one fits `[2025-09-09 13:50:12 -0700] Name: text`."""

_TEXT_KINDS = frozenset({"text", "text_template", "markdown", "markdown_template"})
_KNOWN_VERSION = "1."
_GROUPS = ("time", "name", "text")
_TIMELESS = "what its lines have as `time` is no day and time such as 2025-09-09 13:50:12"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_JSON_BEGINNINGS = (b"{", b"\xef\xbb\xbf{", b"\xff\xfe{", b"\xfe\xff\0{", b"\0{")

_Message = tuple[datetime, str, list[str]]


def looks_like_json(raw: bytes) -> bool:
    """Tell whether the bytes begin like a JSON object, in UTF-8 or UTF-16."""
    return raw.lstrip(b" \t\r\n").startswith(_JSON_BEGINNINGS)


def parse_json(body: Mapping[str, Any], file: FileInfo, notes: Sequence[str] = ()) -> Transcript:
    """Give the transcript that the platform wrote as JSON; only entries with text are kept.

    Raises SkipError(UNREADABLE) where the entries are no list.
    """
    name = naming.classify(file.path)
    items = body.get("entries")
    if items is not None and type(items) is not list:
        hint = "have the transcript exported again"
        raise SkipError(Code.UNREADABLE, f"{file.path} holds no transcript: its entries are no list", hint=hint)
    remarks = list(notes)
    version = word(body.get("transcript_version"))
    if version is not None and not f"{version}.".startswith(_KNOWN_VERSION):
        remarks.append("the transcript's version is not 1")
    begun_at = read_moment(body.get("assigned_at")) or file.modified_at
    entries = tuple(_entries(items or [], begun_at, remarks))
    return Transcript(
        channel=_channel(body, name.channel),
        session_id=id_text(body.get("comm_id")) or name.session_id,
        form="json",
        timezone=word(body.get("timezone")),
        entries=entries,
        file=file,
        notes=tuple(dict.fromkeys(remarks)),
    )


def parse_text(raw: bytes, file: FileInfo, pattern: str = LINE_PATTERN, *, zone: tzinfo = UTC) -> Transcript:
    """Give the transcript that came as plain text, split where a line fits the pattern; other lines continue a message.

    The pattern is an RE2 expression with the groups `time`, `name` and `text` for a whole line; a time without an
    offset is taken to be in the zone. The form gives names only, so every role is "". Raises
    SkipError(TRANSCRIPT_AWAITED) where the text cannot be split, ConfigurationError for a pattern that is not valid.
    """
    line_form = compile_line(pattern)
    messages: list[_Message] = []
    left_out, fitted = 0, False
    for line in _decode(raw, file).split("\n"):
        bare = line.removesuffix("\r")
        match = line_form.fullmatch(bare)
        message, fitted = _begin(match, zone), fitted or match is not None
        if message is not None:
            messages.append(message)
        elif messages:
            messages[-1][2].append(bare)
        elif bare.strip():
            left_out += 1
    if not messages:
        raise _cannot_split(file, _TIMELESS if fitted else "no line of it fits the pattern")
    name = naming.classify(file.path)
    return Transcript(
        channel=name.channel or Channel.CHAT,
        session_id=name.session_id,
        form="txt",
        timezone=None,
        entries=tuple(_spoken(messages)),
        file=file,
        notes=(f"{left_out} lines before the first message were left out",) if left_out else (),
    )


@lru_cache(maxsize=32)
def compile_line(pattern: str) -> Any:
    """Give the compiled form of a line pattern; raise ConfigurationError where it is not valid or lacks a group."""
    try:
        compiled = compile_regex(pattern)
    except ValueError as error:
        raise ConfigurationError([Problem(f"is no RE2 expression: {error}", field="transcript_pattern")]) from error
    missing = [group for group in _GROUPS if group not in compiled.groupindex]
    if missing:
        hint = "name the groups like (?P<time>…)"
        raise ConfigurationError(
            [Problem(f"lacks the group {', '.join(missing)}", field="transcript_pattern", hint=hint)]
        )
    return compiled


def _channel(body: Mapping[str, Any], named: Channel | None) -> Channel:
    told = (word(body.get("comm_type")) or "").lower()
    return Channel(told) if told in set(Channel) else named or Channel.CHAT


def _entries(items: Sequence[Any], at: datetime, notes: list[str]) -> Iterator[TranscriptEntry]:
    for position, item in enumerate(items, 1):
        if type(item) is not dict:
            continue
        told = read_moment(item.get("timestamp"))
        if told is None:
            notes.append("an entry without a time got that of the entry before it")
        at = told or at
        content, speaker = _object(item.get("body")), _object(item.get("user_data"))
        kind = word(item.get("type")) or word(content.get("type")) or ""
        text = content.get("content")
        if kind in _TEXT_KINDS and type(text) is str and text.strip():
            role = (word(item.get("role")) or "").lower()
            yield TranscriptEntry(position, at, role, word(speaker.get("name")), kind, text)


def _object(value: Any) -> Mapping[str, Any]:
    return value if type(value) is dict else {}


def _decode(raw: bytes, file: FileInfo) -> str:
    try:
        return raw.decode("utf-16" if raw.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _cannot_split(file, "it is no UTF-8 text") from error


def _begin(match: Any, zone: tzinfo) -> _Message | None:
    at = read_moment(match["time"], zone) if match else None
    return (at, match["name"].strip(), [match["text"]]) if at else None


def _spoken(messages: Sequence[_Message]) -> Iterator[TranscriptEntry]:
    for position, (at, name, lines) in enumerate(messages, 1):
        text = "\n".join(lines).strip()
        if text:
            yield TranscriptEntry(position, at, "", name or None, "text", text)


def _cannot_split(file: FileInfo, why: str) -> SkipError:
    hint = "set the pattern of its lines, or let the platform write transcripts as JSON"
    return SkipError(Code.TRANSCRIPT_AWAITED, f"{file.path} cannot be split into messages: {why}", hint=hint)
