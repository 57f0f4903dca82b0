"""Say which line of a file a person mends where the target cannot be reached or refuses the token."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connector.document import Document
from connector.job.definition.variables import named_in
from connector.network import is_loopback

__all__ = ["UNNAMED", "Remedies", "remedies"]


@dataclass(frozen=True, slots=True)
class Remedies:
    """What to mend of a target, each in a sentence without its value."""

    address: str = "see target.url"
    token: str = "see target.token"  # noqa: S105 - a sentence


UNNAMED: Final = Remedies()
"""For a target that stands in no file of its own."""


def remedies(written: Document, home: Path, url: str) -> Remedies:
    """Give the sentences for the target of this file, which leads to `url`."""
    address = _place(written, home, "url")
    if is_loopback(urlsplit(url).hostname or ""):
        address += "; on this machine: is `connector sandbox` running?"
    return Remedies(address, _place(written, home, "token"))


def _place(written: Document, home: Path, key: str) -> str:
    """Name the field, its file, and the variables that it is written as."""
    path = written.path.relative_to(home) if written.path.is_relative_to(home) else written.path
    value = written.value.get("target", {}).get(key)
    names = named_in(value) if isinstance(value, str) else []
    set_in = f": there it is {' and '.join(names)}, set in the environment or in .env" if names else ""
    return f"see target.{key} in {path}{set_in}"
