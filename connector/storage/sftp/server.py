"""Resolve the options of an SFTP storage into a server that can be logged in to, with the hosts on the way."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import asyncssh

from connector.errors import ConfigurationError, Problem
from connector.storage.sftp.address import Login, read_login
from connector.storage.sftp.host_key import HostKeys, read_host_keys
from connector.storage.sftp.key import read_key_file, read_key_text
from connector.storage.sftp.options import Credentials, SftpOptions

__all__ = ["Means", "Server", "read_server"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Means:
    """What lets us in: a key, a password, an agent."""

    key: asyncssh.SSHKey | None
    password: str | None
    agent: str | None
    """Path of the agent's socket."""
    names: str
    """What a person calls them, without any value."""


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A server, who logs in there and by which means, which host keys are trusted, and the host on the way to it."""

    login: Login
    means: Means
    host_keys: HostKeys
    jump: "Server | None" = None


def read_server(login: Login, options: SftpOptions, home: Path) -> Server:
    """Give the server with every file read that the options name; raise ConfigurationError with all mistakes."""
    problems: list[Problem] = []

    def gather(step: Callable[[], T]) -> T | None:
        try:
            return step()
        except ConfigurationError as error:
            problems.extend(error.problems)
            return None

    means = gather(lambda: _means(options, home, "options"))
    host_keys = gather(lambda: _host_keys(options, home, "options"))
    jump = gather(lambda: _jump(options, means, home))
    if problems or means is None or host_keys is None:
        raise ConfigurationError(problems)
    return Server(login, means, host_keys, jump)


def _jump(options: SftpOptions, means: Means | None, home: Path) -> Server | None:
    """Give the host on the way; what its options leave out of means and known hosts is taken from the server's."""
    jump, field = options.jump, "options.jump"
    if jump is None:
        return None
    login = read_login(jump.address.partition("://")[2] or jump.address, field=f"{field}.address")
    own = _means(jump, home, field) if jump.can_log_in else means and _shared(means, field)
    known = jump if jump.known_hosts else jump.model_copy(update={"known_hosts": options.known_hosts})
    host_keys = _host_keys(known, home, field)
    return Server(login, own, host_keys) if own else None


def _shared(means: Means, field: str) -> Means:
    """Give the means that may be used at another host as well: one that gets a password knows it."""
    if means.key is None and means.agent is None:
        hint = "the server's password is not told to another host: give the jump host its own means in an object"
        raise ConfigurationError([Problem("names no way to log in", field=field, hint=hint)])
    return replace(means, password=None)


def _means(credentials: Credentials, home: Path, field: str) -> Means:
    passphrase = credentials.passphrase.get_secret_value() if credentials.passphrase else None
    key, names = None, []
    if credentials.private_key_file:
        path = home / Path(credentials.private_key_file).expanduser()
        key = read_key_file(path, passphrase, field=field)
        names.append(f"the key of {path}")
    elif credentials.private_key:
        key = read_key_text(credentials.private_key.get_secret_value(), passphrase, field=field)
        names.append("the key of private_key")
    if credentials.password:
        names.append("the password")
    agent = None
    if credentials.agent:
        agent = _agent_socket(credentials, home, field)
        names.append("the keys of ssh-agent")
    password = credentials.password.get_secret_value() if credentials.password else None
    return Means(key, password, agent, " or ".join(names))


def _agent_socket(credentials: Credentials, home: Path, field: str) -> str:
    found = os.environ.get("SSH_AUTH_SOCK", "")
    if isinstance(credentials.agent, str):
        found = str(home / Path(credentials.agent).expanduser())
    if not found:
        hint = "start ssh-agent, or name its socket"
        raise ConfigurationError([Problem("SSH_AUTH_SOCK is not set", field=f"{field}.agent", hint=hint)])
    if not Path(found).is_socket():
        hint = "start ssh-agent, or name the socket of the one that runs"
        raise ConfigurationError([Problem(f"{found} is no agent's socket", field=f"{field}.agent", hint=hint)])
    return found


def _host_keys(credentials: Credentials, home: Path, field: str) -> HostKeys:
    file = home / Path(credentials.known_hosts).expanduser() if credentials.known_hosts else None
    return read_host_keys(credentials.host_key, file, field=field)
