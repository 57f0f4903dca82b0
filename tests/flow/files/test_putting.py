"""Files of many sessions are put away once every one of them is delivered, and their recordings with their rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.storage import open_storage

HELD = {"consent": "maybe"}


@dataclass(frozen=True)
class Depot:
    """Where a centre's files lie, whatever kind of storage it is."""

    here: Any
    address: str
    options: dict[str, str]
    write: Callable[[str, bytes], object]

    def publish(self) -> None:
        """Bring what lies in the project's export folder onto the storage, which tells the times itself."""
        export: Path = self.here.project.folder / "export"
        for path in sorted(export.rglob("*.*")):
            self.write(path.relative_to(export).as_posix(), path.read_bytes())

    async def paths(self) -> set[str]:
        async with open_storage(self.address, self.options, self.here.project.folder) as storage:
            return {file.path async for batch in storage.list() for file in batch}


@pytest.fixture
def local_depot(tmp_path):
    def write(path: str, content: bytes) -> None:
        place = tmp_path / "depot" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    return str(tmp_path / "depot"), {}, write


@pytest.fixture
def s3_depot(moto_server, s3_bucket):
    def write(path: str, content: bytes) -> None:
        moto_server.write(s3_bucket, f"x/{path}", content)

    return f"s3://{s3_bucket}/x", moto_server.options, write


@pytest.fixture
def depot(request, centre, monkeypatch):
    """Give a function that makes a centre whose job moves what is done with, on a storage of this kind."""

    def make(kind: str, target: str, done: str = "move:done", **job: str) -> Depot:
        here = centre(target)
        here.job(**job)
        address, options, write = request.getfixturevalue(f"{kind}_depot")
        said = [f'  storage: "{address}"', f"  done: {done}", "  options:"]
        for name, value in options.items():
            monkeypatch.setenv(f"STORAGE_{name.upper()}", str(value))
            said.append(f'    {name}: "${{STORAGE_{name.upper()}}}"')
        here.project.edit_job(("  storage: export\n  options:", "\n".join(said)))
        here.project.clock.moment = datetime.now(UTC) + timedelta(hours=2)
        return Depot(here, address, options, write)

    return make


@pytest.mark.parametrize("kind", ["local", "s3"])
async def test_a_file_goes_when_the_last_of_its_rows_is_delivered(kind, depot, capturi, reading, call, counts):
    """One held row keeps the file and its own recording; the mended file goes, and an export of its name beside it."""
    async with capturi() as target:
        place = depot(kind, target)
        here = place.here
        here.record(1, 2, "Ab3")
        here.write("calls.csv", [call(1), call(2, **HELD), call("Ab3")])
        place.publish()
        assert (2, 1, 0, 0, 0) == counts(await here.run())
        gone = {"done/audio/1.wav", "done/audio/Ab3.wav"}
        assert gone | {"calls.csv", "audio/2.wav"} == await place.paths()
        assert (0, 1, 0, 0, 2) == counts(await here.run())
        here.later(minutes=1)
        here.write("calls.csv", [call(1), call(2), call("Ab3", note="later")])
        place.write("calls.csv", (here.project.folder / "export/calls.csv").read_bytes())
        assert (1, 0, 0, 0, 2) == counts(await here.run())
        gone |= {"done/audio/2.wav", "done/calls.csv"}
        assert gone == await place.paths()
        assert (0, 0, 0, 0, 0) == counts(await here.run())
        here.write("calls.csv", [call(1), call(2)])
        place.write("calls.csv", (here.project.folder / "export/calls.csv").read_bytes())
        assert (0, 0, 0, 0, 2) == counts(await here.run())
        assert gone | {"done/again-2/calls.csv"} == await place.paths()
        arrived = await reading(target)
    assert {"acme-call-1", "acme-call-2", "acme-call-Ab3"} == set(arrived.conversations) == set(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


@pytest.mark.parametrize(
    ("fate", "more"),
    [
        ({"consent": "no"}, ""),
        ({"consent": "maybe"}, ""),
        ({"started": "never"}, ""),
        ({"call_id": ""}, ""),
        ({"queue": "Private"}, "filter: [{path: queue, in: [Orders]}]"),
        ({"ended": "2099-11-30T09:00:00Z"}, ""),
        ({"call_id": "9"}, "audio: {wait: 4000d}"),
        ({"call_id": "9"}, ""),
    ],
    ids=["refused-consent", "held", "refused-field", "unreadable", "filtered", "settling", "awaited", "no-audio"],
)
@pytest.mark.parametrize("position", [0, 2])
async def test_one_row_that_is_not_delivered_keeps_the_file(depot, capturi, call, fate, more, position):
    """Whatever its fate and place: the file stays, in this run and the next one, while other recordings go."""
    async with capturi() as target:
        place = depot("local", target, more=more)
        place.here.record(1, 2, 3)
        rows = [call(1), call(2)]
        rows.insert(position, call(3) | fate)
        place.here.write("calls.csv", rows)
        place.publish()
        for _ in range(2):
            await place.here.run()
            left = await place.paths()
            assert {"calls.csv", "audio/3.wav", "done/audio/1.wav", "done/audio/2.wav"} == left


async def test_a_recording_goes_when_all_rows_that_name_it_are_delivered(depot, capturi, call, counts):
    """Only a field names it, and two rows of two files do: it waits for both, and so does nothing else."""
    async with capturi() as target:
        place = depot("local", target, recording="recording: {path: file}")
        here = place.here
        here.record("both", "one")
        here.write("a.csv", [call(1, file="both.wav"), call(2, file="one.wav")])
        here.write("b.csv", [call(3, file="both.wav", **HELD)])
        place.publish()
        assert (2, 1, 0, 0, 0) == counts(await here.run())
        assert {"done/a.csv", "done/audio/one.wav", "b.csv", "audio/both.wav"} == await place.paths()
        here.project.edit("mappings/calls.yaml", ('"no": false', '"no": false, maybe: true'))
        assert (1, 0, 0, 0, 0) == counts(await here.run())
        assert {"done/a.csv", "done/audio/one.wav", "done/b.csv", "done/audio/both.wav"} == await place.paths()


async def test_what_a_run_leaves_out_keeps_the_file(depot, capturi, call, counts):
    """A file that was not worked through to its end stays; a job that says it later makes up for what is delivered."""
    async with capturi() as target:
        place = depot("local", target, done="leave")
        here = place.here
        here.record(1, 2)
        here.write("calls.csv", [call(1), call(2)])
        place.publish()
        assert (1, 0, 0, 0, 0) == counts(await here.run(limit=1))
        here.project.edit_job(("done: leave", "done: move:done"))
        await here.run(dry_run=True)
        assert {"calls.csv", "audio/1.wav", "audio/2.wav"} == await place.paths()
        assert (1, 0, 0, 0, 1) == counts(await here.run())
        assert {"done/calls.csv", "done/audio/1.wav", "done/audio/2.wav"} == await place.paths()


async def test_tagged_objects_stay_where_they_are(depot, capturi, call, counts, moto_server, s3_bucket):
    """The file whose rows are all delivered bears the tag, the one with a held row bears none."""
    async with capturi() as target:
        place = depot("s3", target, done="tag")
        here = place.here
        here.record(1, 2, 3)
        here.write("a.csv", [call(1)])
        here.write("b.csv", [call(2), call(3, **HELD)])
        place.publish()
        await here.run()
        assert (0, 1, 0, 0, 2) == counts(await here.run())
        tags = {path: moto_server.tags(s3_bucket, f"x/{path}") for path in await place.paths()}
    done = {"conversation-connector": "done"}
    assert {"a.csv": done, "audio/1.wav": done, "audio/2.wav": done, "b.csv": {}, "audio/3.wav": {}} == tags
