"""What was delivered without audio stays delivered, whatever becomes of the recording that comes late."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from connector.errors import StorageAwayError
from connector.job.definition import loader
from connector.job.execution.opening import open_execution
from connector.job.execution.progress import Silent
from connector.job.execution.summary import Options, Summary
from connector.job.gathering.survey import survey
from connector.job.run import runner

LATER = timedelta(days=8)
ID = "acme-call-1"
BROKEN = b"<html>no audio</html>" * 20


@pytest.fixture
def alone(make_project):
    """Give a function that gives a project with a call that was delivered without its recording."""

    async def make(address, **fields):
        project = make_project(address, with_samples=False)
        project.edit_job(("missing: skip", "missing: send"))
        project.call(1, audio=False, **fields)
        project.clock.moment += LATER
        first = (await project.run()).as_dict()
        assert (1, 0) == (first["delivered"], first["audio_uploaded"])
        return project

    return make


def stands(project, code):
    """Assert that the call is delivered, and give the detail of what keeps its recording away."""
    entry = project.entry(ID)
    assert ("delivered", code) == (entry["state"], entry["code"])
    return entry["detail"]


async def ends_well(project, reading, address):
    """Bring the right recording and assert that it goes, once, to the one conversation."""
    project.put("recordings/call-1.wav", project.sound(1))
    told = (await project.run()).as_dict()
    again = (await project.run()).as_dict()
    arrived = await reading(address)
    assert (1, 1, 0) == (told["delivered"], told["audio_uploaded"], told["exit_code"])
    assert (1, 1) == (again["seen"], again["unchanged"])
    assert (1, 1) == (arrived.conversations[ID]["creates"], arrived.audio[ID]["uploads"])
    stands(project, None)


@pytest.mark.parametrize(
    ("code", "content", "limit"),
    [
        ("audio_invalid", BROKEN, ""),
        ("audio_too_large", None, "max_size_bytes: 1000, "),
        ("audio_invalid", b"RIFF", ""),
    ],
)
async def test_a_late_recording_that_cannot_be_used_leaves_the_call_delivered(
    alone, capturi, reading, code, content, limit
):
    """It is told once, tried again neither by the next run nor for a newer export, and again when its file changed."""
    async with capturi() as address:
        project = await alone(address)
        if limit:
            project.edit_job(("audio: {", f"audio: {{{limit}"))
        project.put("recordings/call-1.wav", content or project.sound(1))
        second = (await project.run()).as_dict()
        assert stands(project, code)
        steps = project.steps(ID)
        third = (await project.run()).as_dict()
        project.call(1, audio=False, updated_at="2026-03-25T09:00:00.000Z")
        fourth = (await project.run()).as_dict()
        assert [*steps, "export.noted"] == project.steps(ID)
        stands(project, code)
        if limit:
            project.edit_job((f"audio: {{{limit}", "audio: {"))
        await ends_well(project, reading, address)
    assert ["audio.refused", "delivered"] == steps[-2:]
    for told in (second, third, fourth):
        assert (1, 1, {}, 0) == (told["seen"], told["unchanged"], told["reasons"], told["exit_code"])
    assert [f"1 delivered call lacks its late recording: {code}"] == [
        note.partition(",")[0] for note in second["notes"]
    ]
    assert "notes" not in third


async def test_several_late_recordings_leave_it_delivered_until_one_is_taken_away(alone, capturi, reading):
    """Nobody guesses which is right; with the wrong one gone, the right one goes."""
    async with capturi() as address:
        project = await alone(address)
        wrong = project.put("elsewhere/call-1.wav", project.sound(2))
        project.put("recordings/call-1.wav", project.sound(1))
        await project.run()
        assert "elsewhere/call-1.wav" in stands(project, "audio_invalid")
        wrong.unlink()
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 1, 1) == (told["seen"], told["delivered"], arrived.audio[ID]["uploads"])
    stands(project, None)


async def test_a_target_in_trouble_leaves_it_delivered_and_is_tried_again(alone, capturi, reading, tcp_proxy):
    """While nobody answers, the recording waits by itself; afterwards it goes, without a second conversation."""
    async with capturi() as address, tcp_proxy(int(address.rsplit(":", 1)[1])) as proxy:
        project = await alone(f"http://127.0.0.1:{proxy.port}")
        project.put("recordings/call-1.wav", project.sound(1))
        await proxy.refuse()
        second = (await project.run()).as_dict()
        stands(project, "try_again")
        third = (await project.run()).as_dict()
        stands(project, "try_again")
        await proxy.heal()
        fourth = (await project.run()).as_dict()
        arrived = await reading(address)
    assert [1, 1] == [second["exit_code"], third["exit_code"]]
    assert [0, 0] == [second["held"], third["held"]]
    assert (1, 1) == (fourth["delivered"], fourth["audio_uploaded"])
    assert (1, 1) == (arrived.conversations[ID]["creates"], arrived.audio[ID]["uploads"])
    stands(project, None)


async def test_a_limit_that_is_reached_leaves_it_delivered(alone, capturi, reading):
    """Outside the hours of the job the recording waits, and goes within them."""
    async with capturi() as address:
        project = await alone(address)
        project.edit_job(("audio:", 'limits: {hours: "20:00-06:00", timezone: UTC}\naudio:'))
        project.put("recordings/call-1.wav", project.sound(1))
        await project.run()
        stands(project, "limit_reached")
        project.clock.moment = project.clock.moment.replace(hour=23)
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 1) == (told["delivered"], arrived.audio[ID]["uploads"])


async def test_a_run_that_is_cut_off_amid_the_upload_leaves_it_delivered(alone, capturi, reading):
    """The upload is written down as begun; the next run completes it, and the conversation is never in doubt."""
    async with capturi(faults="latency=300ms") as address:
        project = await alone(address)
        project.put("recordings/call-1.wav", project.sound(1))
        task = asyncio.create_task(project.run())
        async with asyncio.timeout(20):
            while project.entry(ID)["audio_state"] != "sending":
                assert "delivered" == project.entry(ID)["state"]
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        stands(project, None)
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 0) == (told["delivered"], told["refused"])
    assert 1 == arrived.conversations[ID]["creates"]
    assert ID in arrived.audio


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"status": "connected"}, "not_finished"),
        ({"updated_at": "now"}, "settling"),
        ({"call_type": "Voice Outbound"}, "filtered"),
    ],
)
async def test_what_a_policy_says_of_a_later_export_leaves_it_delivered(alone, capturi, reading, change, kept):
    """An export that would be held or left out as a new call changes nothing about one that is there."""
    async with capturi() as address:
        project = await alone(address)
        if kept == "filtered":
            project.edit_job(("audio:", 'filter: [{path: call_type, in: ["Voice Inbound (IVR)"]}]\naudio:'))
        now = project.clock.now().isoformat().replace("+00:00", "Z")
        project.call(1, audio=False, **{name: now if value == "now" else value for name, value in change.items()})
        project.put("recordings/call-1.wav", project.sound(1))
        told = (await project.run()).as_dict()
        stands(project, None)
        project.clock.moment += LATER
        later = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 0, 0) == (told["unchanged"], told["held"], told["skipped"])
    assert (kept == "settling") == (ID in arrived.audio) == bool(later["delivered"])


async def test_retry_tries_a_late_recording_again(alone, capturi, command, reading):
    """Named by its reason or its id it is tried again, stays delivered where it fails, and nothing goes twice."""
    async with capturi() as address:
        project = await alone(address)
        project.edit_job(("audio: {", "audio: {max_size_bytes: 1000, "))
        project.put("recordings/call-1.wav", project.sound(1))
        await project.run()
        same = await command(project.folder, "retry", "--reason", "audio_too_large", "--json")
        stands(project, "audio_too_large")
        project.edit_job(("audio: {max_size_bytes: 1000, ", "audio: {"))
        tried = await command(project.folder, "retry", "--id", ID, "--json")
        arrived = await reading(address)
    assert (0, 1, 0) == (same.code, same.told["seen"], same.told["delivered"]), same.err
    assert (0, 1) == (tried.code, tried.told["delivered"]), tried.err
    assert (1, 1) == (arrived.conversations[ID]["creates"], arrived.audio[ID]["uploads"])


async def test_show_status_explain_and_report_tell_why_there_is_no_audio(alone, capturi, command):
    """Each of them says that the call is delivered and what keeps its recording away."""
    async with capturi() as address:
        project = await alone(address)
        project.put("recordings/call-1.wav", BROKEN)
        run_id = (await project.run()).run_id
        shown = await command(project.folder, "show", ID)
        state = await command(project.folder, "status", "--json")
        told = await command(project.folder, "mapping", "explain", "demo", "call-1", "sent")
        report = await command(project.folder, "report", run_id, "--format", "json", "--out", "report.json")
        facts = json.loads((project.folder / "report.json").read_text())
    assert "delivered" in shown.out
    assert "no audio" in shown.out
    assert "audio_invalid" in shown.out
    assert [("delivered", "audio_invalid", 1)] == [
        (row["state"], row["code"], row["count"]) for row in state.told["entries"]
    ]
    assert "did not follow: audio_invalid" in " ".join(told.out.split()), told.out + told.err
    assert 0 == report.code, report.err
    assert "the recording that came late does not go" in json.dumps(facts)


class Away:
    """A storage that gives its metadata, and does not answer where a recording is asked for."""

    def __init__(self, storage):
        self._storage = storage

    def __getattr__(self, name):
        return getattr(self._storage, name)

    async def examine(self, file, _examiner):
        raise StorageAwayError(f"nobody answers for {file.path}")


async def test_a_storage_that_goes_away_leaves_it_delivered(alone, capturi, reading):
    """The run stops for the storage's sake; the call is delivered all the while, and its recording goes next time."""
    async with capturi() as address:
        project = await alone(address)
        project.put("recordings/call-1.wav", project.sound(1))
        plan, summary = loader.load("demo", project.settings), Summary("demo", project.clock.now(), run_id="run-2")
        async with AsyncExitStack() as stack:
            run = await open_execution(
                stack, plan, project.settings, Options(), clock=project.clock, progress=Silent(), summary=summary
            )
            await survey(run)
            run.recordings.bare = Away(run.recordings.bare)
            with pytest.raises(StorageAwayError):
                await runner.work(run)
        stands(project, "try_again")
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 1) == (told["delivered"], arrived.audio[ID]["uploads"])
    stands(project, None)
