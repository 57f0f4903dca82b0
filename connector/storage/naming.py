"""Write the names of files so that they can be kept, and let none of them lead out of the root."""

from connector.errors import FileMissingError

__all__ = ["real_name", "reject_stray", "shown_name"]

_UNDECODABLE = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
_ENCODABLE = {shown: hidden for hidden, shown in _UNDECODABLE.items()}


def shown_name(path: str) -> str:
    """Give the path without lone surrogates, which stand for bytes that are no UTF-8 and cannot be written down."""
    return path if path.isascii() else path.translate(_UNDECODABLE)


def real_name(path: str) -> str:
    """Give the path as the system spells it, where shown_name() had to stand in for bytes that are no UTF-8."""
    return path if path.isascii() else path.translate(_ENCODABLE)


def reject_stray(path: str) -> None:
    """Raise FileMissingError for what is no path below the root: one that climbs, starts at the top or is empty."""
    if "\0" in path or not {"", ".", ".."}.isdisjoint(path.split("/")):
        raise FileMissingError(path)
