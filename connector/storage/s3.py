"""Speak with Amazon S3 and the many stores that are compatible with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

from pydantic import Field, model_validator

from connector import settings
from connector.line import Answer, Patience, Request, read_endpoint
from connector.storage.bucket import checksum, headers, markup
from connector.storage.bucket.address import Place, read_place
from connector.storage.bucket.aws import REGION, AwsKeys, Source, keys_of_environment
from connector.storage.bucket.checksum import Checksum
from connector.storage.bucket.options import Options, Secret, Text, read
from connector.storage.bucket.service import Page, Remedy, Send, Standing, standing_of
from connector.storage.bucket.signature import Keys, sign
from connector.storage.bucket.storage import BucketStorage, open_bucket
from connector.storage.bucket.writing import S3Writing, Writing
from connector.storage.model import FileInfo

__all__ = ["S3Options", "S3Service", "open_kind"]

_STANDINGS = {
    "AuthorizationHeaderMalformed": Standing.STALE,
    "ExpiredToken": Standing.STALE,
    "InternalError": Standing.PASSING,
    "InvalidAccessKeyId": Standing.REFUSED,
    "InvalidObjectState": Standing.ARCHIVED,
    "InvalidToken": Standing.REFUSED,
    "PermanentRedirect": Standing.STALE,
    "RequestTimeTooSkewed": Standing.REFUSED,
    "RequestTimeout": Standing.PASSING,
    "SignatureDoesNotMatch": Standing.REFUSED,
    "SlowDown": Standing.PASSING,
    "TemporaryRedirect": Standing.STALE,
}
_REGION_CODES = frozenset({"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", ""})
"""What is said of a request that went to another region; asked for facts alone, the store says nothing."""
_KEYS = "compare access_key_id and secret_access_key, and session_token if there is one, with what the store gave"
_POLICY = "allow it s3:ListBucket on the bucket and s3:GetObject on its objects; requester_pays: true where it must pay"
_BY_CODE = {
    "ExpiredToken": Remedy("the keys have expired", "get new ones, or let a role lend them: role_arn"),
    "InvalidAccessKeyId": Remedy("there is no such access key", _KEYS),
    "InvalidToken": Remedy("the session token is not accepted", _KEYS),
    "RequestTimeTooSkewed": Remedy("this machine's clock is wrong", "set it, best by a time service"),
    "SignatureDoesNotMatch": Remedy("the secret does not belong to the access key", _KEYS),
    "AccessDenied": Remedy("the keys' owner may not list or read the bucket's objects", _POLICY),
    "NoSuchBucket": Remedy("there is no such bucket", "correct the bucket's name in the address, or the endpoint"),
}
_BY_STATUS: Mapping[int, str] = {HTTPStatus.FORBIDDEN: "AccessDenied", HTTPStatus.NOT_FOUND: "NoSuchBucket"}


class S3Options(Options):
    """Everything that `options` may hold for s3://; without keys, those of the environment are used."""

    access_key_id: Text | None = Field(None, description="Id of the access key.")
    secret_access_key: Secret | None = Field(None, description='Secret of the access key, as "${NAME}".')
    session_token: Secret | None = Field(None, description='Belongs to keys that expire, as "${NAME}".')
    region: Text | None = Field(None, description="Where the bucket lies; Amazon tells it where it is left out.")
    endpoint: Text | None = Field(None, description="Address of another store that speaks S3.")
    anonymous: bool = Field(False, description="Send no credentials: for public buckets.")
    requester_pays: bool = Field(False, description="Pay for the requests, where the requester pays for the bucket.")
    role_arn: Text | None = Field(None, description="Role to take on with these keys or those of the environment.")

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key belong together: add the other one")
        if self.session_token and not self.access_key_id:
            raise ValueError("session_token belongs to keys: add access_key_id and secret_access_key")
        if self.anonymous and (self.access_key_id or self.role_arn):
            raise ValueError("anonymous sends no credentials: take it or the credentials away")
        if self.anonymous and self.requester_pays:
            raise ValueError("anonymous cannot pay: take it or requester_pays away")
        return self


class S3Service:
    """The interface of Amazon S3; see Service."""

    name = "S3"

    def __init__(self, place: Place, options: S3Options, keys: AwsKeys | None, region: str | None) -> None:
        self._bucket = place.bucket
        self._endpoint = read_endpoint(options.endpoint, secret=False) if options.endpoint else None
        host = urlsplit(self._endpoint).netloc if self._endpoint else ""
        # The name of a bucket is unique at Amazon, and only there.
        is_amazon = not host or host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        self.address = place.below(f"s3://{place.bucket}" if is_amazon else f"s3://{place.bucket}@{host}")
        self.folder = place.folder
        self._keys = keys
        self._payer = {"x-amz-request-payer": "requester"} if options.requester_pays else {}
        self._region = region or REGION
        self.writing: Writing = S3Writing(place.bucket)

    @property
    def identity(self) -> str:
        """Give the id of the access key, and the role."""
        return self._keys.identity if self._keys else "nobody (anonymous)"

    async def authorise(self, request: Request, _send: Send) -> Request:
        """Complete the address, which the region is a part of, and sign."""
        sent = {**request.headers, **self._payer}
        placed = replace(request, url=f"{self._root()}{request.url}", headers=sent)
        if self._keys is None:
            return placed
        return sign(placed, await self._keys.present(), self._region, datetime.now(UTC))

    async def renew(self, _request: Request, answer: Answer) -> bool:
        """Go to the region that the answer names, or take other keys."""
        if region := self._other_region(answer):
            self._region = region
            return True
        return self._keys is not None and self._keys.forget()

    def code_of(self, answer: Answer) -> str:
        """Give the code in the answer."""
        return _element(answer, "Code")

    def judge(self, answer: Answer) -> Standing:
        """Tell what the answer means; what asks for facts alone is refused without a word."""
        if answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return Standing.GOOD
        code = self.code_of(answer)
        if not code and answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.MOVED_PERMANENTLY}:
            return Standing.STALE
        return _STANDINGS.get(code) or standing_of(answer.status)

    def remedy(self, answer: Answer) -> Remedy | None:
        """Say what to do about a refusal."""
        if region := self._other_region(answer):
            return Remedy(f"the bucket lies in the region {region}", "correct the option region")
        return _BY_CODE.get(self.code_of(answer) or _BY_STATUS.get(answer.status, ""))

    def listing(self, marker: str | None, most: int) -> Request:
        """Ask for a page of keys; encoded, since a key may hold what XML cannot."""
        query = {"list-type": "2", "encoding-type": "url", "max-keys": str(most), "prefix": self.folder}
        if marker is not None:
            query["continuation-token"] = marker
        ordered = urlencode(sorted(query.items()), quote_via=quote, safe="")
        return Request(f"?{ordered}", {})

    def page(self, body: bytes) -> Page:
        """Read a page of keys."""
        root = markup.parse(body)
        if root.tag != "ListBucketResult":
            raise ValueError("is no listing")
        is_encoded = root.findtext("EncodingType") == "url"
        files = []
        for item in root.iter("Contents"):
            key = markup.text_of(item, "Key")
            name = unquote_plus(key) if is_encoded else key
            size, modified_ns = int(markup.text_of(item, "Size")), markup.moment_ns(item.findtext("LastModified"))
            files.append(FileInfo(name, size, modified_ns, headers.bare(item.findtext("ETag"))))
        is_cut = root.findtext("IsTruncated") == "true"
        return Page(files, root.findtext("NextContinuationToken") if is_cut else None)

    def lookup(self, name: str) -> Request:
        """Ask for the object's headers."""
        return headers.lookup(name)

    def facts(self, path: str, answer: Answer) -> FileInfo:
        """Read the object's headers."""
        return headers.facts(path, answer.headers)

    def content(self, name: str, etag: str | None, span: tuple[int, int] | None) -> Request:
        """Ask for the bytes of one version."""
        return headers.content(name, etag, span)

    def etag(self, found: Mapping[str, str]) -> str | None:
        """Give the etag without its quotes."""
        return headers.bare(found.get("ETag"))

    def checksum(self, found: Mapping[str, str]) -> Checksum:
        """Take the etag: it is the MD5 of what was written in one go and not encrypted with keys of the owner's."""
        encryption = found.get("x-amz-server-side-encryption", "AES256")
        if encryption != "AES256" or "x-amz-server-side-encryption-customer-algorithm" in found:
            return Checksum()
        return checksum.md5(self.etag(found))

    def _root(self) -> str:
        if self._endpoint:
            return f"{self._endpoint}/{self._bucket}"
        domain = f"s3.{self._region}.amazonaws.com" + (".cn" if self._region.startswith("cn-") else "")
        # Amazon's certificate covers one level of names.
        if "." in self._bucket:
            return f"https://{domain}/{self._bucket}"
        return f"https://{self._bucket}.{domain}"

    def _other_region(self, answer: Answer) -> str | None:
        """Give the region that the store sends us to."""
        if self.code_of(answer) not in _REGION_CODES:
            return None
        found = answer.headers.get("x-amz-bucket-region") or _element(answer, "Region")
        return found if found != self._region else None


def _element(answer: Answer, name: str) -> str:
    try:
        return markup.parse(answer.body).findtext(name) or ""
    except ValueError:
        return ""


def open_kind(
    address: str, options: Mapping[str, Any], home: Path, *, patience: Patience | None = None
) -> BucketStorage:
    """Give the folder of an S3 bucket as a storage, not yet connected.

    Raises ConfigurationError for mistakes in address and options.
    """
    place, chosen = read_place(address, form="s3://bucket/folder"), read(S3Options, options)
    given, region = keys_of_environment(home, needed=not (chosen.access_key_id or chosen.anonymous))
    if chosen.access_key_id and chosen.secret_access_key:
        token = chosen.session_token.get_secret_value() if chosen.session_token else None
        given = Keys(chosen.access_key_id, chosen.secret_access_key.get_secret_value(), token)
    region = chosen.region or region
    source = Source(given, chosen.role_arn, region, settings.load(home).ca_file)
    keys = None if chosen.anonymous else AwsKeys(source)
    return open_bucket(S3Service(place, chosen, keys, region), home, patience)
