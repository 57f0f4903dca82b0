"""Comparing storage, ledger and target, and sending what is missing."""

import json
from urllib.parse import urlsplit

import pytest

from connector import sandbox

PORTAL = "  portal: {name: Ops, email: ops@example.com}"


def gaps(told):
    return {name: gap["count"] for name, gap in json.loads(told.out)["gaps"].items()}


@pytest.fixture
def compared(make_project):
    """Give a function that makes a project whose job may look into the portal, with two calls, one of them silent."""

    async def make(address):
        project = make_project(address, with_samples=False)
        job = (project.folder / "jobs" / "demo.yaml").read_text()
        token = next(line for line in job.splitlines() if line.startswith("  token:"))
        project.edit_job((token, f"{token}\n{PORTAL}"))
        project.edit_job(("missing: skip", "missing: send"))
        project.call(1)
        project.call(2, audio=False, ends_at="2026-01-01T00:00:00Z")
        return project

    return make


async def test_what_is_missing_is_counted_where_it_is_missing(compared, capturi, command):
    """Not judged, refused, delivered without audio, lost by the target: each has a count and examples; 0 ends it."""
    async with capturi() as address:
        project = await compared(address)
        fresh = await command(project.folder, "reconcile", "demo", "--json")
        assert (0, {"not_in_ledger": 2}) == (fresh.code, gaps(fresh)), fresh
        assert not (project.folder / "connector.db").exists()
        await project.run()
        project.call(3)
        project.put("recordings/call-3.wav", b"<html>no audio</html>" * 20)
        await project.run()
        project.call(4)
        told = await command(project.folder, "reconcile", "demo", "--json", afresh=True)
        shown = await command(project.folder, "reconcile", "demo")
    found = gaps(told)
    assert 1 == found.pop("not_in_ledger")
    assert 1 == found.pop("refused: audio_invalid")
    assert {"without_audio": 1} == found
    assert "export" not in shown.err
    assert "metadata/call-4.json" in shown.out


async def test_only_gaps_are_sent(compared, capturi, command, reading):
    """A target that lost everything gets it again by --send-missing; what is refused waits, and nothing goes twice."""
    async with capturi() as address:
        project = await compared(address)
        project.call(3)
        await project.run()
    # The same address, with nothing left behind it.
    options = sandbox.SandboxOptions(port=urlsplit(address).port, token="rehearsal-token")
    async with sandbox.running(options) as address:
        told = await command(project.folder, "reconcile", "demo", "--json")
        sent = await command(project.folder, "reconcile", "demo", "--send-missing", "--json")
        again = await command(project.folder, "reconcile", "demo", "--send-missing", "--json")
        arrived = await reading(address)
    assert 0 == sent.code, sent.err
    assert {"gone_in_target": 3, "without_audio": 1} == gaps(told)
    assert 3 == sent.told["run"]["delivered"]
    assert {"without_audio": 1} == gaps(again)
    assert {"acme-call-1", "acme-call-2", "acme-call-3"} == set(arrived.conversations)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
