"""The sample data gives from every kind of storage what it gives from a folder, also where files are stamped anew."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.job.project import samples

KINDS = ["azure", "gcs", "s3", "sftp", "tar", "zip"]
"""Each has a fixture NAME_export: from a folder to the address and the options of a storage with the same files."""
CHANCE = frozenset({"received_at", "uid"})
"""What differs from run to run."""
Export = Callable[[Path], tuple[str, dict[str, Any]]]


def below(folder: Path) -> list[tuple[str, bytes]]:
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    ]


@pytest.fixture
def gcs_export(gcs_server, gcs_bucket) -> Export:
    def put(folder: Path) -> tuple[str, dict[str, Any]]:
        for name, content in below(folder):
            gcs_server.write(gcs_bucket, f"ccai/{name}", content)
        return f"gs://{gcs_bucket}/ccai", gcs_server.options

    return put


@pytest.fixture
def s3_export(moto_server, s3_bucket) -> Export:
    def put(folder: Path) -> tuple[str, dict[str, Any]]:
        for name, content in below(folder):
            moto_server.write(s3_bucket, f"ccai/{name}", content)
        return f"s3://{s3_bucket}/ccai", moto_server.options

    return put


@pytest.fixture
def azure_export(azure_server, azure_container) -> Export:
    def put(folder: Path) -> tuple[str, dict[str, Any]]:
        for name, content in below(folder):
            azure_server.write(azure_container, f"ccai/{name}", content)
        return f"az://{azure_container}/ccai", azure_server.options

    return put


def shelved(shelf: Any) -> Export:
    def put(folder: Path) -> tuple[str, dict[str, Any]]:
        shelf.publish(folder)
        return shelf.storage, shelf.options

    return put


@pytest.fixture
def sftp_export(sftp_shelf) -> Export:
    return shelved(sftp_shelf)


@pytest.fixture
def tar_export(tar_shelf) -> Export:
    return shelved(tar_shelf)


@pytest.fixture
def zip_export(zip_shelf) -> Export:
    return shelved(zip_shelf)


@pytest.fixture
def make_export_project(make_project, monkeypatch):
    """Give a function that makes a project with the samples as if all had happened just now, none still growing."""

    def make(address: str) -> Any:
        project = make_project(address, with_samples=False)
        now = datetime.now(UTC).replace(microsecond=0)
        samples.copy_samples(project.folder, now)
        samples.bring_late(project.folder)
        samples.finish_growing(project.folder, now)
        # Stores stamp a file when it is written: in two minutes none of them is young any longer.
        project.clock.moment = now + timedelta(minutes=2)
        return project

    def move(project: Any, export: Export) -> None:
        """Put the project's files into the storage, and name it in the job."""
        project.read_from(*export(project.folder / "export"), monkeypatch.setenv)
        shutil.rmtree(project.folder / "export")

    return make, move


def told(summary: Any) -> dict[str, Any]:
    found: dict[str, Any] = summary.as_dict()
    return {
        name: found[name]
        for name in ("seen", "unchanged", "delivered", "held", "skipped", "refused", "audio_uploaded", "reasons")
    }


def stable(value: Any) -> Any:
    """Give what arrived without what differs from run to run."""
    if isinstance(value, dict):
        return {name: stable(one) for name, one in value.items() if name not in CHANCE}
    return [stable(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_gives_what_a_folder_gives(kind, request, make_export_project, capturi, reading):
    """Counts, reasons, every field and every byte of audio are those that the same files in a folder give."""
    make, move = make_export_project
    async with capturi() as address, capturi() as other:
        project = make(address)
        clock = project.clock.moment
        local = told(await project.run())
        expected = await reading(address)
        (project.folder / "connector.db").unlink()
        project.edit_job((address, other))
        move(project, request.getfixturevalue(f"{kind}_export"))
        project.clock.moment = clock
        found = told(await project.run())
        arrived = await reading(other)
        again = told(await project.run())
    assert local == found
    assert local["delivered"] > 20
    assert stable(expected.conversations) == stable(arrived.conversations)
    assert stable(expected.cases) == stable(arrived.cases)
    digests = {name: (one["sha256"], one["size_bytes"]) for name, one in expected.audio.items()}
    assert digests == {name: (one["sha256"], one["size_bytes"]) for name, one in arrived.audio.items()}
    assert (local["delivered"] + local["skipped"] + local["refused"], 0) == (again["unchanged"], again["delivered"])
