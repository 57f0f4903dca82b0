"""Files of delivered sessions are moved or tagged, on every kind of storage, and never come back as new."""

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.storage import open_storage

MOVED = {
    f"done/{folder}/call-{number}.{end}"
    for number in (1, 2)
    for folder, end in (("metadata", "json"), ("recordings", "wav"))
}
STAYED = {"metadata/call-3.json"}


@dataclass(frozen=True)
class Depot:
    """A storage of some kind that a test may write into, and its project."""

    project: Any
    write: Callable[[str, bytes], object]
    address: str
    options: dict[str, Any]

    async def paths(self) -> set[str]:
        async with open_storage(self.address, self.options, self.project.folder) as storage:
            return {file.path async for batch in storage.list() for file in batch}

    def publish(self) -> None:
        """Bring what lies in the project's export folder onto the storage."""
        export = self.project.folder / "export"
        for path in sorted(export.rglob("*.*")):
            if path.is_file():
                self.write(path.relative_to(export).as_posix(), path.read_bytes())


def folder_writer(folder, owner=None):
    def write(path: str, content: bytes) -> None:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        for made in (place, place.parent, folder):
            if owner is not None:
                shutil.chown(made, owner)

    return write


@pytest.fixture
def depot(request, make_project, monkeypatch):
    """Give a function that makes three calls, the third without a recording, on a storage of this kind."""

    def make(kind: str, target: str, done: str) -> Depot:
        project = make_project(target, with_samples=False)
        project.clock.moment = datetime.now(UTC) + timedelta(hours=2)
        write, address, options = request.getfixturevalue(f"{kind}_depot")
        project.read_from(address, options, monkeypatch.setenv)
        project.edit_job(
            (f'storage: "{address}"', f'storage: "{address}"\n  done: {done}'), ("wait: 7d", "wait: 4000d")
        )
        for number in (1, 2, 3):
            project.call(number, audio=number < 3)
        found = Depot(project, write, address, options)
        found.publish()
        return found

    return make


@pytest.fixture
def local_depot(tmp_path):
    (tmp_path / "depot").mkdir()
    return folder_writer(tmp_path / "depot"), str(tmp_path / "depot"), {}


@pytest.fixture
def sftp_depot(ssh_server, ssh_folder):
    owner = ssh_server.user if ssh_server.password else None
    return folder_writer(ssh_folder, owner), ssh_server.address(ssh_folder), ssh_server.options


@pytest.fixture
def gcs_depot(gcs_server, gcs_bucket):
    return (
        lambda path, content: gcs_server.write(gcs_bucket, f"x/{path}", content),
        f"gs://{gcs_bucket}/x",
        gcs_server.options,
    )


@pytest.fixture
def s3_depot(moto_server, s3_bucket):
    return (
        lambda path, content: moto_server.write(s3_bucket, f"x/{path}", content),
        f"s3://{s3_bucket}/x",
        moto_server.options,
    )


@pytest.fixture
def azure_depot(azure_server, azure_container):
    return (
        lambda path, content: azure_server.write(azure_container, f"x/{path}", content),
        f"az://{azure_container}/x",
        azure_server.options,
    )


def counts(summary):
    facts = summary.as_dict()
    return {name: facts[name] for name in ("seen", "delivered", "held", "unchanged", "refused", "exit_code")}


@pytest.mark.parametrize("kind", ["local", "sftp", "gcs", "s3", "azure"])
async def test_delivered_sessions_are_moved_and_never_come_back(kind, depot, capturi, reading):
    """Metadata and recording go after success only; later runs, exports and recordings meet everything once."""
    async with capturi() as target:
        place = depot(kind, target, "move:done")
        project = place.project
        first = counts(await project.run())
        assert {"seen": 3, "delivered": 2, "held": 1, "unchanged": 0, "refused": 0, "exit_code": 0} == first
        assert MOVED | STAYED == await place.paths()
        second = counts(await project.run())
        assert {"seen": 1, "delivered": 0, "held": 1, "unchanged": 0, "refused": 0, "exit_code": 0} == second
        record = project.call(1, audio=False)
        place.write("metadata/call-1.json", json.dumps(record).encode() + b"\n")
        place.write("recordings/call-3.wav", project.sound(3))
        third = counts(await project.run())
        assert {"delivered": 1, "held": 0, "refused": 0, "exit_code": 0}.items() <= third.items()
        again = {"done/again-2/metadata/call-1.json", "done/metadata/call-3.json", "done/recordings/call-3.wav"}
        assert MOVED | again == await place.paths()
        assert {"seen": 0, "delivered": 0}.items() <= counts(await project.run()).items()
        arrived = await reading(target)
    assert [1, 1, 1] == [one["creates"] for one in arrived.conversations.values()]
    assert [1, 1, 1] == [one["uploads"] for one in arrived.audio.values()]


@pytest.mark.parametrize("kind", ["gcs", "s3", "azure"])
async def test_delivered_sessions_are_tagged_once(kind, depot, capturi, request):
    """A tag leaves the files where they are; nothing of them is new in the next run, and no file is tagged twice."""
    async with capturi() as target:
        place = depot(kind, target, "tag")
        await place.project.run()
        second = counts(await place.project.run())
    assert {"seen": 3, "delivered": 0, "held": 1, "unchanged": 2}.items() <= second.items()
    assert {path.removeprefix("done/") for path in MOVED} | STAYED == await place.paths()
    server, bucket = {
        "gcs": ("gcs_server", "gcs_bucket"),
        "s3": ("moto_server", "s3_bucket"),
        "azure": ("azure_server", "azure_container"),
    }[kind]
    tags = request.getfixturevalue(server).tags
    found = {path: tags(request.getfixturevalue(bucket), f"x/{path}") for path in await place.paths()}
    done = {"conversation-connector": "done"}
    assert {path: {} if path in STAYED else done for path in found} == found
    assert 4 == len(place.project.ask("SELECT * FROM put_away"))


async def test_a_kill_between_delivery_and_move_is_completed(depot, capturi, reading):
    """What was delivered and not moved, and what was moved and not written down, is in its place after the next run."""
    async with capturi() as target:
        place = depot("local", target, "leave")
        project = place.project
        await project.run()
        project.edit_job(("  done: leave", "  done: move:done"))
        root = project.folder.parent / "depot"
        (root / "done/metadata").mkdir(parents=True)
        (root / "metadata/call-1.json").rename(root / "done/metadata/call-1.json")
        second = counts(await project.run())
        assert {"delivered": 0, "held": 1, "refused": 0, "exit_code": 0}.items() <= second.items()
        assert MOVED | STAYED == await place.paths()
        paths = {row["path"] for row in project.ask("SELECT path FROM file")}
        arrived = await reading(target)
    assert MOVED | STAYED == paths
    assert [1, 1] == [one["creates"] for one in arrived.conversations.values()]


async def test_a_run_that_is_cut_short_while_it_moves_is_completed(depot, capturi):
    """A cancelled move, as by a kill, leaves every file in one of the two places, and the next run moves the rest."""
    async with capturi() as target:
        place = depot("gcs", target, "move:done")
        task = asyncio.ensure_future(place.project.run())
        # Every look asks the server, which gives the run its turn.
        while not task.done():
            if [path for path in await place.paths() if path.startswith("done/")]:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await place.project.run()
        assert MOVED | STAYED == await place.paths()


async def test_a_move_that_fails_is_told_and_loses_nothing(depot, capturi, gcs_server):
    """One object that may not be changed stays, is told with the remedy, and goes when it may be."""
    async with capturi() as target:
        place = depot("gcs", target, "move:done")
        gcs_server.front.fixed = {"x/recordings/call-1.wav"}
        summary = await place.project.run()
        assert {"delivered": 2, "exit_code": 0}.items() <= counts(summary).items()
        moved, note = summary.as_dict()["notes"]
        assert "3 files of delivered sessions were moved to done/" == moved
        assert "1 file could not be put away" in note
        assert "recordings/call-1.wav" in note
        assert "Storage Object User" in note
        assert (MOVED | STAYED | {"recordings/call-1.wav"}) - {"done/recordings/call-1.wav"} == await place.paths()
        gcs_server.front.fixed = set()
        second = await place.project.run()
        assert ["1 file of delivered sessions was moved to done/"] == second.as_dict()["notes"]
        assert MOVED | STAYED == await place.paths()


async def test_what_was_moved_is_told_by_the_run_and_by_each_conversation(depot, capturi, command):
    """The summary counts it, `show` names each file of the session, and the next run has no news."""
    async with capturi() as target:
        place = depot("local", target, "move:done")
        first = await place.project.run()
        shown = await command(place.project.folder, "show", "acme-call-1")
        told = json.loads((await command(place.project.folder, "show", "acme-call-1", "--json")).out)
        held = json.loads((await command(place.project.folder, "show", "call-3", "--json")).out)
        second = await place.project.run()
    assert ["4 files of delivered sessions were moved to done/"] == first.notes
    assert [] == second.notes
    assert "put away" in shown.out
    assert "done/recordings/call-1.wav" in shown.out
    assert ["done/metadata/call-1.json", "done/recordings/call-1.wav"] == [one["path"] for one in told[0]["put_away"]]
    assert [] == held[0]["put_away"]


async def test_a_storage_that_allows_no_change_stops_the_run_at_its_end(depot, capturi, gcs_server, reading):
    """Where nothing can be moved the run ends with exit code 1 and the remedy; everything is delivered, and once."""
    async with capturi() as target:
        place = depot("gcs", target, "move:done")
        gcs_server.front.may_write = False
        for _ in range(2):
            summary = await place.project.run()
            assert 1 == summary.exit_code
            assert "Storage Object User" in str(summary.error)
        gcs_server.front.may_write = True
        assert 0 == (await place.project.run()).exit_code
        assert MOVED | STAYED == await place.paths()
        arrived = await reading(target)
    assert [1, 1] == [one["creates"] for one in arrived.conversations.values()]


@pytest.mark.parametrize("kind", ["local", "sftp"])
async def test_a_file_in_the_place_of_a_folder_is_gone_round(kind, depot, capturi):
    """What bears the name of a folder that is needed keeps it: the next place is taken."""
    async with capturi() as target:
        place = depot(kind, target, "move:done")
        place.write("done/metadata", b"somebody's notes")
        summary = await place.project.run()
    assert 0 == summary.exit_code, summary.error
    moved = {path.replace("done/metadata", "done/again-2/metadata") for path in MOVED}
    assert moved | STAYED | {"done/metadata"} == await place.paths()


async def test_a_file_that_can_never_go_is_told_every_time_and_stops_no_run(depot, capturi, tmp_path):
    """A link stays, and is told with its remedy by every run: the others go, and later nobody is alarmed by it."""
    async with capturi() as target:
        place = depot("local", target, "move:done")
        link = tmp_path / "depot/metadata/call-1.json"
        link.symlink_to(link.rename(tmp_path / "depot/kept.bin"))
        summaries = [await place.project.run() for _ in range(2)]
    assert [(0, None)] * 2 == [(one.exit_code, one.error) for one in summaries]
    for one in summaries:
        (told,) = [note for note in one.notes if "could not be put away" in note]
        assert "call-1.json cannot be put away: it is a link (move what it leads to, and take the link away)" in told
    assert MOVED - {"done/metadata/call-1.json"} <= await place.paths()


async def test_a_dry_run_moves_nothing(depot, capturi):
    """Who only looks changes nothing."""
    async with capturi() as target:
        place = depot("local", target, "move:done")
        await place.project.run(dry_run=True)
        assert not [path for path in await place.paths() if path.startswith("done/")]


async def test_what_was_moved_can_be_replayed(depot, capturi):
    """The ledger knows where a file lies now: a late recording of a call that went without is sent from there."""
    async with capturi() as target:
        place = depot("local", target, "move:done")
        project = place.project
        project.edit_job(("{wait: 4000d, missing: skip}", "{wait: 1m, missing: send}"))
        first = counts(await project.run())
        assert 3 == first["delivered"]
        assert MOVED | {"done/metadata/call-3.json"} == await place.paths()
        place.write("recordings/call-3.wav", project.sound(3))
        second = await project.run()
        assert (1, 1) == (second.as_dict()["delivered"], second.audio_uploaded)
        assert MOVED | {"done/metadata/call-3.json", "done/recordings/call-3.wav"} == await place.paths()
