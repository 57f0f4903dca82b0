"""Ask for an object, and read its facts from headers, in the way that S3 and Azure share."""

from collections.abc import Mapping
from urllib.parse import quote

from connector.line import Request
from connector.storage.bucket import markup
from connector.storage.model import FileInfo

__all__ = ["bare", "content", "facts", "lookup"]


def lookup(name: str) -> Request:
    """Ask for the object's headers; the address is relative to the bucket's."""
    return Request(f"/{quote(name)}", {}, "HEAD")


def content(name: str, etag: str | None, span: tuple[int, int] | None) -> Request:
    """Ask for the bytes of one version, all or from offset to end (exclusive)."""
    headers: dict[str, str] = {}
    if etag is not None:
        headers["If-Match"] = f'"{etag}"'
    if span is not None:
        headers["Range"] = f"bytes={span[0]}-{span[1] - 1}"
    return Request(f"/{quote(name)}", headers)


def facts(path: str, headers: Mapping[str, str]) -> FileInfo:
    """Read the facts of the object at this path; raise ValueError where the headers have none."""
    modified_ns = markup.moment_ns(headers.get("Last-Modified"))
    return FileInfo(path, int(headers.get("Content-Length", "")), modified_ns, bare(headers.get("ETag")))


def bare(etag: str | None) -> str | None:
    """Give an etag without its quotes, which some write in one place and leave out in another."""
    return etag.removeprefix("W/").strip('"') if etag else None
