"""Put what lies in a folder onto every kind of storage: one row per kind in SHELVES."""

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers.sshd import SshServer


@dataclass(frozen=True)
class Shelf:
    """A storage as a job names it, and the means to bring onto it what lies in a folder, with its times."""

    storage: str
    publish: Callable[[Path], object]
    options: dict[str, Any] = field(default_factory=dict)


SHELVES = {
    "local": "local_shelf",
    "sftp": "sftp_shelf",
    "tar.gz": "tar_shelf",
    "zip": "zip_shelf",
}


@pytest.fixture(params=sorted(SHELVES))
def shelf(request: pytest.FixtureRequest) -> Shelf:
    found: Shelf = request.getfixturevalue(SHELVES[request.param])
    return found


@pytest.fixture
def local_shelf(tmp_path: Path) -> Shelf:
    return Shelf(str(tmp_path / "shelf"), lambda folder: copy_tree(folder, tmp_path / "shelf"))


@pytest.fixture
def sftp_shelf(ssh_server: SshServer, ssh_folder: Path) -> Shelf:
    return Shelf(ssh_server.address(ssh_folder), lambda folder: copy_tree(folder, ssh_folder), ssh_server.options)


@pytest.fixture
def zip_shelf(tmp_path: Path) -> Shelf:
    return Shelf("../shelf.zip", lambda folder: pack_zip(folder, tmp_path / "shelf.zip"))


@pytest.fixture
def tar_shelf(tmp_path: Path) -> Shelf:
    return Shelf("../shelf.tar.gz", lambda folder: pack_tar(folder, tmp_path / "shelf.tar.gz"))


def copy_tree(folder: Path, place: Path) -> None:
    shutil.copytree(folder, place, dirs_exist_ok=True)


def pack_zip(folder: Path, place: Path) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), changed.timetuple()[:6])
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def pack_tar(folder: Path, place: Path) -> None:
    with tarfile.open(place, "w:gz") as archive:
        archive.add(folder, ".")
