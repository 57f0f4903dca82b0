"""Decide whether a server's host key is trusted, and tell a person what to do where it is not."""

from dataclasses import dataclass
from pathlib import Path

import asyncssh

from connector.errors import ConfigurationError, Problem, StorageUnreachableError
from connector.storage.sftp.address import PORT, Login

__all__ = ["HOST_KEY_KINDS", "HostKeys", "read_host_keys"]

HOST_KEY_KINDS = {
    "ssh-ed25519": "ssh-ed25519",
    "ecdsa-sha2-nistp256": "ecdsa-sha2-nistp*",
    "ecdsa-sha2-nistp384": "ecdsa-sha2-nistp*",
    "ecdsa-sha2-nistp521": "ecdsa-sha2-nistp*",
    "ssh-rsa": "rsa-sha2-*",
}
"""For each kind of host key the pattern of the algorithms by which it is asked for, the best first."""

ASK = "ask the server's operator for its fingerprint by another way; only if it is this one,"


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The host keys that are trusted: pinned fingerprints, or else a file of known hosts."""

    pins: tuple[str, ...]
    known: asyncssh.SSHKnownHosts
    file: Path
    field: str
    """Where in the job host_key is written."""

    @property
    def compared(self) -> asyncssh.SSHKnownHosts:
        """Give what asyncssh compares with by itself; pins are compared by accepts()."""
        return asyncssh.SSHKnownHosts() if self.pins else self.known

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Tell whether the key is pinned."""
        return key.get_fingerprint() in self.pins

    def trust(self, key: asyncssh.SSHKey) -> str:
        """Say by what a key is trusted that was accepted."""
        return f"trusted by {self.field}.host_key" if key.get_fingerprint() in self.pins else f"trusted by {self.file}"

    def algorithms(self, login: Login) -> str:
        """Give what to ask the server for: every kind of key, the known ones first, or nothing to let asyncssh choose.

        Asked for the known kinds alone, a server with a new key of another kind would hang up instead of showing it.
        """
        all_kinds = list(dict.fromkeys(HOST_KEY_KINDS.values()))
        if self.pins:
            return ",".join(all_kinds)
        known, authorities, _ = self._known(login)
        if not known or authorities:
            return ""
        first = [HOST_KEY_KINDS[name] for key in known if (name := key.get_algorithm()) in HOST_KEY_KINDS]
        return ",".join(dict.fromkeys([*first, *all_kinds]))

    def refusal(self, login: Login, key: asyncssh.SSHKey, address: str = "") -> StorageUnreachableError:
        """Give the error for a key, met at this IP address, that is not trusted: what it is and how to trust it."""
        fingerprint = key.get_fingerprint()
        shown = f"{login.place} shows the host key {fingerprint} ({key.get_algorithm()})"
        line = f"{_name(login)} {key.export_public_key().decode().strip()}"
        pin = f"write in {self.field}: host_key: {fingerprint}"
        known, _, revoked = self._known(login, address)
        if key in revoked:
            hint = "do not connect; ask the server's operator for its new key"
            return StorageUnreachableError(f"{shown}, which {self.file} marks as revoked", hint=hint)
        expected = " or ".join(self.pins or [one.get_fingerprint() for one in known])
        if expected:
            place, remedy = (f"{self.field}.host_key", pin) if self.pins else (self.file, f"put in {self.file}: {line}")
            message = f"{shown}, but {place} has {expected}: a new key, another server, or somebody in between"
            return StorageUnreachableError(message, hint=f"{ASK} {remedy}")
        message = f"{shown}, and nothing says that this is the right server"
        return StorageUnreachableError(message, hint=f"{ASK} {pin} - or add to {self.file} the line: {line}")

    def _known(
        self, login: Login, address: str = ""
    ) -> tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]:
        """Give the keys that the file trusts for the server, the authorities it trusts, and the keys it revokes."""
        by_name = self.known.match(_name(login), "", None)
        by_address = self.known.match(login.host, address, None if login.port == PORT else login.port)
        trusted, authorities, revoked = (list(dict.fromkeys([*by_name[at], *by_address[at]])) for at in range(3))
        return trusted, authorities, revoked


def read_host_keys(pins: tuple[str, ...], file: Path | None, *, field: str) -> HostKeys:
    """Give the host keys to trust; raise ConfigurationError for a file that is missing or no file of known hosts.

    Without a file it is the known_hosts of this user's .ssh folder, which need not be there.
    """
    place = file or Path("~/.ssh/known_hosts").expanduser()
    try:
        known = asyncssh.read_known_hosts(str(place))
    except FileNotFoundError as error:
        if file is None:
            return HostKeys(pins, asyncssh.SSHKnownHosts(), place, field)
        hint = "`ssh-keyscan HOST` prints lines for it; compare their fingerprints with the operator's"
        problem = Problem(f"there is no file {place}", field=f"{field}.known_hosts", hint=hint)
        raise ConfigurationError([problem]) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no file of known hosts"
        problem = Problem(f"{place} cannot be read: {reason}", field=f"{field}.known_hosts")
        raise ConfigurationError([problem]) from error
    return HostKeys(pins, known, place, field)


def _name(login: Login) -> str:
    """Give the host as a file of known hosts names it."""
    return login.host if login.port == PORT else f"[{login.host}]:{login.port}"
