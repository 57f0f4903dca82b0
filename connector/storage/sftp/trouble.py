"""Say in words that tell what to mend why an SFTP server was not reached or did not let us in."""

import socket

import asyncssh

from connector.errors import StorageUnreachableError, TryAgainError
from connector.storage.sftp.server import Server

__all__ = ["login_trouble", "silent", "start_trouble"]

COME_AGAIN_SECONDS = 1.0


def silent(server: Server, timeout_seconds: float, *, connected: bool) -> TryAgainError:
    """Give the error for a server that says nothing."""
    place, seconds = server.login.place, f"{timeout_seconds:g} s"
    if connected:
        hint = "see whether SSH listens on this port, and whether the server is overloaded"
        return TryAgainError(f"{place} takes the connection and then says nothing for {seconds}", hint=hint)
    hint = "see whether host and port are right, and whether firewalls let this machine through"
    return TryAgainError(f"{place} does not answer within {seconds}", hint=hint)


def login_trouble(error: OSError | asyncssh.Error, server: Server) -> TryAgainError | StorageUnreachableError:
    """Give TryAgainError for what may heal by itself, StorageUnreachableError for what a person must mend.

    Only where the server hung up, as one does that has too many logins under way, wait_seconds is set.
    """
    if isinstance(error, asyncssh.ConnectionLost | ConnectionResetError | BrokenPipeError):
        message = f"{server.login.place} closes the connection before the login is done"
        hint = "it may be busy with other logins, allow only certain addresses, or speak no SSH on this port"
        return TryAgainError(message, wait_seconds=COME_AGAIN_SECONDS, hint=hint)
    if isinstance(error, OSError):
        return _network_trouble(error, server)
    return _refusal(error, server)


def _network_trouble(error: OSError, server: Server) -> TryAgainError:
    login = server.login
    if isinstance(error, socket.gaierror):
        hint = "see the spelling of the host in the address, and this machine's DNS"
        return TryAgainError(f"no address is known for {login.host}: {error.strerror}", hint=hint)
    if isinstance(error, ConnectionRefusedError):
        hint = "see whether the server runs, whether the port is right, and whether a firewall stands before it"
        return TryAgainError(f"{login.place} refuses the connection", hint=hint)
    hint = "see whether this machine has a way to the server's network"
    return TryAgainError(f"{login.place} is not reached: {error.strerror or error}", hint=hint)


def _refusal(error: asyncssh.Error, server: Server) -> TryAgainError | StorageUnreachableError:
    login = server.login
    if isinstance(error, asyncssh.ChannelOpenError):
        hint = "see whether it may reach that host, and whether it allows TCP forwarding"
        return TryAgainError(f"the jump host opens no way to {login.place}: {error.reason}", hint=hint)
    if isinstance(error, asyncssh.PermissionDenied) or "uthentication" in error.reason:
        message = f"{login.host} does not let {login.user} in with {server.means.names}"
        hint = "see the spelling of user and password; the server may want a key"
        if server.means.password is None:
            hint = "see the user's name and whether its keys at the server have this one; it may want a password"
        return StorageUnreachableError(message, hint=hint)
    if isinstance(error, asyncssh.KeyExchangeFailed):
        hint = "the server offers only what is no longer held for safe: have its operator update it"
        return StorageUnreachableError(f"no algorithm suits both sides of {login.place}: {error.reason}", hint=hint)
    hint = "see whether SSH listens on this port"
    return StorageUnreachableError(f"the login to {login.place} fails: {error.reason}", hint=hint)


def start_trouble(error: OSError | asyncssh.Error, server: Server) -> TryAgainError | StorageUnreachableError:
    """Give the error for a server that lets us in and then offers no SFTP."""
    login = server.login
    hint = (
        "its log says why: the user may not use SFTP, or is locked into a folder (chroot) that does not belong to root"
    )
    if isinstance(error, asyncssh.ChannelOpenError):
        return StorageUnreachableError(f"{login.host} lets {login.user} in, but offers no SFTP", hint=hint)
    if isinstance(error, asyncssh.SFTPBadMessage):
        hint = "a login script of the user may print text: have the server's operator use internal-sftp"
        return StorageUnreachableError(f"{login.host} answers with something that is not SFTP", hint=hint)
    return TryAgainError(f"{login.host} lets {login.user} in and then ends the session", hint=hint)
