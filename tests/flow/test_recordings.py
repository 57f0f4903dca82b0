"""Recordings that are late, missing, doubled, in parts, growing, changing or elsewhere."""

import asyncio
import hashlib
import os
from datetime import timedelta

import pytest

LATER = timedelta(days=8)


def digest(content):
    return hashlib.sha256(content).hexdigest()


async def test_a_late_recording_is_waited_for(make_project, capturi, reading):
    """Held `audio_awaited` until the recording is there, then delivered with it; nothing is created before."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        assert {} == (await reading(address)).conversations
        project.put("some/other/folder/call-1.wav", project.sound(1))
        third, fourth = [(await project.run()).as_dict() for _ in range(2)]
        assert digest(project.sound(1)) == (await reading(address)).audio["acme-call-1"]["sha256"]
    assert [{"audio_awaited": 1}] * 2 == [first["reasons"], second["reasons"]]
    assert (1, 1, 1, 0) == (third["seen"], third["delivered"], third["audio_uploaded"], third["exit_code"])
    assert (1, 1) == (fourth["seen"], fourth["unchanged"])


@pytest.mark.parametrize(("missing", "outcome", "again"), [("skip", "skipped", "unchanged"), ("hold", "held", "held")])
async def test_a_recording_that_never_came_may_still_come(make_project, capturi, reading, missing, outcome, again):
    """After the wait the call is skipped or held as `audio_missing` by policy; a recording that comes then is taken."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("missing: skip", f"missing: {missing}"))
        project.call(1, audio=False)
        project.clock.moment += LATER
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        project.put("recordings/call-1.wav", project.sound(1))
        third = (await project.run()).as_dict()
        assert {"acme-call-1"} == set((await reading(address)).audio)
    assert (1, {"audio_missing": 1}, 0) == (first[outcome], first["reasons"], first["exit_code"])
    assert (1, 1) == (second["seen"], second[again])
    assert (1, 1, 0) == (third["seen"], third["delivered"], third["unchanged"])


@pytest.mark.parametrize("api", ["v3", "v2", "v1"])
async def test_a_call_sent_without_its_recording_gets_it_later(make_project, capturi, reading, api):
    """`missing: send` creates without audio; the late recording is uploaded to that conversation, created once."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("missing: skip", "missing: send"), ("api: v3", f"api: {api}"))
        project.call(1, audio=False)
        project.clock.moment += LATER
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        project.put("recordings/call-1.wav", project.sound(1))
        third, fourth = [(await project.run()).as_dict() for _ in range(2)]
        arrived = await reading(address)
    assert (1, 0) == (first["delivered"], first["audio_uploaded"])
    assert (1, 1) == (second["seen"], second["unchanged"])
    assert (1, 1, 1) == (third["seen"], third["delivered"], third["audio_uploaded"])
    assert (1, 1) == (fourth["seen"], fourth["unchanged"])
    assert 1 == arrived.conversations["acme-call-1"]["creates"]
    assert digest(project.sound(1)) == arrived.audio["acme-call-1"]["sha256"]


async def test_recordings_of_different_content_are_refused_and_named(make_project, capturi, reading):
    """Nobody guesses which one is right: `audio_invalid` names all; when the wrong one is gone, the right one goes."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        wrong = project.put("elsewhere/call-1.wav", project.sound(2))
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        detail = project.ask("SELECT detail FROM entry")[0]["detail"]
        wrong.unlink()
        third, fourth = [(await project.run()).as_dict() for _ in range(2)]
        assert digest(project.sound(1)) == (await reading(address)).audio["acme-call-1"]["sha256"]
    assert ({"audio_invalid": 1}, 3) == (first["reasons"], first["exit_code"])
    assert (1, 1, 0) == (second["seen"], second["unchanged"], second["exit_code"])
    assert "elsewhere/call-1.wav" in detail
    assert "recordings/call-1.wav" in detail
    assert (1, 1, 0) == (third["seen"], third["delivered"], third["exit_code"])
    assert (1, 1) == (fourth["seen"], fourth["unchanged"])


async def test_identical_copies_are_one_recording(make_project, capturi, reading):
    """The same bytes twice, in two folders, are no contradiction."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        project.put("copies/call-1.wav", project.sound(1))
        told = (await project.run()).as_dict()
        assert 1 == (await reading(address)).audio["acme-call-1"]["uploads"]
    assert (1, 0) == (told["delivered"], told["exit_code"])


async def test_parts_are_joined_in_their_order(make_project, capturi, reading):
    """Two WAV parts arrive as one recording whose length is the sum."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        project.put("recordings/call-1-2.wav", project.sound(2))
        project.put("recordings/call-1-1.wav", project.sound(1))
        told = (await project.run()).as_dict()
        audio = (await reading(address)).audio["acme-call-1"]
    header = 44
    assert (1, len(project.sound(1)) * 2 - header) == (told["delivered"], told["bytes_uploaded"])
    assert audio["size_bytes"] == told["bytes_uploaded"]
    assert project.sound(1)[header:] + project.sound(2)[header:]
    assert audio["sha256"] == project.entry("acme-call-1")["audio_sha256"]


@pytest.mark.parametrize("parts", [1, 2])
async def test_a_recording_cut_off_in_its_file_is_waited_for_and_never_sent(make_project, capturi, reading, parts):
    """It may still be copied: held `audio_awaited` for the time of the wait, then refused, until it comes whole."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        names = ["recordings/call-1.wav"] if parts == 1 else ["recordings/call-1-1.wav", "recordings/call-1-2.wav"]
        for name in names[:-1]:
            project.put(name, project.sound(1))
        project.put(names[-1], project.sound(1)[:3000])
        first, second = [(await project.run()).as_dict() for _ in range(2)]
        waiting = project.ask("SELECT detail FROM entry")[0]["detail"]
        project.clock.moment += LATER
        third, fourth = [(await project.run()).as_dict() for _ in range(2)]
        refused = project.ask("SELECT detail FROM entry")[0]["detail"]
        assert {} == (await reading(address)).conversations
        project.put(names[-1], project.sound(1))
        fifth = (await project.run()).as_dict()
        assert 1 == (await reading(address)).audio["acme-call-1"]["uploads"]
    assert [{"audio_awaited": 1}] * 2 == [first["reasons"], second["reasons"]]
    assert "recordings/call-1" in waiting
    assert "may still be copied" in waiting
    assert ({"audio_invalid": 1}, 3) == (third["reasons"], third["exit_code"])
    assert (1, 0) == (fourth["unchanged"], fourth["exit_code"])
    assert "is cut off: " in refused
    assert (1, 0) == (fifth["delivered"], fifth["exit_code"])


class Growing:
    """A clock whose sleep lets somebody write on."""

    def __init__(self, clock, path):
        self.clock, self.path = clock, path

    def now(self):
        return self.clock.now()

    def monotonic(self):
        return self.clock.monotonic()

    async def sleep(self, seconds):
        with self.path.open("ab") as file:
            file.write(bytes(1000))
        os.utime(self.path, (self.now().timestamp(), self.now().timestamp()))
        await self.clock.sleep(seconds)


async def test_a_recording_that_still_grows_is_left_for_the_next_run(make_project, capturi, reading):
    """Young, and another size at the second look: held `audio_awaited`; once it rests it is sent whole."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        path = project.put("recordings/call-1.wav", project.sound(1)[:5000], age=timedelta())
        clock = project.clock
        project.clock = Growing(clock, path)
        first = (await project.run()).as_dict()
        project.clock = clock
        project.put("recordings/call-1.wav", project.sound(1))
        second = (await project.run()).as_dict()
        assert digest(project.sound(1)) == (await reading(address)).audio["acme-call-1"]["sha256"]
    assert ({"audio_awaited": 1}, 0) == (first["reasons"], first["exit_code"])
    assert (1, 1) == (second["seen"], second["delivered"])


async def test_a_young_recording_that_rests_is_sent_at_once(make_project, capturi):
    """A file of ten seconds ago that is the same five seconds later goes."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        project.put("recordings/call-1.wav", project.sound(1), age=timedelta(seconds=10))
        assert 1 == (await project.run()).as_dict()["delivered"]


async def test_who_watches_is_told_why_a_run_waits(make_project, capturi, command):
    """Of the five seconds before the second look a line tells what they are for, once however many files wait."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        for number in range(1, 4):
            project.call(number, audio=False)
            project.put(f"recordings/call-{number}.wav", project.sound(number))
            (project.folder / "export" / "recordings" / f"call-{number}.wav").touch()
        ended = await command(project.folder, "run", "demo", "--yes")
    assert 0 == ended.code, ended
    assert 1 == ended.err.count("waiting 5 s: do young recordings still grow?"), ended.err


async def test_many_young_recordings_wait_for_their_second_look_together(make_project, capturi):
    """Fifty fresh recordings cost one second look of five seconds, not fifty."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("audio:", "limits: {concurrency: 2}\naudio:"))
        for number in range(1, 51):
            project.call(number, audio=False)
            project.put(f"recordings/call-{number}.wav", project.sound(number), age=timedelta())
        before = project.clock.now()
        assert 50 == (await project.run()).as_dict()["delivered"]
        assert project.clock.now() - before <= timedelta(seconds=10)


async def test_a_recording_that_changes_during_the_upload_is_sent_by_the_next_run(make_project, capturi, reading):
    """What changed under way is not taken for sent: held, and the next run uploads the new content, whole, once."""
    async with capturi(faults="latency=300ms") as address:
        project = make_project(address, with_samples=False)
        project.call(1, audio=False)
        project.put("recordings/call-1.wav", project.sound(1, 60))
        task = asyncio.create_task(project.run())
        await project.until("sending")
        await asyncio.sleep(0.1)
        project.put("recordings/call-1.wav", project.sound(7, 61), age=timedelta(minutes=59))
        first = (await task).as_dict()
        second = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (1, 0, 0) == (first["held"], first["delivered"], first["exit_code"])
    assert (1, 1) == (second["seen"], second["delivered"])
    assert 1 == arrived.audio["acme-call-1"]["uploads"]
    assert digest(project.sound(7, 61)) == arrived.audio["acme-call-1"]["sha256"]


async def test_recordings_may_lie_in_a_storage_of_their_own(make_project, capturi, reading):
    """`source.recordings` names it; recordings there are found, late ones too, and its JSON files are no sessions."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("  settle:", "  folders: [metadata]\n  recordings: {storage: audio}\n  settle:"))
        project.call(1, audio=False)
        project.call(2, audio=False)
        project.put("../audio/2026/call-1.wav", project.sound(1))
        project.put("../audio/metadata/call-99.json", b"no json")
        project.put("recordings/call-1.wav", project.sound(5))
        first = (await project.run()).as_dict()
        project.put("../audio/2026/call-2.wav", project.sound(2))
        second = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (2, 1, {"audio_awaited": 1}) == (first["seen"], first["delivered"], first["reasons"])
    assert (2, 1, 1) == (second["seen"], second["unchanged"], second["delivered"])
    for number in (1, 2):
        assert digest(project.sound(number)) == arrived.audio[f"acme-call-{number}"]["sha256"]


async def test_a_recording_that_was_taken_away_is_missing(make_project, capturi):
    """A recording that is no longer there counts as not there: waited for, then `audio_missing`, never for ever."""
    async with capturi(faults="500=100%") as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        (project.folder / "export/recordings/call-1.wav").unlink()
        first = (await project.run()).as_dict()
        project.clock.moment += LATER
        second = (await project.run()).as_dict()
    assert {"audio_awaited": 1} == first["reasons"]
    assert {"audio_missing": 1} == second["reasons"]


async def test_a_recording_above_the_jobs_limit_is_refused(make_project, capturi, reading):
    """`audio.max_size_bytes` refuses before anything is created."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.edit_job(("missing: skip", "missing: skip, max_size_bytes: 1000"))
        project.call(1)
        told = (await project.run()).as_dict()
        assert {} == (await reading(address)).conversations
    assert ({"audio_too_large": 1}, 3) == (told["reasons"], told["exit_code"])
