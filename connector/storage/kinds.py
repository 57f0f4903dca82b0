"""List the kinds of storage, one row each, and open the one that an address names."""

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from connector.errors import ConfigurationError, Problem
from connector.mistake import did_you_mean
from connector.storage.archive.member import form_of
from connector.storage.finishing import LEAVE
from connector.storage.local import LocalStorage
from connector.storage.model import Finisher, Storage
from connector.storage.sftp.options import SftpOptions

__all__ = ["KINDS", "Kind", "open_storage"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of storage: how it is opened and which options it knows."""

    open: Callable[[str, Mapping[str, Any], Path], Storage]
    """(address, options, project folder) -> storage, not yet connected; raises ConfigurationError."""
    options: frozenset[str] = frozenset()


def _local(address: str, _options: Mapping[str, Any], home: Path) -> Storage:
    place = address
    if address.lower().startswith("file://"):
        parts = urlsplit(address)
        if parts.netloc not in {"", "localhost"}:
            message = f"{address} names another machine"
            raise ConfigurationError(
                [Problem(message, field="storage", hint="write file:///folder with three slashes")]
            )
        place = unquote(parts.path)
    path = home / Path(place).expanduser()
    if form_of(path.name) and not path.is_dir():
        from connector.storage.archive.storage import ArchiveStorage  # noqa: PLC0415 - few jobs read one

        return ArchiveStorage(path)
    return LocalStorage(path)


def _lazily(module: str, extra: str) -> Callable[[str, Mapping[str, Any], Path], Storage]:
    """Give the opening of a kind whose module is loaded when it is used: it may need an extra, and takes time."""

    def open_kind(address: str, options: Mapping[str, Any], home: Path) -> Storage:
        try:
            kind = importlib.import_module(f"connector.storage.{module}")
        except ModuleNotFoundError as error:
            hint = f'install it: pip install "conversation-connector[{extra}]"'
            raise ConfigurationError([Problem(f"needs the extra {extra}", field="storage", hint=hint)]) from error
        storage: Storage = kind.open_kind(address, options, home)
        return storage

    return open_kind


_AZURE_OPTIONS = frozenset({"account", "account_key", "endpoint", "sas_token"})
_GCS_OPTIONS = frozenset(
    {"client_id", "client_secret", "credentials_file", "endpoint", "refresh_token", "token_uri", "user_project"}
)
_S3_OPTIONS = frozenset(
    {
        *("access_key_id", "anonymous", "endpoint", "region", "requester_pays"),
        *("role_arn", "secret_access_key", "session_token"),
    }
)
_MAILBOX_OPTIONS = frozenset({"ca_file", "done", "oauth_token", "password", "sender"})

KINDS: Mapping[str, Kind] = {
    "": Kind(_local),
    "file": Kind(_local),
    "az": Kind(_lazily("azure", "azure"), _AZURE_OPTIONS),
    "gs": Kind(_lazily("gcs", "gcs"), _GCS_OPTIONS),
    "imap": Kind(_lazily("imap", "imap"), _MAILBOX_OPTIONS),
    "imaps": Kind(_lazily("imap", "imap"), _MAILBOX_OPTIONS),
    "s3": Kind(_lazily("s3", "s3"), _S3_OPTIONS),
    "sftp": Kind(_lazily("sftp.storage", "sftp"), frozenset(SftpOptions.model_fields)),
}
"""By the scheme of the address; "" is an address without one."""


def open_storage(address: str, options: Mapping[str, Any], home: Path, *, done: str = LEAVE) -> Storage:
    """Give the storage that the address names, not yet connected; a relative path is relative to the home.

    `done` says what is to become of files that are done with. Raises ConfigurationError for an unknown scheme or
    option, naming the known ones, and where this kind of storage cannot do what `done` says.
    """
    if not address.strip():
        raise ConfigurationError([Problem("is empty", field="storage", hint="name a folder or an address")])
    match = _SCHEME.match(address)
    scheme = match.group(1).lower() if match else ""
    kind = KINDS.get(scheme)
    if kind is None:
        known = ", ".join(f"{name}://" for name in sorted(KINDS) if name)
        message = f"{scheme}:// is not a known kind of storage"
        hint = did_you_mean(scheme, KINDS) or f"known are a plain path, {known}"
        raise ConfigurationError([Problem(message, field="storage", hint=hint)])
    unknown = [
        Problem("is not a known option of this storage", field=f"options.{name}", hint=_remedy(name, kind.options))
        for name in sorted(options.keys() - kind.options)
    ]
    if unknown:
        raise ConfigurationError(unknown)
    storage = kind.open(address, options, home)
    if done != LEAVE:
        if not isinstance(storage, Finisher):
            message = f"{done} cannot be done here: an archive is never changed"
            raise ConfigurationError([Problem(message, field="done", hint="write leave")])
        storage.intend(done)
    return storage


def _remedy(name: str, known: frozenset[str]) -> str:
    return did_you_mean(name, known) or (f"known are {', '.join(sorted(known))}" if known else "it takes none")
