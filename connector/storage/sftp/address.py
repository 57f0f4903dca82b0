"""Read the address of a folder on an SFTP server."""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from connector.errors import ConfigurationError, Problem

__all__ = ["PORT", "Login", "SftpAddress", "read_address", "read_login"]

PORT = 22
LARGEST_PORT = 65535

_AUTHORITY = re.compile(
    r"(?:(?P<user>.*)@)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\[\]:@/\s]+)(?::(?P<port>[0-9]+))?\Z", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in where."""

    user: str
    host: str
    port: int = PORT

    def __str__(self) -> str:
        """Give `user@host`, with the port where it is not the usual one."""
        return f"{quote(self.user, safe='')}@{self.place}"

    @property
    def place(self) -> str:
        """Give the host, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """A folder on an SFTP server."""

    login: Login
    folder: str
    """Absolute, or relative to the folder in which the login ends; "." is that folder itself."""

    def __str__(self) -> str:
        """Give the address always the same way, however it was written."""
        if self.folder == ".":
            return f"sftp://{self.login}"
        place = self.folder if self.folder.startswith("/") else f"/~/{self.folder}"
        return f"sftp://{self.login}{quote(place, safe='/~')}"


def read_address(address: str) -> SftpAddress:
    """Give the parts of `sftp://user@host:port/folder`; raise ConfigurationError, without repeating the address.

    `/folder` is absolute, `/~/folder` begins in the login's own folder, and no folder at all is the login's own one.
    """
    authority, slash, path = address.partition("://")[2].partition("/")
    login = read_login(authority, field="storage")
    folder = unquote(slash + path)
    if "\0" in folder:
        raise _wrong("storage", "holds a zero byte", "name a folder")
    if folder in {"", "/~"} or folder.startswith("/~/"):
        folder = folder[3:].lstrip("/") or "."
    # normpath keeps two slashes at the beginning, which mean nothing to an SFTP server.
    folder = posixpath.normpath(folder)
    return SftpAddress(login, f"/{folder.lstrip('/')}" if folder.startswith("/") else folder)


def read_login(text: str, *, field: str) -> Login:
    """Give the parts of `user@host:port`; raise ConfigurationError for this field, without repeating the text."""
    form = "user@host:port"
    match = _AUTHORITY.match(text)
    if match is None:
        raise _wrong(field, f"is no {form}", "an IPv6 address stands in brackets, and an @ in a user's name is %40")
    user, port = match["user"], int(match["port"] or PORT)
    if user and ":" in user:
        hint = 'take it out of the address and write `password: "${SFTP_PASSWORD}"` in the options'
        raise _wrong(field, "holds a password", hint)
    if not user:
        raise _wrong(field, "names no user", f"write {form}")
    if not 0 < port <= LARGEST_PORT:
        raise _wrong(field, "has a port that cannot be", f"a port lies between 1 and {LARGEST_PORT}")
    return Login(unquote(user), match["host"].strip("[]").lower(), port)


def _wrong(field: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError([Problem(message, field=field, hint=hint)])
