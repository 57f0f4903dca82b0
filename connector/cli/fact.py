"""Say the facts of an entry's steps in words for people."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from connector.cli.screen import size, time_of

__all__ = ["say", "tell"]

DIGEST_LETTERS = 12
DIGESTS = ("sha256", "audio_sha256")
BYTES = ("bytes", "size_bytes")
CODECS: Final = {
    "mp3_cbr": "of a constant rate",
    "mp3_vbr": "of a variable rate",
    "pcm_8": "of 8 bits",
    "pcm_16": "of 16 bits",
    "pcm_24": "of 24 bits",
    "mulaw": "in µ-law",
    "alaw": "in A-law",
}
CHANNELS: Final = {None: "two channels", True: "two channels that are the same", False: "two channels that differ"}
"""Whether both carry the same -> how that is said."""


def tell(facts: Iterable[tuple[str, Any]]) -> str:
    """Give all facts of a step as a person reads them."""
    return "; ".join(_SENTENCES[name](value) if name in _SENTENCES else _plain(name, value) for name, value in facts)


def say(name: str, value: Any) -> str:
    """Give a fact's value as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return time_of(value)
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {say(key, one)}" for key, one in value.items()) + ")"
    if isinstance(value, list | tuple):
        return ", ".join(say(name, one) for one in value)
    return _word(name, value)


def _plain(name: str, value: Any) -> str:
    return f"{name.replace('_', ' ')} {say(name, value)}"


def _word(name: str, value: Any) -> str:
    if name in BYTES and isinstance(value, int):
        return size(value)
    if name in DIGESTS and isinstance(value, str):
        return f"{value[:DIGEST_LETTERS]}…"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _audio(facts: Mapping[str, Any]) -> str:
    """Say what a recording is: "an mp3 of a constant rate, about 25.2 s long, two channels that differ"."""
    container, _, codec = str(facts.get("form", "recording")).partition(" ")
    told = [f"audio {container} {CODECS.get(codec, codec)}".strip()]
    if "seconds" in facts:
        about = "" if facts.get("exact") else "about "
        told.append(f"{about}{facts['seconds']:,} s long")
    if "told" in facts:
        told.append(f"{facts['told']:,} s by the record")
    if (channels := facts.get("channels")) is not None:
        told.append({1: "one channel", 2: CHANNELS[facts.get("identical")]}.get(channels, f"{channels} channels"))
    return ", ".join(told)


def _consent(value: Any) -> str:
    """Say which word the record has, and what the mapping makes of it."""
    word, became = value
    meaning = {True: "may be recorded", False: "was refused", None: "not known"}[became]
    return f"consent {meaning} (the record says {word})" if word else f"consent {meaning} (the record says nothing)"


_SENTENCES: Final[Mapping[str, Callable[[Any], str]]] = {"audio": _audio, "consent": _consent}
