"""Give the contract suites an empty place of every kind of storage: one row per kind in STORAGES."""

import io
import os
import shutil
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.clock import SystemClock
from connector.storage import Guard, Storage, open_storage
from connector.storage.memory import MemoryStorage
from tests.servers.azure import AzureServer
from tests.servers.gcs import GcsServer
from tests.servers.s3 import MotoServer
from tests.servers.sshd import SshServer


@dataclass(frozen=True)
class Kind:
    """A row: the address schemes that the kind serves and the fixture that makes an empty place of it."""

    schemes: frozenset[str]
    fixture: str


STORAGES = {
    "azure": Kind(frozenset({"az"}), "azure_place"),
    "guarded": Kind(frozenset(), "guarded_place"),
    "gcs": Kind(frozenset({"gs"}), "gcs_place"),
    "local": Kind(frozenset({"", "file"}), "local_place"),
    "s3": Kind(frozenset({"s3"}), "s3_place"),
    "memory": Kind(frozenset(), "memory_place"),
    "sftp": Kind(frozenset({"sftp"}), "sftp_place"),
    "tar.gz": Kind(frozenset({"", "file"}), "tar_place"),
    "zip": Kind(frozenset({"", "file"}), "zip_place"),
}


MAILBOXES = {
    "imap": Kind(frozenset({"imap", "imaps"}), "mail_server"),
}
"""Kinds whose files nobody can name or change: test_mailbox.py holds them to the laws that are left."""


@dataclass(frozen=True)
class Place:
    """An empty storage, not yet connected, and the means to change from outside what lies in it."""

    storage: Storage
    write: Callable[[str, bytes], object]
    """Add or replace a file; each version gets a later time than the one before."""
    remove: Callable[[str], object]
    tags: Callable[[str], dict[str, str]] | None = None
    """Give what a file is tagged with, where files can be."""


@pytest.fixture
def storages() -> dict[str, Kind]:
    return {**STORAGES, **MAILBOXES}


@pytest.fixture(params=sorted(STORAGES))
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(STORAGES[request.param].fixture)
    return found


@pytest.fixture(params=sorted({"azure", "gcs", "local", "s3", "sftp"}))
def moving(request: pytest.FixtureRequest) -> Place:
    """Give a place of each kind whose files can be moved."""
    found: Place = request.getfixturevalue(STORAGES[request.param].fixture)
    return found


@pytest.fixture(params=sorted({"azure", "gcs", "s3"}))
def tagging(request: pytest.FixtureRequest) -> Place:
    """Give a place of each kind whose files can be tagged."""
    found: Place = request.getfixturevalue(STORAGES[request.param].fixture)
    return found


@pytest.fixture
def memory_place() -> Place:
    storage = MemoryStorage(name="place")
    return Place(storage, storage.write, storage.remove)


@pytest.fixture
def guarded_place() -> Place:
    storage = MemoryStorage(name="place")
    return Place(Guard(storage, SystemClock(), patience_seconds=1), storage.write, storage.remove)


@pytest.fixture
def local_place(tmp_path: Path) -> Place:
    folder = FolderPlace(tmp_path / "place")
    return Place(open_storage(str(folder.root), {}, tmp_path), folder.write, folder.remove)


@pytest.fixture
def gcs_place(gcs_server: GcsServer, gcs_bucket: str, tmp_path: Path) -> Place:
    def write(path: str, content: bytes) -> None:
        gcs_server.write(gcs_bucket, f"folder/{path}", content)

    def remove(path: str) -> None:
        gcs_server.remove(gcs_bucket, f"folder/{path}")

    gcs_server.write(gcs_bucket, "elsewhere/call-9.json", b"{}")
    storage = open_storage(f"gs://{gcs_bucket}/folder", gcs_server.options, tmp_path)
    return Place(storage, write, remove, lambda path: gcs_server.tags(gcs_bucket, f"folder/{path}"))


@pytest.fixture
def sftp_place(ssh_server: SshServer, ssh_folder: Path, tmp_path: Path) -> Place:
    folder = FolderPlace(ssh_folder)
    if ssh_server.password is not None:
        # Another account than the one of the tests; it may change what lies there.
        shutil.chown(ssh_folder, ssh_server.user)
    return Place(
        open_storage(ssh_server.address(ssh_folder), ssh_server.options, tmp_path), folder.write, folder.remove
    )


@pytest.fixture
def s3_place(moto_server: MotoServer, s3_bucket: str, tmp_path: Path) -> Place:
    def write(path: str, content: bytes) -> None:
        later.wait(path)
        moto_server.write(s3_bucket, f"folder/{path}", content)

    def remove(path: str) -> None:
        moto_server.remove(s3_bucket, f"folder/{path}")

    later = Later()
    moto_server.write(s3_bucket, "elsewhere/call-9.json", b"{}")
    storage = open_storage(f"s3://{s3_bucket}/folder", moto_server.options, tmp_path)
    return Place(storage, write, remove, lambda path: moto_server.tags(s3_bucket, f"folder/{path}"))


@pytest.fixture
def azure_place(azure_server: AzureServer, azure_container: str, tmp_path: Path) -> Place:
    def write(path: str, content: bytes) -> None:
        later.wait(path)
        azure_server.write(azure_container, f"folder/{path}", content)

    def remove(path: str) -> None:
        azure_server.remove(azure_container, f"folder/{path}")

    later = Later()
    azure_server.write(azure_container, "elsewhere/call-9.json", b"{}")
    storage = open_storage(f"az://{azure_container}/folder", azure_server.options, tmp_path)
    return Place(storage, write, remove, lambda path: azure_server.tags(azure_container, f"folder/{path}"))


class Later:
    """Wait until a file's next version gets another time, where a storage counts whole seconds."""

    def __init__(self) -> None:
        self._written: dict[str, int] = {}

    def wait(self, path: str) -> None:
        while int(time.time()) <= self._written.get(path, 0):
            time.sleep(0.05)
        self._written[path] = int(time.time())


@pytest.fixture
def zip_place(tmp_path: Path) -> Place:
    archive = ArchivePlace(tmp_path / "exports.zip")
    return Place(open_storage("exports.zip", {}, tmp_path), archive.write, archive.remove)


@pytest.fixture
def tar_place(tmp_path: Path) -> Place:
    archive = ArchivePlace(tmp_path / "exports.tar.gz")
    return Place(open_storage("exports.tar.gz", {}, tmp_path), archive.write, archive.remove)


class ArchivePlace:
    """An archive that is packed anew whenever a file in it changes, and then takes the former one's place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[str, tuple[bytes, int]] = {}
        # The steps of a zip's clock are two seconds.
        self._latest = int(time.time()) // 2 * 2
        self._pack()

    def write(self, path: str, content: bytes) -> None:
        self._latest += 2
        self._files[path] = (content, self._latest)
        self._pack()

    def remove(self, path: str) -> None:
        del self._files[path]
        self._pack()

    def _pack(self) -> None:
        packed = self.path.with_name("packed")
        if self.path.suffix == ".zip":
            self._pack_zip(packed)
        else:
            self._pack_tar(packed)
        packed.replace(self.path)

    def _pack_zip(self, place: Path) -> None:
        with zipfile.ZipFile(place, "w") as archive:
            for number, (path, (content, seconds)) in enumerate(self._files.items()):
                entry = zipfile.ZipInfo(path, time.gmtime(seconds)[:6])
                entry.compress_type = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[number % 2]
                archive.writestr(entry, content, compresslevel=1)

    def _pack_tar(self, place: Path) -> None:
        with tarfile.open(place, "w:gz", compresslevel=1) as archive:
            for path, (content, seconds) in self._files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mtime = len(content), seconds
                archive.addfile(entry, io.BytesIO(content))


class FolderPlace:
    """A folder that gives every written file a later time than the one before, whatever the file system's grain is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(exist_ok=True)
        self._latest_ns = time.time_ns()

    def write(self, path: str, content: bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        for folder in place.relative_to(self.root).parents:
            # Files are moved by the account that the root belongs to.
            os.chown(self.root / folder, self.root.stat().st_uid, -1)
        place.write_bytes(content)
        self._latest_ns += 1_000_000_000
        os.utime(place, ns=(self._latest_ns, self._latest_ns))

    def remove(self, path: str) -> None:
        (self.root / path).unlink()
