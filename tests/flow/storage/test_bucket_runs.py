"""Disturb a bucket in the middle of a run: the run survives or stops cleanly, and the next one completes it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.gcs_front import Fault

CALLS = range(2000, 2030)


@pytest.fixture
def bucket_project(make_project, monkeypatch, gcs_server, gcs_bucket):
    """Give a function that makes a project of thirty calls with recordings in a bucket."""

    def make(address):
        project = make_project(address, with_samples=False)
        project.clock.moment = datetime.now(UTC) + timedelta(hours=2)
        for number in CALLS:
            project.call(number)
        export = project.folder / "export"
        for path in sorted(export.rglob("*")):
            if path.is_file():
                gcs_server.write(gcs_bucket, f"ccai/{path.relative_to(export).as_posix()}", path.read_bytes())
        project.read_from(f"gs://{gcs_bucket}/ccai", gcs_server.options, monkeypatch.setenv)
        return project

    return make


class Everything(set[str]):
    """A set that holds whatever it is asked for."""

    def __contains__(self, _name: object) -> bool:
        return True


async def completed(project, arrived):
    """See that every call arrived once, with its audio."""
    names = {f"acme-call-{number}" for number in CALLS}
    assert names == set(arrived.conversations) == set(arrived.audio)
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert {"delivered"} == {row["state"] for row in project.entries()}


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(503, 10, "alt=media")],
        [Fault(429, 3, headers={"Retry-After": "0"})],
        [Fault(401, 1, "alt=media", "authError")],
    ],
    ids=["503", "429", "401"],
)
async def test_passing_trouble_does_not_show(bucket_project, gcs_server, capturi, reading, faults):
    """Overload, limits and an expired token in the middle of a run leave no trace in its result."""
    async with capturi() as address:
        project = bucket_project(address)
        gcs_server.front.faults = faults
        summary = await project.run()
        arrived = await reading(address)
    assert (len(CALLS), 0, 0) == (summary.counts["delivered"], summary.counts["held"], summary.counts["refused"])
    assert all(fault.times == 0 for fault in faults)
    await completed(project, arrived)


@pytest.mark.parametrize("trouble", ["unreadable", "revoked", "unlisted"])
async def test_lasting_trouble_stops_the_run(bucket_project, gcs_server, capturi, reading, trouble):
    """A bucket that fails for good in the middle stops the run; nothing is refused, and the next one completes it."""
    front = gcs_server.front
    async with capturi() as address:
        project = bucket_project(address)
        await project.run(limit=5)
        if trouble == "unreadable":
            front.forbidden = Everything()
        elif trouble == "revoked":
            front.refresh_tokens.clear()
        else:
            front.may_list = False
        stopped = await project.run()
        assert 1 == stopped.exit_code
        assert not [row for row in project.entries() if row["state"] in {"refused", "skipped"}]
        front.reset()
        await project.run()
        arrived = await reading(address)
    await completed(project, arrived)
