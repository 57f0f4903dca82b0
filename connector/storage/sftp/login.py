"""Log in to an SFTP server, on the way over a jump host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncssh

from connector.errors import StorageUnreachableError
from connector.storage.sftp.host_key import HOST_KEY_KINDS
from connector.storage.sftp.server import Means, Server
from connector.storage.sftp.transport import Wire
from connector.storage.sftp.trouble import login_trouble, silent, start_trouble

__all__ = ["Link", "log_in"]

# AES in hardware is the fastest that both sides have; every other cipher that asyncssh holds for safe comes after it.
CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
KEEPALIVE_SECONDS = 15
GOODBYE_SECONDS = 2


@dataclass(slots=True, eq=False)
class Link:
    """One connection that is logged in and speaks SFTP."""

    client: asyncssh.SFTPClient
    connection: asyncssh.SSHClientConnection
    wire: Wire
    stack: AsyncExitStack
    is_lost: bool = False
    busy: int = 0
    """How many pieces of work are under way on it."""
    busy_since: float = 0.0
    ended: int = 0
    """How many pieces of work ended since it is busy."""
    answered_at: float = 0.0
    """When a piece of work ended last, or began after a pause, by the event loop's clock."""
    counted_bytes: int = 0
    """How much had come in when that was looked at last."""

    async def close(self) -> None:
        """Let go of the connection and of those it goes over."""
        self.is_lost = True
        await self.stack.aclose()


@dataclass(slots=True)
class _Way:
    """How a server is reached: over the network, or through a connection to the host before it."""

    wire: Wire
    timeout_seconds: float
    tunnel: asyncssh.SSHClientConnection | None = None


async def log_in(server: Server, timeout_seconds: float) -> Link:
    """Give a connection on which files can be read.

    Raises TryAgainError for what may heal by itself and StorageUnreachableError for what a person must mend.
    """
    async with AsyncExitStack() as stack:
        way = _Way(Wire(), timeout_seconds)
        if server.jump:
            way.tunnel = await _connect(stack, server.jump, way)
        connection = await _connect(stack, server, way)
        try:
            async with asyncio.timeout(timeout_seconds):
                client = await connection.start_sftp_client(path_errors="surrogateescape")
        except TimeoutError as error:
            raise silent(server, timeout_seconds, connected=True) from error
        except (OSError, asyncssh.Error) as error:
            raise start_trouble(error, server) from error
        return Link(client, connection, way.wire, stack.pop_all())


async def _connect(stack: AsyncExitStack, server: Server, way: _Way) -> asyncssh.SSHClientConnection:
    visitor = _Visitor(server)
    try:
        async with _keys(server.means) as keys:
            try:
                connection = await _open(visitor, keys, way)
            except asyncssh.HostKeyNotVerifiable as error:
                kind = await _pinned_kind(visitor, way, error)
                connection = await _open(visitor, keys, way, host_key_kind=kind)
    except TimeoutError as error:
        raise silent(server, way.timeout_seconds, connected=way.wire.is_connected) from error
    except (OSError, asyncssh.Error) as error:
        raise login_trouble(error, server) from error
    stack.push_async_callback(_close, connection)
    return connection


_Key = asyncssh.SSHKey | asyncssh.SSHKeyPair


class _Visitor(asyncssh.SSHClient):
    """Judge a host key that is in no file of known hosts, and remember it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.met: tuple[asyncssh.SSHKey, str] | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.met = key, addr
        return self.server.host_keys.accepts(key)


async def _open(
    visitor: _Visitor, keys: list[_Key], way: _Way, *, host_key_kind: str = ""
) -> asyncssh.SSHClientConnection:
    server = visitor.server
    # Nothing of the user's own SSH configuration, keys or agent is taken that the job does not name.
    return await asyncssh.connect(
        server.login.host,
        server.login.port,
        tunnel=way.tunnel or way.wire,
        config=None,
        client_factory=lambda: visitor,
        known_hosts=server.host_keys.compared,
        server_host_key_algs=host_key_kind or server.host_keys.algorithms(server.login) or (),
        x509_trusted_certs=None,
        username=server.login.user,
        password=server.means.password,
        client_keys=keys or None,
        agent_path=None,
        gss_host=None,
        encryption_algs=CIPHERS,
        compression_algs=None,
        connect_timeout=way.timeout_seconds,
        login_timeout=way.timeout_seconds,
        keepalive_interval=KEEPALIVE_SECONDS,
    )


@asynccontextmanager
async def _keys(means: Means) -> AsyncIterator[list[_Key]]:
    """Give the keys to log in with; those of an agent are of use only inside the block."""
    own: list[_Key] = [means.key] if means.key else []
    if means.agent is None:
        yield own
        return
    try:
        agent = await asyncssh.connect_agent(means.agent)
        held: list[_Key] = list(await agent.get_keys())
    except (OSError, ValueError) as error:
        hint = "see with `ssh-add -l` whether it runs"
        raise StorageUnreachableError(f"ssh-agent does not answer at {means.agent}", hint=hint) from error
    if not held and not own and means.password is None:
        agent.close()
        raise StorageUnreachableError("ssh-agent holds no key", hint="`ssh-add KEY` gives it one")
    try:
        yield held + own
    finally:
        agent.close()


async def _pinned_kind(visitor: _Visitor, way: _Way, error: asyncssh.DisconnectError) -> str:
    """Give the kind of host key that is trusted where the server has several and showed another one first.

    Raises the refusal of the key that was met where none is trusted.
    """
    server, met = visitor.server, visitor.met
    if met is None or server.host_keys.pins:
        for kind in dict.fromkeys(HOST_KEY_KINDS.values()):
            key = await _show(server, way, kind)
            if key is None:
                continue
            if server.host_keys.accepts(key):
                return kind
            met = met or (key, "")
    if met is None:
        raise error
    raise server.host_keys.refusal(server.login, *met) from error


async def _show(server: Server, way: _Way, kind: str) -> asyncssh.SSHKey | None:
    """Give the server's host key of this kind, or none where it has none."""
    host, port = server.login.host, server.login.port
    # A Wire does what asyncssh asks of a tunnel; the declared type names more than it uses.
    tunnel: Any = way.tunnel or Wire()
    try:
        async with asyncio.timeout(way.timeout_seconds):
            return await asyncssh.get_server_host_key(host, port, tunnel=tunnel, config=None, server_host_key_algs=kind)
    except (OSError, asyncssh.Error):
        # Without such a key either side ends the attempt, each in its own way.
        return None


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()
        await connection.wait_closed()
