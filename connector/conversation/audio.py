"""Find out from a recording's bytes what it is: kind, length, channels; never from its name."""

from connector.conversation.appearance import appearance
from connector.conversation.container import kind_of, read_container
from connector.conversation.facts import AudioFacts
from connector.conversation.mp3 import read_mp3
from connector.conversation.wav import is_wav, read_wav
from connector.errors import SkipError
from connector.reason import Code
from connector.storage.model import ReadAt

__all__ = ["LARGEST_UPLOAD_BYTES", "AudioFacts", "inspect"]

LARGEST_UPLOAD_BYTES = 1_000_000_000
"""Capturi documents 1 GB; read the smaller way."""
HEAD_BYTES = 4096

_REMEDY = "look at the file in the storage; export it again as wav or mp3"


def inspect(read_at: ReadAt, size_bytes: int, *, limit_bytes: int = LARGEST_UPLOAD_BYTES) -> AudioFacts:
    """Give what the recording's header and a sample of at most 1 MiB say about it.

    Raises SkipError: AUDIO_TOO_LARGE above the limit, AUDIO_INVALID with what the file looks like where it holds no
    sound; and whatever `read_at` raises.
    """
    if size_bytes > limit_bytes:
        message = f"the recording has {size_bytes} bytes; Capturi takes at most {limit_bytes}"
        raise SkipError(Code.AUDIO_TOO_LARGE, message, hint="shorten it, or store it in a denser format")
    if size_bytes <= 0:
        hint = "it may be being written still, or its transfer was broken off"
        raise SkipError(Code.AUDIO_INVALID, "the recording is an empty file", hint=hint)
    head = read_at(0, min(HEAD_BYTES, size_bytes))
    if is_wav(head):
        return read_wav(read_at, size_bytes, head)
    kind = kind_of(head)
    facts = read_container(read_at, size_bytes, kind) if kind else read_mp3(read_at, size_bytes, head)
    if facts is None:
        looks = f"a damaged {kind.name} file" if kind else appearance(head)
        raise SkipError(Code.AUDIO_INVALID, f"the recording is no audio: it looks like {looks}", hint=_REMEDY)
    return facts
