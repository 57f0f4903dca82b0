"""Read the address and the options of a mailbox."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from connector.errors import ConfigurationError, Problem
from connector.mistake import problems
from connector.network import is_loopback

__all__ = ["PLATFORM_SENDER", "MailboxAddress", "MailboxOptions", "make_trust", "read_address", "read_options"]

PLATFORM_SENDER = "no-reply@ccaiplatform.com"
"""The one sender that the platform's guide names for session data by e-mail."""

_PORTS = {"imaps": 993, "imap": 143}
_Secret = Annotated[SecretStr, Field(min_length=1)]
_ADDRESS = re.compile(r"[!#-?A-Z^-~]+@[!#-?A-Z^-~]+")
_DONE = re.compile(r"mark|move:.*\S.*")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


def _done(text: str) -> str:
    if not _DONE.fullmatch(text):
        raise ValueError("must be mark or move:FOLDER")
    return text


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """One folder of one account on one server."""

    user: str
    host: str
    port: int
    folder: str
    encrypted: bool

    @property
    def place(self) -> str:
        """Give host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        """Give the address always the same way, however it was written."""
        scheme = "imaps" if self.encrypted else "imap"
        return f"{scheme}://{quote(self.user, safe='@')}@{self.place}/{quote(self.folder)}"


class MailboxOptions(BaseModel):
    """Everything that `options` may hold for imaps://."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    password: _Secret | None = Field(None, description='The password, or an app password, as "${NAME}".')
    oauth_token: _Secret | None = Field(None, description='An OAuth 2 access token (XOAUTH2), as "${NAME}".')
    ca_file: str | None = Field(
        None, description="PEM file of the authorities to trust, relative to the project folder; default: the system's."
    )
    sender: Annotated[str, AfterValidator(_address)] = Field(
        PLATFORM_SENDER, description="Only messages from this address are read."
    )
    done: Annotated[str, AfterValidator(_done)] = Field(
        "mark", description="What becomes of a message whose session was delivered: mark (as read) or move:FOLDER."
    )

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if (self.password is None) is (self.oauth_token is None):
            raise ValueError("give either password or oauth_token")
        return self


def read_address(address: str) -> MailboxAddress:
    """Give the parts of `imaps://user@host:port/FOLDER`; raise ConfigurationError, without repeating the address.

    Without a folder it is INBOX; "/" stands between a folder and the one inside it, whatever the server writes. Plain
    imap:// is for this machine alone.
    """
    parts = urlsplit(address)
    try:
        port, host = parts.port or _PORTS[parts.scheme], parts.hostname
    except ValueError:
        raise _wrong("has a port that cannot be", "a port lies between 1 and 65535") from None
    if parts.password is not None:
        raise _wrong("holds a password", 'take it out and write `password: "${MAIL_PASSWORD}"` in the options')
    if not host or not parts.username:
        raise _wrong("names no user or no host", "write imaps://user@host:993/INBOX")
    if parts.query or parts.fragment:
        raise _wrong("holds ? or #", "write them as %3F and %23")
    if parts.scheme == "imap" and not is_loopback(host):
        raise _wrong("would send the password in the open", "write imaps://; imap:// is for this machine alone")
    folder = unquote(parts.path).strip("/") or "INBOX"
    if not folder.isprintable():
        raise _wrong("holds a control character", "name a folder of the mailbox")
    return MailboxAddress(unquote(parts.username), host, port, folder, parts.scheme == "imaps")


def read_options(options: Mapping[str, Any]) -> MailboxOptions:
    """Give the options; raise ConfigurationError with every mistake, and never with a value."""
    try:
        return MailboxOptions.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigurationError(problems(error, MailboxOptions, "options.{}".format)) from None


def make_trust(address: MailboxAddress, options: MailboxOptions, home: Path) -> ssl.SSLContext | None:
    """Give what checks the server's certificate, None where nothing is encrypted; raise ConfigurationError."""
    if not address.encrypted:
        return None
    if options.ca_file is None:
        return ssl.create_default_context()
    file = home / Path(options.ca_file).expanduser()
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        hint = "give a file of certificates in PEM form"
        raise ConfigurationError(
            [Problem("cannot be read as certificates", file, field="options.ca_file", hint=hint)]
        ) from error


def _wrong(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError([Problem(message, field="storage", hint=hint)])
