"""Word, for each vendor, the few changes that a store is asked for where files are put away."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import orjson

from connector.line import Answer, Request
from connector.storage.bucket import headers, markup
from connector.storage.finishing import VALUE

__all__ = ["AzureWriting", "Copied", "GoogleWriting", "S3Writing", "Writing"]


class Copied(Enum):
    """How far a copy has come."""

    WHOLE = auto()
    UNDER_WAY = auto()
    FAILED = auto()


class Writing(Protocol):
    """How one vendor's store is asked to copy, remove and tag an object."""

    rights: str
    """What the account must be allowed, in the vendor's words."""

    def prepare(self) -> None:
        """Ask from now on for credentials that may write."""
        ...

    def copy(self, name: str, etag: str | None, target: str) -> Request:
        """Ask for a copy of this version inside the store, where nothing has the target's name."""
        ...

    def progress(self, answer: Answer) -> Copied:
        """Tell from the answer to a copy, or to a look at it, how far it has come."""
        ...

    def remove(self, name: str, etag: str | None) -> Request:
        """Ask that this version of the object be removed."""
        ...

    def tags(self, name: str) -> Request | None:
        """Ask for the tags of the object, where they have to be sent again together with ours."""
        ...

    def tag(self, name: str, present: bytes) -> Request:
        """Ask that the object bear our tag beside those that it has."""
        ...

    def digest(self, answer: Answer) -> str | None:
        """Give a checksum of the object from a look at it, by which two of them are known as the same."""
        ...


class S3Writing:
    """Copies, removals and tags of S3; see Writing."""

    rights = "allow it s3:PutObject and s3:DeleteObject to move, s3:GetObjectTagging and s3:PutObjectTagging to tag"

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def prepare(self) -> None:
        """Do nothing: keys may what their policy says."""

    def copy(self, name: str, etag: str | None, target: str) -> Request:
        """Copy on the condition of the etag."""
        sent = {"x-amz-copy-source": quote(f"/{self._bucket}/{name}")}
        if etag is not None:
            sent["x-amz-copy-source-if-match"] = f'"{etag}"'
        return Request(f"/{quote(target)}", sent, "PUT")

    def progress(self, answer: Answer) -> Copied:
        """Look into the body: an answer that begins well may still tell of a failure."""
        try:
            return Copied.WHOLE if markup.parse(answer.body).tag == "CopyObjectResult" else Copied.FAILED
        except ValueError:
            return Copied.FAILED

    def remove(self, name: str, etag: str | None) -> Request:  # noqa: ARG002 - not every store knows conditions here
        """Remove the object."""
        return Request(f"/{quote(name)}", {}, "DELETE")

    def tags(self, name: str) -> Request | None:
        """Ask for the tags: they are only set all together."""
        return Request(f"/{quote(name)}?tagging=", {})

    def tag(self, name: str, present: bytes) -> Request:
        """Set the tags that were there, and ours."""
        body = _tag_body(present)
        checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        return Request(
            f"/{quote(name)}?tagging=", {"Content-MD5": checksum, "Content-Type": "application/xml"}, "PUT", body
        )

    def digest(self, answer: Answer) -> str | None:
        """Give the etag: that of a copy is the same where it is an MD5."""
        return headers.bare(answer.headers.get("ETag"))


class AzureWriting:
    """Copies, removals and index tags of Azure Blob Storage; see Writing."""

    rights = "the token needs Write, Create and Delete to move, and Tags to tag"

    def __init__(self, root: Callable[[str], str]) -> None:
        """Take what gives the whole address of a blob by which the service itself may read it."""
        self._root = root

    def prepare(self) -> None:
        """Do nothing: key and token may what they may."""

    def copy(self, name: str, etag: str | None, target: str) -> Request:
        """Copy on the condition of the etag, to a name that is free."""
        sent = {"x-ms-copy-source": self._root(name), "If-None-Match": "*"}
        if etag is not None:
            sent["x-ms-source-if-match"] = f'"{etag}"'
        return Request(f"/{quote(target)}", sent, "PUT")

    def progress(self, answer: Answer) -> Copied:
        """Read the header that tells it, with the first answer and with every look."""
        state = answer.headers.get("x-ms-copy-status", "success")
        return {"success": Copied.WHOLE, "pending": Copied.UNDER_WAY}.get(state, Copied.FAILED)

    def remove(self, name: str, etag: str | None) -> Request:
        """Remove the blob on the condition of the etag."""
        return Request(f"/{quote(name)}", {"If-Match": f'"{etag}"'} if etag else {}, "DELETE")

    def tags(self, name: str) -> Request | None:
        """Ask for the tags: they are only set all together."""
        return Request(f"/{quote(name)}?comp=tags", {})

    def tag(self, name: str, present: bytes) -> Request:
        """Set the tags that were there, and ours; neither etag nor time of the blob change by it."""
        body = b'<?xml version="1.0" encoding="utf-8"?>' + _tag_body(present, root="Tags")
        return Request(f"/{quote(name)}?comp=tags", {"Content-Type": "application/xml"}, "PUT", body)

    def digest(self, answer: Answer) -> str | None:
        """Give the MD5, which a copy takes over where the blob has one."""
        return answer.headers.get("Content-MD5")


class GoogleWriting:
    """Copies, removals and metadata of Google Cloud Storage, which has no tags for objects; see Writing."""

    rights = (
        "grant it the role Storage Object User (roles/storage.objectUser) on the bucket; "
        "a person's consent is got anew by `connector storage login gcs --write`"
    )

    def __init__(self, objects: str, payer: Mapping[str, str], bucket: str, widen: Callable[[], None]) -> None:
        self._objects = objects
        self._payer = dict(payer)
        self._bucket = bucket
        self._widen = widen

    def prepare(self) -> None:
        """Ask for tokens that may write."""
        self._widen()

    def copy(self, name: str, etag: str | None, target: str) -> Request:
        """Copy one generation to a name that is free."""
        query = {"ifGenerationMatch": "0"} | ({"ifSourceGenerationMatch": etag} if etag else {})
        path = f"{quote(name, safe='')}/rewriteTo/b/{self._bucket}/o/{quote(target, safe='')}"
        return Request(self._url(path, query), {"Content-Type": "application/json"}, "POST")

    def progress(self, answer: Answer) -> Copied:
        """Read whether it is done: inside one bucket it is with the first answer."""
        found: Any = orjson.loads(answer.body) if answer.body else {}
        return Copied.WHOLE if isinstance(found, dict) and found.get("done", True) else Copied.FAILED

    def remove(self, name: str, etag: str | None) -> Request:
        """Remove one generation."""
        return Request(self._url(quote(name, safe=""), {"ifGenerationMatch": etag} if etag else {}), {}, "DELETE")

    def tags(self, name: str) -> Request | None:  # noqa: ARG002 - the same for every object
        """Ask for nothing: what is not named stays as it is."""
        return None

    def tag(self, name: str, present: bytes) -> Request:  # noqa: ARG002 - they stay
        """Add our key to the object's metadata; its generation and time stay."""
        body = orjson.dumps({"metadata": dict([VALUE])})
        return Request(self._url(quote(name, safe=""), {}), {"Content-Type": "application/json"}, "PATCH", body)

    def digest(self, answer: Answer) -> str | None:
        """Give the CRC-32C, which every object has."""
        try:
            return str(orjson.loads(answer.body)["crc32c"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return None

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        asked = urlencode({**query, **self._payer})
        return f"{self._objects}/{path}" + (f"?{asked}" if asked else "")


def _tag_body(present: bytes, root: str = "Tagging") -> bytes:
    """Give the list of tags with ours in it; raises ValueError where the present ones cannot be read."""
    found = {}
    if present:
        for tag in markup.parse(present).iter("Tag"):
            found[markup.text_of(tag, "Key")] = tag.findtext("Value") or ""
    found[VALUE[0]] = VALUE[1]
    tags = "".join(f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in found.items())
    return f"<{root}><TagSet>{tags}</TagSet></{root}>".encode()
