"""Read the XML that stores answer with."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

__all__ = ["moment_ns", "parse", "text_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_NS = 1_000_000_000


def parse(body: bytes) -> ET.Element:
    """Give the root with plain names in place of those with name spaces; raise ValueError where it is no such XML."""
    # A document type could define entities that grow without end; no store writes one.
    if b"<!DOCTYPE" in body:
        raise ValueError("has a document type")
    try:
        root = ET.fromstring(body)  # noqa: S314 - entities cannot be defined without a document type
    except ET.ParseError as error:
        raise ValueError("is no XML") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element: ET.Element, path: str) -> str:
    """Give the text at the path below the element; raise ValueError where there is none."""
    found = element.findtext(path)
    if found is None:
        raise ValueError(f"lacks {path}")
    return found


def moment_ns(text: str | None) -> int:
    """Give the nanoseconds since 1970 of a time in either of the forms that stores write, in whole seconds.

    Listings write fractions at times where the facts of one object have none. Raises ValueError where it is no time.
    """
    if not text:
        raise ValueError("lacks a time")
    moment = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) // _SECOND * _NS
