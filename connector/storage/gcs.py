"""Speak with Google Cloud Storage over its JSON interface."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import orjson
from pydantic import Field, model_validator

from connector.line import Answer, Patience, Request, read_endpoint
from connector.storage.bucket import checksum
from connector.storage.bucket.address import Place, read_place
from connector.storage.bucket.checksum import Checksum
from connector.storage.bucket.google import Account, GoogleTokens
from connector.storage.bucket.oauth import TOKEN_URI
from connector.storage.bucket.options import Options, Secret, Text, read
from connector.storage.bucket.service import Page, Remedy, Send, Standing, standing_of
from connector.storage.bucket.storage import BucketStorage, open_bucket
from connector.storage.bucket.writing import GoogleWriting, Writing
from connector.storage.model import FileInfo

__all__ = ["GcsOptions", "GcsService", "open_kind"]

ENDPOINT = "https://storage.googleapis.com"
LISTED = "nextPageToken,items(name,size,generation,timeCreated)"
FACTS = "name,size,generation,timeCreated,crc32c"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PASSING = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "backendError", "internalError"})
_ROLE = "grant it the role Storage Object Viewer (roles/storage.objectViewer) on the bucket"
_BY_REASON = {
    "accountDisabled": Remedy("the bucket's project has no open billing account", "see to the project's billing"),
    "UserProjectMissing": Remedy("the requester pays for this bucket", "name who pays in the option user_project"),
}
_BY_STATUS: Mapping[int, Remedy] = {
    HTTPStatus.UNAUTHORIZED: Remedy("Google does not accept the token", "see whose credentials the options name"),
    HTTPStatus.FORBIDDEN: Remedy("the account may not list or read the bucket's objects", _ROLE),
    HTTPStatus.NOT_FOUND: Remedy("there is no such bucket", "correct the bucket's name in the address"),
}


class GcsOptions(Options):
    """Everything that `options` may hold for gs://; without any, the application default credentials are used."""

    credentials_file: Text | None = Field(
        None, description="JSON key of a service account, relative to the project folder."
    )
    client_id: Text | None = Field(None, description="OAuth client id.")
    client_secret: Secret | None = Field(None, description='OAuth client secret, as "${NAME}".')
    refresh_token: Secret | None = Field(
        None, description='What `connector storage login gcs` got, as "${GCS_REFRESH_TOKEN}".'
    )
    token_uri: Text = Field(TOKEN_URI, description="Where a refresh token is exchanged for an access token.")
    endpoint: Text = Field(ENDPOINT, description="Another address of the service, such as a private one.")
    user_project: Text | None = Field(None, description="Project that pays, where the requester pays for the bucket.")

    @model_validator(mode="after")
    def _fit(self) -> Self:
        parts = {name: getattr(self, name) for name in ("client_id", "client_secret", "refresh_token")}
        missing = [name for name, value in parts.items() if value is None]
        if missing and len(missing) < len(parts):
            hint = "; `connector storage login gcs` gets the refresh token" if "refresh_token" in missing else ""
            raise ValueError(
                f"client_id, client_secret and refresh_token belong together: add {', '.join(missing)}{hint}"
            )
        if self.credentials_file and not missing:
            raise ValueError("credentials_file and client_id are both given: take one away")
        return self


class GcsService:
    """The JSON interface of Google Cloud Storage; see Service."""

    name = "Google Cloud Storage"

    def __init__(self, place: Place, options: GcsOptions, tokens: GoogleTokens) -> None:
        self.address = place.below(f"gs://{place.bucket}")
        self.folder = place.folder
        endpoint = read_endpoint(options.endpoint, secret=True)
        self._objects = f"{endpoint}/storage/v1/b/{place.bucket}/o"
        self._payer = {"userProject": options.user_project} if options.user_project else {}
        self._tokens = tokens
        self.writing: Writing = GoogleWriting(self._objects, self._payer, place.bucket, tokens.widen)

    @property
    def identity(self) -> str:
        """Give the account, and who pays."""
        payer = f", {self._payer['userProject']} pays" if self._payer else ""
        return f"{self._tokens.identity}{payer}"

    async def authorise(self, request: Request, send: Send) -> Request:
        """Add the bearer token."""
        bearer = await self._tokens.bearer(send)
        return replace(request, headers={**request.headers, "Authorization": bearer})

    async def renew(self, request: Request, _answer: Answer) -> bool:
        """Forget the token that was not accepted, unless another one has taken its place already."""
        self._tokens.forget(request.headers["Authorization"])
        return True

    def code_of(self, answer: Answer) -> str:
        """Give the reason of the first error."""
        try:
            error = orjson.loads(answer.body)["error"]
            return str(error["errors"][0]["reason"])
        except (orjson.JSONDecodeError, LookupError, TypeError):
            return ""

    def judge(self, answer: Answer) -> Standing:
        """Tell what the answer means; limits come as 403 at times."""
        if answer.status == HTTPStatus.FORBIDDEN:
            code = self.code_of(answer)
            if code in _PASSING:
                return Standing.PASSING
            if code in _BY_REASON:
                return Standing.REFUSED
        return standing_of(answer.status)

    def remedy(self, answer: Answer) -> Remedy | None:
        """Say what to do about a refusal."""
        code = self.code_of(answer)
        if answer.status == HTTPStatus.BAD_REQUEST and b"requester pays" in answer.body:
            code = "UserProjectMissing"
        return _BY_REASON.get(code) or _BY_STATUS.get(answer.status)

    def listing(self, marker: str | None, most: int) -> Request:
        """Ask for a page of names."""
        query = {"prefix": self.folder, "maxResults": str(most), "fields": LISTED, **self._payer}
        if marker is not None:
            query["pageToken"] = marker
        return Request(f"{self._objects}?{urlencode(query)}", {})

    def page(self, body: bytes) -> Page:
        """Read a page of names."""
        found = _object(body)
        return Page([_info(item) for item in found.get("items") or ()], found.get("nextPageToken"))

    def lookup(self, name: str) -> Request:
        """Ask for the object's resource."""
        return Request(self._url(name, {"fields": FACTS}), {})

    def facts(self, path: str, answer: Answer) -> FileInfo:
        """Read the object's resource."""
        return _info({**_object(answer.body), "name": path})

    def content(self, name: str, etag: str | None, span: tuple[int, int] | None) -> Request:
        """Ask for the bytes of one generation."""
        query = {"alt": "media"}
        if etag is not None:
            query["ifGenerationMatch"] = etag
        # Objects that are stored compressed come as they are stored only to those who say that they take it.
        headers = {"Accept-Encoding": "gzip"}
        if span is not None:
            headers["Range"] = f"bytes={span[0]}-{span[1] - 1}"
        return Request(self._url(name, query), headers)

    def etag(self, found: Mapping[str, str]) -> str | None:
        """Give the generation."""
        return found.get("X-Goog-Generation")

    def checksum(self, found: Mapping[str, str]) -> Checksum:
        """Take the CRC-32C, which every object has, else the MD5."""
        stated = dict(part.strip().partition("=")[::2] for part in found.get("X-Goog-Hash", "").split(","))
        return checksum.crc32c(stated["crc32c"]) if "crc32c" in stated else checksum.md5(stated.get("md5"))

    def _url(self, name: str, query: dict[str, str]) -> str:
        return f"{self._objects}/{quote(name, safe='')}?{urlencode({**query, **self._payer})}"


def _object(body: bytes) -> dict[str, Any]:
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("is no object")  # noqa: TRY004 - one error for all that is no answer
    return found


def _info(item: dict[str, Any]) -> FileInfo:
    """Read an object's resource; its time is that of the content: notes on it may change later."""
    try:
        created = datetime.fromisoformat(item["timeCreated"])
        return FileInfo(
            item["name"], int(item["size"]), (created - _EPOCH) // _MICROSECOND * 1000, str(item["generation"])
        )
    except (KeyError, TypeError) as error:
        raise ValueError("lacks a fact") from error


def open_kind(
    address: str, options: Mapping[str, Any], home: Path, *, patience: Patience | None = None
) -> BucketStorage:
    """Give the folder of a Google Cloud bucket as a storage, not yet connected.

    Raises ConfigurationError for mistakes in address and options and for a key that cannot be read.
    """
    place, chosen = read_place(address, form="gs://bucket/folder"), read(GcsOptions, options)
    account = Account(
        credentials_file=chosen.credentials_file,
        client_id=chosen.client_id or "",
        client_secret=chosen.client_secret.get_secret_value() if chosen.client_secret else "",
        refresh_token=chosen.refresh_token.get_secret_value() if chosen.refresh_token else "",
        token_uri=chosen.token_uri,
    )
    return open_bucket(GcsService(place, chosen, GoogleTokens(account, home)), home, patience)
