"""Guess from a file's name what it is for."""

import re

from connector.session.model import Channel, FileName, FileRole

__all__ = ["AUDIO_SUFFIXES", "classify"]

_METADATA, _RECORDING, _TRANSCRIPT = FileRole.METADATA, FileRole.RECORDING, FileRole.TRANSCRIPT
_VOICEMAIL, _MEDIA = FileRole.VOICEMAIL, FileRole.MEDIA
_CHANNELS = {"call": Channel.CALL, "chat": Channel.CHAT}
_OTHER = FileName(FileRole.OTHER)

AUDIO_SUFFIXES = ("mp3", "wav", "ogg", "opus", "flac", "m4a", "aac", "wma")
_ROLES = {
    "json": _METADATA,
    "txt": _TRANSCRIPT,
    **dict.fromkeys(AUDIO_SUFFIXES, _RECORDING),
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "heic", "mp4", "mov", "m4v", "3gp", "webm"), _MEDIA),
}

# Most names are no more than this; the full form takes twice as long to tell.
_PLAIN = re.compile(r"(call|chat|metadata)[-_]([0-9]+)()\.([a-z0-9]+)")
_NUMBERED = re.compile(r"(call|chat|metadata)[-_]([0-9]+)((?:[-_. ].*)?)\.([a-z0-9]+)", re.DOTALL)
_PART = re.compile(r"[-_](?:part[-_]?)?([0-9]{1,9})")
_CHANNEL_AND_ID = re.compile(r"(call|chat)[-_]([0-9]+)")
# call-1.mp3_raw_moved never reaches this: its suffix is none that is known.
_LEFTOVER = re.compile(r"_raw_moved|\.temp_|\.(?:mp3|wav|json|txt|tmp|temp|part|partial|filepart)\.")


def classify(path: str) -> FileName:
    """Give role, channel, id and part as the path tells them; folders may have any name, case does not matter.

    The three documented conventions are known: `call-ID.json`, `metadata-ID.json` or `.txt`, `metadata.json`. So are
    recordings `call-ID.mp3` or `.wav`, in parts `call-ID-N` or `call-ID_N`; transcripts `chat-ID.txt` or a JSON with
    "transcript" in its name; voicemails by that word in folder or name. What a transfer under way or a redaction tool
    left behind (`.part`, `.tmp`, `.mp3_raw_moved`, `.temp_16k.wav`, a leading dot) is OTHER.
    """
    lower = path.lower()
    name = lower[lower.rfind("/") + 1 :]
    match = _PLAIN.fullmatch(name) or _NUMBERED.fullmatch(name)
    if match is None:
        return _unnumbered(lower, name)
    word, digits, rest, suffix = match.groups()
    role = _ROLES.get(suffix)
    if role is None or (rest and _LEFTOVER.search(name)):
        return _OTHER
    return _numbered(role, (word, digits.lstrip("0") or "0"), rest, lower)


def _numbered(role: FileRole, word_and_id: tuple[str, str], rest: str, path: str) -> FileName:
    """Judge a name that begins like `call-1418`; rest is what stands between the number and the suffix."""
    word, session_id = word_and_id
    channel = _CHANNELS.get(word)
    if role is _RECORDING:
        if "voicemail" in path:
            return FileName(_VOICEMAIL, channel, session_id, None)
        if channel is None or rest.startswith((".", " ")):
            return _OTHER
        part = _PART.fullmatch(rest) if rest else None
        return FileName(_RECORDING, channel, session_id, int(part.group(1)) if part else None)
    if role is not _MEDIA:
        if "transcript" in rest:
            role = _TRANSCRIPT
        elif channel is None:
            role = _METADATA
    return FileName(role, channel, session_id, None)


def _unnumbered(path: str, name: str) -> FileName:
    """Judge a name that does not begin with a known word and a number."""
    role = _ROLES.get(name.rpartition(".")[2])
    if role is None or name.startswith(".") or _LEFTOVER.search(name):
        return _OTHER
    if name in {"metadata.json", "metadata.txt"}:
        return FileName(_METADATA)
    if role is _MEDIA:
        return _inside(_MEDIA, name)
    if role is _RECORDING:
        return _inside(_VOICEMAIL, name) if "voicemail" in path else _OTHER
    return _inside(_TRANSCRIPT, name) if "transcript" in name else _OTHER


def _inside(role: FileRole, name: str) -> FileName:
    """Look for channel and id anywhere in the name."""
    match = _CHANNEL_AND_ID.search(name)
    if match is None:
        return FileName(role)
    return FileName(role, _CHANNELS[match.group(1)], match.group(2).lstrip("0") or "0")
