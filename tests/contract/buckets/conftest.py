"""Give each object store with the means to disturb the way to it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.line import Patience
from connector.storage import Storage, azure, gcs, s3
from tests.servers.azure import AzureServer
from tests.servers.gcs import GcsServer
from tests.servers.s3 import MotoServer

QUICK = Patience(tries=4, first_tries=2, first_wait_seconds=0.01, connect_seconds=1, idle_seconds=1)


@dataclass(frozen=True)
class Store:
    """An empty folder in a store, the server's port, and how to open the folder by another way."""

    name: str
    address: str
    options: Mapping[str, Any]
    port: int
    write: Callable[[str, bytes], object]
    remove: Callable[[str], object]
    _open: Callable[..., Storage]
    _home: Path
    secrets: tuple[str, ...]

    def open(self, endpoint: str = "", *, patience: Patience = QUICK, **options: Any) -> Storage:
        """Give the folder as a storage, reached at another endpoint and with other options where they are given."""
        given = {**self.options, **({"endpoint": endpoint} if endpoint else {}), **options}
        return self._open(self.address, given, self._home, patience=patience)

    def only(self, options: Mapping[str, Any], endpoint: str) -> Storage:
        """Give the folder as a storage with these options alone."""
        return self._open(self.address, {**options, "endpoint": endpoint}, self._home, patience=QUICK)

    def at(self, address: str) -> Storage:
        """Give another folder of the same store."""
        return self._open(address, self.options, self._home, patience=QUICK)

    def patient(self, sleep: Callable[[float], Awaitable[None]]) -> Storage:
        """Give the folder as a storage with the usual patience, but for its sleep."""
        return self._open(self.address, self.options, self._home, patience=Patience(sleep=sleep))


@pytest.fixture(params=["azure", "gcs", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture
def gcs_store(gcs_server: GcsServer, gcs_bucket: str, tmp_path: Path) -> Store:
    options = gcs_server.options
    return Store(
        "gcs",
        f"gs://{gcs_bucket}/folder",
        options,
        port_of(gcs_server.front.address),
        lambda path, content: gcs_server.write(gcs_bucket, f"folder/{path}", content),
        lambda path: gcs_server.remove(gcs_bucket, f"folder/{path}"),
        gcs.open_kind,
        tmp_path,
        (options["client_secret"], options["refresh_token"], "access-"),
    )


@pytest.fixture
def s3_store(moto_server: MotoServer, s3_bucket: str, tmp_path: Path) -> Store:
    options = {**moto_server.options, "session_token": "the-session-token"}
    return Store(
        "s3",
        f"s3://{s3_bucket}/folder",
        options,
        port_of(moto_server.address),
        lambda path, content: moto_server.write(s3_bucket, f"folder/{path}", content),
        lambda path: moto_server.remove(s3_bucket, f"folder/{path}"),
        s3.open_kind,
        tmp_path,
        (options["secret_access_key"], "the-session-token", "Signature="),
    )


@pytest.fixture
def azure_store(azure_server: AzureServer, azure_container: str, tmp_path: Path) -> Store:
    options = azure_server.options
    return Store(
        "azure",
        f"az://{azure_container}/folder",
        options,
        port_of(azure_server.address),
        lambda path, content: azure_server.write(azure_container, f"folder/{path}", content),
        lambda path: azure_server.remove(azure_container, f"folder/{path}"),
        azure.open_kind,
        tmp_path,
        (options["account_key"], "SharedKey "),
    )


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port
