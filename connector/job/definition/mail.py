"""Say what is special about a job that reads e-mails: which files are messages, and what such a job must name."""

from typing import Any

from connector import session
from connector.errors import ConfigurationError, Problem
from connector.session import FileName, FileRole

__all__ = ["DEFAULT_DONE", "KIND", "check_mail_job", "classify_mail", "is_message"]

KIND = "ccai-email"
DEFAULT_DONE = "mark"
_SCHEMES = ("imaps://", "imap://")
_SUFFIX = ".eml"


def is_message(path: str) -> bool:
    """Tell whether the file is an e-mail."""
    return path.endswith(_SUFFIX)


def classify_mail(path: str) -> FileName:
    """Give what a file is for: messages tell the sessions, beside them there are recordings and transcripts only.

    Metadata files that lie with the recordings are left to a job of kind ccai.
    """
    if is_message(path):
        return FileName(FileRole.METADATA)
    name = session.classify(path)
    is_companion = name.role in {FileRole.RECORDING, FileRole.VOICEMAIL, FileRole.TRANSCRIPT}
    return name if is_companion and name.session_id is not None else FileName(FileRole.OTHER)


def check_mail_job(value: Any) -> None:
    """Raise ConfigurationError where a job as written reads e-mails and lacks what that takes."""
    source = _object(value, "source")
    is_mail, is_mailbox = source.get("kind") == KIND, str(source.get("storage", "")).lower().startswith(_SCHEMES)
    problems: list[Problem] = []
    if is_mailbox and not is_mail:
        problems.append(
            Problem("reads files, but the storage holds e-mails", field="source.kind", hint=f"write {KIND}")
        )
    if is_mail and not is_mailbox:
        hint = "write imaps://user@host/INBOX"
        problems.append(Problem(f"is no mailbox, and {KIND} reads one", field="source.storage", hint=hint))
    if is_mail and source.get("folders"):
        hint = "name the mailbox's folder in the address"
        problems.append(Problem("names folders of files, but a mailbox has none", field="source.folders", hint=hint))
    if is_mail and _lacks_recordings(value):
        hint = "name their storage, or write `audio: {missing: send}` to send calls without audio"
        message = "is missing: recordings are never attached to the platform's e-mails"
        problems.append(Problem(message, field="source.recordings", hint=hint))
    if problems:
        raise ConfigurationError(problems)


def _lacks_recordings(value: Any) -> bool:
    wants_audio = _object(value, "audio").get("missing") != "send"
    return (
        bool(_object(value, "mappings").get("call")) and not _object(value, "source").get("recordings") and wants_audio
    )


def _object(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
