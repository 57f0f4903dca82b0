"""Guess from a file's name what it is for."""

import re

from connector.session.field import id_text
from connector.session.model import Channel, FileName, FileRole

__all__ = ["classify"]

_AUDIO = frozenset({"mp3", "wav", "ogg", "opus", "flac", "m4a", "aac", "wma"})
_MEDIA = frozenset({"jpg", "jpeg", "png", "gif", "webp", "heic", "mp4", "mov", "m4v", "3gp", "webm"})
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp", ".bak", ".lock", "~")
_REDACTION_COPY = re.compile(r"_raw_moved|\.temp_[0-9a-z]+\.wav\Z|\.(?:mp3|wav)\.")
_NAME = re.compile(r"(call|chat|metadata)[-_]([0-9]+)(.*)\.([a-z0-9]+)\Z", re.DOTALL)
_PART = re.compile(r"[-_ .](?:part[-_ ]?)?([0-9]{1,9})\Z")
_CHANNEL_AND_ID = re.compile(r"(call|chat)[-_]([0-9]+)")
_CHANNELS = {"call": Channel.CALL, "chat": Channel.CHAT}
_OTHER = FileName(FileRole.OTHER)


def classify(path: str) -> FileName:
    """Give role, channel, id and part as the path tells them; folders may have any name.

    Three conventions are documented and all are known: `call-ID.json`, `metadata-ID.json` or `.txt`, `metadata.json`;
    recordings `call-ID.mp3` or `.wav`, in parts `call-ID-N` or `call-ID_N`; transcripts `chat-ID.txt`. What a transfer
    or a redaction tool left behind is OTHER. It is a first guess: the content decides.
    """
    folder, _, name = path.lower().rpartition("/")
    suffix = name.rpartition(".")[2]
    if name.startswith(".") or name.endswith(_UNFINISHED) or _REDACTION_COPY.search(name):
        return _OTHER
    if suffix in _AUDIO and ("voicemail" in name or "voicemail" in folder):
        return _inside(FileRole.VOICEMAIL, name)
    match = _NAME.match(name)
    if match is None:
        return _nameless(name, suffix)
    word, digits, rest, _ = match.groups()
    return _numbered(_CHANNELS.get(word), id_text(digits), rest, suffix)


def _numbered(channel: Channel | None, session_id: str | None, rest: str, suffix: str) -> FileName:
    """Judge a name that begins like `call-1418`; rest is what stands between the number and the suffix."""
    if suffix == "json" and "transcript" not in rest:
        return FileName(FileRole.METADATA, channel, session_id)
    if suffix in {"json", "txt"}:
        role = FileRole.TRANSCRIPT if channel or rest else FileRole.METADATA
        return FileName(role, channel, session_id)
    if suffix in _MEDIA:
        return FileName(FileRole.MEDIA, channel, session_id)
    if suffix in _AUDIO and channel and rest[:1] in {"", "-", "_"}:
        part = _PART.match(rest)
        return FileName(FileRole.RECORDING, channel, session_id, int(part.group(1)) if part else None)
    return _OTHER


def _nameless(name: str, suffix: str) -> FileName:
    """Judge a name that does not begin with a known word and a number."""
    if name in {"metadata.json", "metadata.txt"}:
        return FileName(FileRole.METADATA)
    if suffix in {"json", "txt"} and "transcript" in name:
        return _inside(FileRole.TRANSCRIPT, name)
    return _inside(FileRole.MEDIA, name) if suffix in _MEDIA else _OTHER


def _inside(role: FileRole, name: str) -> FileName:
    """Look for channel and id anywhere in the name."""
    match = _CHANNEL_AND_ID.search(name)
    if match is None:
        return FileName(role)
    return FileName(role, _CHANNELS[match.group(1)], id_text(match.group(2)))
