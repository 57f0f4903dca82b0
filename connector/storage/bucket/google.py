"""Get and renew the access tokens with which Google's services are asked."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import google.auth
import google.auth.credentials
import google.auth.exceptions
import google.oauth2.credentials
import google.oauth2.service_account

from connector import settings
from connector.errors import ConfigurationError, Problem, StorageUnreachableError
from connector.line import Request, read_endpoint
from connector.storage.bucket.oauth import READ_SCOPE, TOKEN_URI, WRITE_SCOPE
from connector.storage.bucket.service import Send

__all__ = ["Account", "GoogleTokens"]

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
ADC_FILE = "application_default_credentials.json"
"""What `gcloud auth application-default login` writes; it is read at load, so that what is wrong in it is told then."""

_LOGIN = "run `connector storage login gcs` and put the new token where the old one stands"


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks: a service account's key, a person's consent, or whoever this machine's default is."""

    credentials_file: str | None = None
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    token_uri: str = TOKEN_URI


class GoogleTokens:
    """The present access token of an account, renewed when it expires."""

    def __init__(self, account: Account, home: Path) -> None:
        """Read the key; raise ConfigurationError where it is missing or malformed."""
        self._load = _loader(account, home)
        self._is_person = bool(account.refresh_token)
        self._client_id = account.client_id
        self._credentials: Any = None
        self._is_wide = False
        self._lock = asyncio.Lock()

    @property
    def identity(self) -> str:
        """Give the account, as far as its credentials tell it."""
        if self._is_person:
            return f"a person who gave consent to the client {self._client_id}"
        name = getattr(self._credentials, "service_account_email", None)
        return f"the account {name}" if name else "the default account of this machine"

    def widen(self) -> None:
        """Ask for tokens that may write; what a person gave consent to stays what it is."""
        self._is_wide = True

    async def bearer(self, send: Send) -> str:
        """Give the header's value; a token that is missing or expires soon is got first.

        Raises StorageUnreachableError with the remedy where Google gives none, or this machine has no default account.
        """
        async with self._lock:
            if self._credentials is None:
                self._credentials = await asyncio.to_thread(self._load)
                if self._is_wide and isinstance(self._credentials, google.auth.credentials.Scoped):
                    self._credentials = self._credentials.with_scopes([WRITE_SCOPE])
            if not self._credentials.valid:
                await self._refresh(send)
            return f"Bearer {self._credentials.token}"

    def forget(self, bearer: str) -> None:
        """Get another token next time, if this is the present one."""
        if self._credentials is not None and bearer == f"Bearer {self._credentials.token}":
            self._credentials.token = None

    async def _refresh(self, send: Send) -> None:
        loop = asyncio.get_running_loop()

        def ask(  # the signature that google-auth calls
            url: str, method: str = "GET", body: bytes | str | None = None, headers: Any = None, **_: Any
        ) -> _Reply:
            content = body.encode() if isinstance(body, str) else body or b""
            request = Request(url, dict(headers or {}), method, content)
            answer = asyncio.run_coroutine_threadsafe(send(request), loop).result()
            return _Reply(answer.status, answer.headers, answer.body)

        try:
            await asyncio.to_thread(self._credentials.refresh, ask)
        except google.auth.exceptions.GoogleAuthError as error:
            trouble = _translated(error, is_person=self._is_person)
        else:
            return
        raise trouble


class _Reply(NamedTuple):
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def _loader(account: Account, home: Path) -> Callable[[], Any]:
    if account.refresh_token:
        person = google.oauth2.credentials.Credentials(
            None,
            refresh_token=account.refresh_token,
            client_id=account.client_id,
            client_secret=account.client_secret,
            token_uri=read_endpoint(account.token_uri, secret=True, field="options.token_uri"),
        )
        return lambda: person
    if account.credentials_file:
        found = _from_file(home / Path(account.credentials_file).expanduser(), field="options.credentials_file")
        return lambda: found
    named = settings.environment(home).get(VARIABLE)
    if named:
        by_environment = _from_file(home / Path(named).expanduser(), field=VARIABLE)
        return lambda: by_environment
    known = Path(os.environ.get("CLOUDSDK_CONFIG") or "~/.config/gcloud", ADC_FILE).expanduser()
    if known.is_file():
        by_login = _from_file(known, field="the application default credentials")
        return lambda: by_login
    return _default


def _default() -> Any:
    try:
        return google.auth.default(scopes=[READ_SCOPE])[0]
    except google.auth.exceptions.GoogleAuthError:
        hint = f"name a key in options.credentials_file or {VARIABLE}, or run `gcloud auth application-default login`"
        trouble = StorageUnreachableError("this machine has no application default credentials", hint=hint)
    raise trouble


def _from_file(path: Path, *, field: str) -> Any:
    hint = "make a JSON key of the service account in Google's console and name that file"
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            [Problem(f"cannot be read: {error.strerror}", path, field=field, hint=hint)]
        ) from error
    except ValueError:
        raise ConfigurationError([Problem("is no JSON", path, field=field, hint=hint)]) from None
    kind = info.get("type") if isinstance(info, dict) else None
    try:
        if kind == "service_account":
            return google.oauth2.service_account.Credentials.from_service_account_info(info, scopes=[READ_SCOPE])
        if kind == "authorized_user":
            return google.oauth2.credentials.Credentials.from_authorized_user_info(info)
        if kind in {"external_account", "impersonated_service_account", "external_account_authorized_user"}:
            return google.auth.load_credentials_from_file(str(path), scopes=[READ_SCOPE])[0]
    except (ValueError, google.auth.exceptions.GoogleAuthError):
        problem = Problem(
            "is a key that cannot be used: a part of it is missing or spoilt", path, field=field, hint=hint
        )
    else:
        problem = Problem("is no key of a service account", path, field=field, hint=hint)
    raise ConfigurationError([problem])


def _translated(error: google.auth.exceptions.GoogleAuthError, *, is_person: bool) -> StorageUnreachableError:
    """Say what Google's refusal means, without repeating it: it may name accounts."""
    details = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    code = str(details.get("error", ""))
    if code == "invalid_grant" and is_person:
        return StorageUnreachableError(
            "Google no longer accepts the refresh token: it expired or was revoked", hint=_LOGIN
        )
    if code == "invalid_grant":
        hint = (
            "see in Google's console whether key and account are still there, and whether this machine's clock is right"
        )
        return StorageUnreachableError("Google does not accept the account's key", hint=hint)
    if code in {"invalid_client", "unauthorized_client"}:
        hint = "compare client_id and client_secret with those in Google's console"
        return StorageUnreachableError("Google does not accept the OAuth client", hint=hint)
    told = f" ({code})" if code.isidentifier() else ""
    hint = "see the credentials in the options, and run again later"
    return StorageUnreachableError(f"Google gives no access token{told}", hint=hint)
