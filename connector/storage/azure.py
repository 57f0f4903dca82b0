"""Speak with Azure Blob Storage."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connector.line import Answer, Patience, Request, read_endpoint
from connector.storage.bucket import checksum, headers, markup
from connector.storage.bucket.address import Place, read_place
from connector.storage.bucket.checksum import Checksum
from connector.storage.bucket.options import Options, Secret, Text, read
from connector.storage.bucket.service import Page, Remedy, Send, Standing, standing_of
from connector.storage.bucket.shared_key import sign
from connector.storage.bucket.storage import BucketStorage, open_bucket
from connector.storage.bucket.writing import AzureWriting, Writing
from connector.storage.model import FileInfo

__all__ = ["AzureOptions", "AzureService", "open_kind"]

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
VERSION = "2021-12-02"
"""Of the interface: the first that writes names XML cannot hold."""

_STANDINGS = {
    "AccountIsDisabled": Standing.REFUSED,
    "AuthenticationFailed": Standing.REFUSED,
    "BlobArchived": Standing.ARCHIVED,
    "KeyBasedAuthenticationNotPermitted": Standing.REFUSED,
}
_TOKEN = "see when sas_token ends and what it allows: it must Read and List blobs of this container"  # noqa: S105
_KEY = "compare account and account_key, or sas_token and the day it ends, with those in the portal"
_BY_CODE = {
    "AccountIsDisabled": Remedy("the storage account is disabled", "have it enabled again"),
    "AuthenticationFailed": Remedy("the key or token is not accepted", _KEY),
    "AuthorizationFailure": Remedy("access is not allowed", f"{_KEY}, and see the account's network rules"),
    "AuthorizationPermissionMismatch": Remedy("the token may not list or read the container's blobs", _TOKEN),
    "AuthorizationResourceTypeMismatch": Remedy("the token does not hold for containers and blobs", _TOKEN),
    "ContainerNotFound": Remedy("there is no such container", "correct the container's name in the address"),
    "KeyBasedAuthenticationNotPermitted": Remedy("the account takes no keys", "give a sas_token made by a user"),
    "NoAuthenticationInformation": Remedy("the key or token is not accepted", _KEY),
}


class AzureOptions(Options):
    """Everything that `options` may hold for az://."""

    account: Text = Field(description="Name of the storage account.")
    account_key: Secret | None = Field(None, description='One of the account\'s two keys, as "${NAME}".')
    sas_token: Secret | None = Field(None, description='A token that may Read and List, as "${NAME}".')
    endpoint: Text | None = Field(None, description="Another address of the account, such as a private one.")

    @field_validator("account")
    @classmethod
    def _is_account(cls, value: str) -> str:
        if not _ACCOUNT.fullmatch(value):
            raise ValueError("must be 3 to 24 small letters and digits")
        return value

    @field_validator("account_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            _ = value and base64.b64decode(value.get_secret_value(), validate=True)
        except binascii.Error:
            raise ValueError("is no key: the portal shows two under Security + networking > Access keys") from None
        return value

    @field_validator("sas_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and "sig" not in parse_qs(value.get_secret_value().lstrip("?")):
            raise ValueError("is no token: it reads sv=…&sig=…")
        return value

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if (self.account_key is None) == (self.sas_token is None):
            raise ValueError("account_key or sas_token: give one of them")
        return self


class AzureService:
    """The interface of Azure Blob Storage; see Service."""

    name = "Azure Blob Storage"

    def __init__(self, place: Place, options: AzureOptions) -> None:
        self.address = place.below(f"az://{place.bucket}@{options.account}")
        self.folder = place.folder
        self._account = options.account
        self._key = base64.b64decode(options.account_key.get_secret_value()) if options.account_key else b""
        self._token = options.sas_token.get_secret_value().strip().lstrip("?") if options.sas_token else ""
        self._root = f"{_endpoint(options)}/{place.bucket}"
        self.writing: Writing = AzureWriting(self._readable)

    @property
    def identity(self) -> str:
        """Give the account, and what the token says of itself."""
        if not self._token:
            return f"the account {self._account}, with its key"
        stated = {name: values[0] for name, values in parse_qs(self._token).items()}
        allows, ends = stated.get("sp", "what its policy says"), stated.get("se", "by its policy")
        return f"the account {self._account}, with a token that allows {allows} and ends {ends}"

    async def authorise(self, request: Request, _send: Send) -> Request:
        """Add the token to the address, or a signature to the headers."""
        sent = {
            **request.headers,
            "x-ms-date": format_datetime(datetime.now(UTC), usegmt=True),
            "x-ms-version": VERSION,
        }
        if self._token:
            joint = "&" if "?" in request.url else "?"
            return replace(request, url=f"{self._root}{request.url}{joint}{self._token}", headers=sent)
        return sign(replace(request, url=f"{self._root}{request.url}", headers=sent), self._account, self._key)

    def _readable(self, name: str) -> str:
        return f"{self._root}/{quote(name)}" + (f"?{self._token}" if self._token else "")

    async def renew(self, _request: Request, _answer: Answer) -> bool:
        """Do nothing: key and token are what they are."""
        return False

    def code_of(self, answer: Answer) -> str:
        """Give the code, which is a header."""
        return answer.headers.get("x-ms-error-code", "")

    def judge(self, answer: Answer) -> Standing:
        """Tell what the answer means."""
        return _STANDINGS.get(self.code_of(answer)) or standing_of(answer.status)

    def remedy(self, answer: Answer) -> Remedy | None:
        """Say what to do about a refusal."""
        code = self.code_of(answer)
        if not code and answer.status == HTTPStatus.FORBIDDEN:
            code = "AuthenticationFailed"
        return _BY_CODE.get(code)

    def listing(self, marker: str | None, most: int) -> Request:
        """Ask for a page of names."""
        query = {"restype": "container", "comp": "list", "maxresults": str(most)}
        if self.folder:
            query["prefix"] = self.folder
        if marker is not None:
            query["marker"] = marker
        return Request(f"?{urlencode(query, quote_via=quote, safe='')}", {})

    def page(self, body: bytes) -> Page:
        """Read a page of names; accounts with real folders list these as well."""
        root = markup.parse(body)
        if root.tag != "EnumerationResults":
            raise ValueError("is no listing")
        files = []
        for item in root.iter("Blob"):
            if item.findtext("Properties/ResourceType") == "directory":
                continue
            name = item.find("Name")
            is_encoded = name is not None and name.get("Encoded") == "true"
            text, size = markup.text_of(item, "Name"), int(markup.text_of(item, "Properties/Content-Length"))
            modified_ns = markup.moment_ns(item.findtext("Properties/Last-Modified"))
            etag = markup.text_of(item, "Properties/Etag").strip('"')
            files.append(FileInfo(unquote(text) if is_encoded else text, size, modified_ns, etag))
        return Page(files, root.findtext("NextMarker") or None)

    def lookup(self, name: str) -> Request:
        """Ask for the blob's headers."""
        return headers.lookup(name)

    def facts(self, path: str, answer: Answer) -> FileInfo:
        """Read the blob's headers."""
        return headers.facts(path, answer.headers)

    def content(self, name: str, etag: str | None, span: tuple[int, int] | None) -> Request:
        """Ask for the bytes of one version."""
        return headers.content(name, etag, span)

    def etag(self, found: Mapping[str, str]) -> str | None:
        """Give the etag without its quotes."""
        return headers.bare(found.get("ETag"))

    def checksum(self, found: Mapping[str, str]) -> Checksum:
        """Take the MD5, which is there where the writer gave it or wrote the blob in one go."""
        return checksum.md5(found.get("x-ms-blob-content-md5") or found.get("Content-MD5"))


def _endpoint(options: AzureOptions) -> str:
    if not options.endpoint:
        return f"https://{options.account}.blob.core.windows.net"
    found = read_endpoint(options.endpoint, secret=options.sas_token is not None)
    parts = urlsplit(found)
    # A host that is named after no account, as an emulator's, finds it in the path.
    needs_account = not parts.path and ("." not in parts.netloc or _is_number(parts.hostname or ""))
    return f"{found}/{options.account}" if needs_account else found


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def open_kind(
    address: str, options: Mapping[str, Any], home: Path, *, patience: Patience | None = None
) -> BucketStorage:
    """Give the folder of an Azure container as a storage, not yet connected.

    Raises ConfigurationError for mistakes in address and options and for a key that is none.
    """
    place, chosen = read_place(address, form="az://container/folder"), read(AzureOptions, options)
    return open_bucket(AzureService(place, chosen), home, patience)
