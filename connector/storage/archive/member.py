"""Describe archives and the files in them: how they are packed, which version a file is, where its bytes are."""

from dataclasses import dataclass

from connector.storage.model import FileInfo
from connector.storage.naming import shown_name

__all__ = ["Member", "clean_path", "form_of"]

FORMS = {".zip": "zip", ".tar": "tar", ".tar.gz": "tar.gz", ".tgz": "tar.gz"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    file: FileInfo
    start: int
    """Where its entry (zip) or its bytes (tar) begin, from the beginning of the archive or of what it unpacks to."""
    packed_bytes: int
    method: int = 0
    """How it is packed, by the numbers of the zip format; 0 is not at all."""
    checksum: int | None = None
    """CRC-32 of the content, where the archive has one."""
    is_locked: bool = False


def form_of(name: str) -> str | None:
    """Give how a file of this name is packed, or none where the name is no archive's."""
    return next((form for end, form in FORMS.items() if name.lower().endswith(end)), None)


def clean_path(name: str) -> str:
    """Give the path below the root that a name in an archive stands for; nothing climbs out of it, as unzip has it."""
    parts = [part for part in name.split("/") if part not in {"", ".", ".."}]
    return shown_name("/".join(parts)).replace("\0", "")
