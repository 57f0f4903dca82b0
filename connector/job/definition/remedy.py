"""Say which line of a file a person mends where the target or a storage is not reached, or refuses what it is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connector.document import Document
from connector.errors import StorageUnreachableError
from connector.job.definition.variables import named_in
from connector.network import is_loopback

__all__ = ["UNNAMED", "Remedies", "placed", "remedies", "telling"]


@dataclass(frozen=True, slots=True)
class Remedies:
    """Where what is reached is written down, each in a sentence without its value."""

    address: str = "see target.url"
    token: str = "see target.token"  # noqa: S105 - a sentence
    storage: str = ""
    recordings: str = ""


UNNAMED: Final = Remedies()
"""For a target that stands in no file of its own."""


def remedies(written: Document, home: Path, url: str) -> Remedies:
    """Give the sentences for this file, whose target is at `url`."""
    address = _place(written, home, "target", "url")
    if is_loopback(urlsplit(url).hostname or ""):
        address += "; on this machine: is `connector sandbox` running?"
    return Remedies(
        address,
        _place(written, home, "target", "token"),
        _place(written, home, "source", "storage"),
        _place(written, home, "source", "recordings", "storage"),
    )


@contextmanager
def telling(place: str) -> Iterator[None]:
    """Add to what is told of a storage that cannot be used where its address stands."""
    try:
        yield
    except StorageUnreachableError as error:
        raise placed(error, place) from error


def placed(error: StorageUnreachableError, place: str) -> StorageUnreachableError:
    """Give the same error with where the storage's address stands behind its hint."""
    return type(error)(error.message, hint="; ".join(filter(None, (error.hint, place))))


def _place(written: Document, home: Path, *keys: str) -> str:
    """Name the field, its file, and the variables that it is written as."""
    path = written.path.relative_to(home) if written.path.is_relative_to(home) else written.path
    value = written.value
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    names = named_in(value) if isinstance(value, str) else []
    set_in = f", where it is {' and '.join(names)}, set in the environment or in .env" if names else ""
    return f"see {'.'.join(keys)} in {path}{set_in}"
