"""Word the refusals of a single file that every kind of storage shares."""

from connector.errors import SkipError
from connector.reason import Code
from connector.storage.model import FileInfo

__all__ = ["corrupted", "too_large", "unreadable"]


def too_large(file: FileInfo, limit_bytes: int) -> SkipError:
    """Give the refusal of a file that is larger than what is read of such files."""
    message = f"{file.path} holds {file.size_bytes} bytes, more than the {limit_bytes} that are read of such a file"
    return SkipError(Code.UNREADABLE, message, hint="see whether it is what its name says")


def unreadable(path: str, why: str, hint: str = "") -> SkipError:
    """Give the refusal of a file that the storage lists and does not hand out."""
    return SkipError(Code.UNREADABLE, f"{path} cannot be read: {why}", hint=hint)


def corrupted(path: str) -> SkipError:
    """Give the refusal of a file whose bytes do not have the checksum that the storage states for it."""
    message = f"{path} came with other bytes than the storage's checksum states"
    return SkipError(Code.TRY_AGAIN, message, hint="it is read again by the next run; if that helps not, restore it")
