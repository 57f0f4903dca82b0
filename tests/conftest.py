"""Start the real servers that several suites talk to, each at most once a session."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.servers.sshd import SshServer, find_sshd, running_sshd
from tests.servers.tcp_proxy import TcpProxy


def do_without(program: str, package: str) -> NoReturn:
    """Skip on a laptop; fail where the tests must be complete."""
    message = f"{program} is not installed: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def _sshd() -> Iterator[SshServer]:
    if find_sshd() is None:
        do_without("sshd", "openssh-server")
    with running_sshd() as server:
        yield server


@pytest.fixture
def ssh_server(_sshd: SshServer) -> Iterator[SshServer]:
    """Give a running SFTP server; what a test does to it is undone for the next one."""
    yield _sshd
    _sshd.reset()


@pytest.fixture
def ssh_folder(ssh_server: SshServer, request: pytest.FixtureRequest) -> Path:
    """Give an empty folder of its own on the SFTP server."""
    folder = ssh_server.root / f"exports-{abs(hash(request.node.nodeid)):x}"
    folder.mkdir()
    return folder


@pytest.fixture
def tcp_proxy() -> Callable[[int], TcpProxy]:
    """Give the proxy that stands before a port; enter it with `async with`."""
    return TcpProxy
