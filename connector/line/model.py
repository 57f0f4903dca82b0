"""State what is asked of a server, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PASSING", "Answer", "Request"]

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of what may heal by itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to go out."""

    url: str
    """Encoded as it goes out."""
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Its body may name accounts and must not be repeated to anyone."""

    status: int
    headers: Mapping[str, str]
    """Names in any case find their value."""
    body: bytes
