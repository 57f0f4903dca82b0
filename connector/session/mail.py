"""Read an e-mail of the platform: a session in its body, and for a chat its transcript attached."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message

from connector.errors import SkipError
from connector.reason import Code
from connector.session import ccai, naming
from connector.session.model import Session, Transcript
from connector.storage.model import FileInfo

__all__ = ["SOURCE_KIND", "Mail", "parse"]

SOURCE_KIND = "ccai-email"

_TEXT_TYPES = frozenset({"text/plain", "application/json", "text/json"})
_SUFFIXES = {"text/plain": ".txt", "application/json": ".json"}
# Others, such as unicode_escape, are no charset that a mail program writes.
_CHARSET = re.compile(
    r"(iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp(125\d|850)|utf-?(16|32)(le|be)?|koi8-[ru])", re.IGNORECASE
)
_DEEPEST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """What one e-mail tells."""

    session: Session
    transcripts: tuple[Transcript | SkipError, ...]
    """Each attached transcript of this very session, or why it cannot be used."""


def parse(raw: bytes, file: FileInfo, line_pattern: str | None = None) -> Mail:
    """Give the session that the message's body holds, and the transcripts attached to it.

    Raises SkipError(UNREADABLE) where the body holds no JSON of a session (see ccai.parse); an attachment that cannot
    be used does not keep the session from being read.
    """
    bodies, attached = _parts(raw, file)
    content, notes = _body(bodies, file)
    found = ccai.parse(content, file)
    if isinstance(found, Transcript):
        hint = "the platform puts the session's metadata there"
        raise SkipError(Code.UNREADABLE, f"the body of {file.path} holds a transcript and no session", hint=hint)
    transcripts: list[Transcript | SkipError] = []
    for part in attached:
        name = _name(part)
        told = naming.classify(name)
        if told.session_id not in {None, found.id} or told.channel not in {None, found.channel}:
            notes.append("an attachment bears the name of another session and was left out")
        else:
            transcripts.append(_transcript(_content(part), name, found, line_pattern))
    session = replace(found, source_kind=SOURCE_KIND, notes=tuple(dict.fromkeys((*found.notes, *notes))))
    return Mail(session, tuple(transcripts))


def _parts(raw: bytes, file: FileInfo) -> tuple[list["Message[str, str]"], list["Message[str, str]"]]:
    """Give the parts that may be the body, and the attachments that may be a transcript."""
    try:
        message = message_from_bytes(raw)
        leaves = list(_leaves(message))
        bodies = [part for part in leaves if not _is_attached(part) and part.get_content_type() in _TEXT_TYPES]
        attached = [part for part in leaves if _is_attached(part) and _name(part)]
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        # The standard library's parser is lenient, but its reading of single headers stumbles over some of them.
        raise _unreadable(file, "is no e-mail that can be read") from error
    return bodies, attached


def _leaves(message: "Message[str, str]", depth: int = 0) -> Iterator["Message[str, str]"]:
    """Give the parts that hold content; a message inside the message is somebody else's words."""
    if message.get_content_maintype() == "message":
        return
    if not message.is_multipart():
        yield message
    elif depth < _DEEPEST_PARTS:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part, depth + 1)


def _is_attached(part: "Message[str, str]") -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _name(part: "Message[str, str]") -> str:
    """Give the file name of an attached text, "" of anything else; only a name as the platform writes it is told."""
    name = (part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    suffix = name[name.rfind(".") :].lower() if "." in name else _SUFFIXES.get(part.get_content_type(), "")
    if suffix not in _SUFFIXES.values():
        return ""
    is_known = naming.classify(name).session_id is not None and name.isascii() and name.isprintable()
    return name if is_known else f"attachment{suffix}"


def _body(parts: list["Message[str, str]"], file: FileInfo) -> tuple[bytes, list[str]]:
    """Give the JSON of the body, and a note where something stood around it."""
    for part in parts:
        content = _content(part)
        bare = content.strip()
        start = content.find(b"{")
        if start < 0 and not bare.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        end = content.rfind(b"}") + 1
        if start < 0 or end <= start or (bare.startswith(b"{") and bare.endswith(b"}")):
            return bare, []
        return content[start:end], ["text around the JSON in the e-mail's body was left out"]
    hint = "the platform writes the session's metadata there as JSON; a mail program may have changed it"
    raise _unreadable(file, "has no JSON in its body", hint)


def _content(part: "Message[str, str]") -> bytes:
    """Give the part's bytes, in UTF-8 where another encoding is named."""
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""
    if not isinstance(content, bytes):
        return b""
    if _CHARSET.fullmatch(charset):
        try:
            return content.decode(charset).encode()
        except (UnicodeError, LookupError):
            return content
    return content


def _transcript(content: bytes, name: str, session: Session, line_pattern: str | None) -> Transcript | SkipError:
    as_file = session.file._replace(path=f"{session.file.path}/{name}")
    try:
        found = ccai.parse_transcript(content, as_file, line_pattern)
    except SkipError as error:
        return error
    if found.session_id not in {None, session.id}:
        return SkipError(Code.TRANSCRIPT_AWAITED, f"{as_file.path} is the transcript of another session")
    return replace(found, channel=session.channel, session_id=session.id, file=session.file)


def _unreadable(file: FileInfo, why: str, hint: str = "") -> SkipError:
    return SkipError(Code.UNREADABLE, f"{file.path} {why}", hint=hint)
