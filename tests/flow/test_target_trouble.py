"""A target that refuses, is down or misbehaves: the run stops or goes on as it should; nothing is lost or doubled."""

import asyncio

import httpx
import pytest

CALLS = 8


def fill(project, calls=CALLS):
    """Give the project calls that can go, and one of each kind that cannot."""
    for number in range(1, calls + 1):
        project.call(number)
    project.call(90, recording_permission="denied")
    project.call(91, status="queued")
    project.put("metadata/call-92.json", b"no json")


async def set_faults(address, text):
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        (await client.post("/_sandbox/faults", content=text)).raise_for_status()


async def test_a_wrong_token_stops_before_anything_is_marked(make_project, capturi, reading, monkeypatch):
    """Exit code 1, no entry in the ledger, one request made; the run with the right token is a first run in full."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        fill(project)
        monkeypatch.setenv("CAPTURI_TOKEN", "a-wrong-one")
        stopped = await project.run()
        assert 1 == stopped.exit_code
        assert "token" in stopped.error
        assert "a-wrong-one" not in stopped.error
        assert [] == project.entries()
        assert ["POST /v3/conversation"] == (await reading(address)).writes
        monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")
        told = (await project.run()).as_dict()
        assert CALLS == len((await reading(address)).audio)
    assert (CALLS, 2, 1, 0) == (told["delivered"], told["skipped"], told["refused"], told["unchanged"])
    assert 3 == told["exit_code"]


async def test_a_stopped_run_tells_no_counts_of_what_it_did_not_mark(make_project, capturi, monkeypatch):
    """What the summary of a stopped run counts is what the ledger has."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        fill(project)
        monkeypatch.setenv("CAPTURI_TOKEN", "a-wrong-one")
        told = (await project.run()).as_dict()
    assert (0, {}) == (told["seen"], told["reasons"])


async def test_where_nothing_goes_the_target_is_not_asked(make_project, capturi, reading):
    """A run that has nothing to send closes its entries without a request."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        fill(project, calls=0)
        told = (await project.run()).as_dict()
        assert [] == (await reading(address)).writes
    assert (3, 2, 1, 3) == (told["seen"], told["skipped"], told["refused"], told["exit_code"])


async def test_a_token_revoked_in_the_middle_stops_the_run_and_loses_nothing(
    make_project, capturi, reading, monkeypatch
):
    """What was delivered until then stands, the rest is delivered by the next run."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        fill(project)
        monkeypatch.setenv("CAPTURI_TOKEN", "a-wrong-one")
        assert 1 == (await project.run()).exit_code
        assert ["delivered"] == [row["state"] for row in project.entries()]
        monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")
        told = (await project.run()).as_dict()
        assert CALLS == len((await reading(address)).audio)
    assert (CALLS - 1, 1) == (told["delivered"], told["unchanged"])


async def test_a_target_that_is_down_stops_the_run(make_project, capturi, reading, dead_port):
    """Connections refused: exit code 1 with the remedy, nothing lost, and the next run completes."""
    project = make_project(f"http://127.0.0.1:{dead_port}", with_samples=False)
    fill(project)
    stopped = await project.run()
    assert 1 == stopped.exit_code
    assert "the next run goes on from here" in stopped.error
    async with capturi() as address:
        job = project.folder / "jobs" / "demo.yaml"
        job.write_text(job.read_text().replace(project_url(job), address))
        told = (await project.run()).as_dict()
        assert CALLS == len((await reading(address)).audio)
    assert (CALLS, 3) == (told["delivered"], told["exit_code"])


def project_url(job):
    return next(line.split()[1] for line in job.read_text().splitlines() if line.strip().startswith("url:"))


async def test_a_target_that_answers_500_for_ever_stops_the_run(make_project, capturi, reading):
    """After a few entries used up their tries the run stops with 1; the next one delivers each once."""
    async with capturi(faults="500=100%") as address:
        project = make_project(address, with_samples=False)
        fill(project)
        stopped = await project.run()
        assert 1 == stopped.exit_code
        assert "status 500" in stopped.error
        await set_faults(address, "")
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert (CALLS, CALLS) == (told["delivered"], len(arrived.audio))
    assert {1} == {one["creates"] for one in arrived.conversations.values()}


@pytest.mark.parametrize(
    "faults",
    [
        "429=40%:retry=1,seed=3",
        "429=40%:retry-date=1,seed=4",
        "500=30%,seed=5",
        "500-after-commit=30%,seed=6",
        "reset=40%,seed=7",
        "429=10%:retry=0,500=10%,500-after-commit=10%,reset=10%,seed=8",
    ],
)
async def test_everything_arrives_exactly_once_in_the_end(make_project, capturi, reading, faults):
    """Whatever the target does in between, after some runs each call is there once, with its whole audio once."""
    async with capturi(faults=faults) as address:
        project = make_project(address, with_samples=False)
        for number in range(1, CALLS + 1):
            project.call(number)
        for _ in range(6):
            summary = await project.run()
            if CALLS == summary.as_dict()["unchanged"] + summary.as_dict()["delivered"]:
                break
        arrived = await reading(address)
    assert {f"acme-call-{number}" for number in range(1, CALLS + 1)} == set(arrived.audio)
    assert {1} == {audio["uploads"] for audio in arrived.audio.values()}
    assert {"delivered"} == {row["state"] for row in project.entries()}
    for name, audio in arrived.audio.items():
        assert audio["sha256"] == project.entry(name)["audio_sha256"] or project.entry(name)["audio_sha256"] is None


async def test_answers_that_never_come_leave_nothing_half_done(make_project, capturi, reading):
    """A target that commits and then hangs until it resets: every call is there once after the next runs."""
    async with capturi(faults="commit-timeout=30%,seed=11", hang_seconds=0.05) as address:
        project = make_project(address, with_samples=False)
        for number in range(1, CALLS + 1):
            project.call(number)
        for _ in range(4):
            await project.run()
        arrived = await reading(address)
    assert CALLS == len(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert {"delivered"} == {row["state"] for row in project.entries()}


async def picky(reader, writer):
    """Answer like Capturi, but refuse call 3 and quote all of it in the refusal, as careless servers do."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if b"acme-call-3" in body:
            answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s" % (len(body) + 8, b"invalid " + body)
        else:
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + b'{"uid":"u-1"}'
        writer.write(answer)


async def test_a_conversation_that_is_refused_does_not_disturb_the_others(make_project):
    """It is refused `target_refused` with what the target said, without what was sent; the others arrive; code 3."""
    server = await asyncio.start_server(picky, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    project = make_project(f"http://127.0.0.1:{port}", with_samples=False)
    fill(project)
    told = (await project.run()).as_dict()
    server.close()
    assert (CALLS - 1, 2, 3) == (told["delivered"], told["refused"], told["exit_code"])
    assert {"target_refused": 1, "unreadable": 1, "consent_refused": 1, "not_finished": 1} == told["reasons"]
    detail = project.entry("acme-call-3")["detail"]
    assert "status 400" in detail
    for secret in ("5550100115", "jonas.lind", "Jonas"):
        assert secret not in detail


async def test_a_recording_that_is_too_large_for_the_target_is_refused(make_project, capturi):
    """A 413 is refused `audio_too_large`; the conversation is there, and a smaller recording completes it."""
    async with capturi(largest_upload_bytes=10_000) as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        told = (await project.run()).as_dict()
        project.put("recordings/call-1.wav", project.sound(1, 0.25))
        second = (await project.run()).as_dict()
    assert ({"audio_too_large": 1}, 3) == (told["reasons"], told["exit_code"])
    assert (1, {}) == (second["delivered"], second["reasons"])
    assert 1 == project.steps("acme-call-1").count("create.done")


async def test_what_was_created_keeps_its_id_whatever_a_mapping_says_later(make_project, capturi, reading):
    """A conversation whose audio is still missing is completed under the id it was created with."""
    async with capturi(largest_upload_bytes=10_000) as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        await project.run()
        project.edit("mappings/ccai-call.yaml", ("[$tenant, call, {path: id}]", "[$tenant, voice, {path: id}]"))
        project.put("recordings/call-1.wav", project.sound(1, 0.25))
        told = (await project.run()).as_dict()
        arrived = await reading(address)
    assert 1 == told["delivered"]
    assert {"acme-call-1"} == set(arrived.conversations) == set(arrived.audio)
    assert ["acme-call-1"] == [row["external_id"] for row in project.entries()]


async def test_an_interrupted_run_is_completed_by_the_next(make_project, capturi, reading):
    """A run cancelled between two requests of a call leaves it to the next one, which sends only what is missing."""
    async with capturi(faults="latency=30ms") as address:
        project = make_project(address, with_samples=False)
        for number in range(1, 20):
            project.call(number)
        task = asyncio.create_task(project.run())
        await project.until("delivered")
        task.cancel()
        stopped = await task
        assert (1, "interrupted") == (stopped.exit_code, stopped.error)
        await project.run()
        arrived = await reading(address)
    assert 19 == len(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_an_interrupted_split_call_loses_no_agent(make_project, capturi, reading):
    """A run that ends between the conversations of two agents of one call leaves the second to the next run."""
    async with capturi(faults="latency=30ms") as address:
        project = make_project(address, with_samples=False)
        project.edit("mappings/ccai-call.yaml", ("split: none", "split: agent"))
        example = project.folder / "mappings" / "examples" / "call-transferred.json"
        project.put("metadata/call-1418.json", example.read_bytes())
        project.put("recordings/call-1418.wav", project.sound(1418, 120))
        task = asyncio.create_task(project.run())
        await project.until("delivered")
        task.cancel()
        await task
        told = (await project.run()).as_dict()
        again = (await project.run()).as_dict()
        arrived = await reading(address)
    assert {"acme-call-1418-a5", "acme-call-1418-a9"} == set(arrived.audio)
    assert {1} == {one["uploads"] for one in arrived.audio.values()}
    assert (2, 1, 1) == (told["seen"], told["unchanged"], told["delivered"])
    assert (2, 2) == (again["seen"], again["unchanged"])
