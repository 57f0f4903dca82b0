"""Whole runs over an SFTP server that keeps us out, breaks, restarts or falls silent."""

import asyncio
import io
import json
import os
import wave

import pytest

from tests.servers.sshd import make_key

CALLS = 8
MEGABYTE = 1024 * 1024


@pytest.fixture
def remote(ssh_server, ssh_folder, make_project):
    """Give a function from the target's address to a project whose calls lie on the SFTP server."""

    def make(address, *, calls=CALLS, port=None, **options):
        project = make_project(address, with_samples=False)
        given = json.dumps({**ssh_server.options, "timeout_seconds": 5, **options})
        storage = ssh_server.address(ssh_folder, port=port)
        project.edit_job(("storage: export ", f"storage: {storage}\n  options: {given}"), ("agents: {file", "# {file"))
        for number in range(1, calls + 1):
            project.call(number)
        publish(project, ssh_folder)
        return project

    return make


def publish(project, folder):
    for path in (project.folder / "export").rglob("*.*"):
        place = folder / path.relative_to(project.folder / "export")
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)


def long_recording(megabytes):
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(os.urandom(MEGABYTE) * megabytes)
    return content.getvalue()


@pytest.fixture
def wrongs(ssh_server, ssh_folder, tmp_path, dead_port):
    """Give what may be wrong with a job's SFTP: name -> (change of the job, exit code, words of the message)."""
    key, place = str(ssh_server.client_key), ssh_server.address(ssh_folder)
    other, locked = str(make_key(tmp_path / "other")), str(make_key(tmp_path / "locked", passphrase="open sesame"))
    another = "SHA256:" + "A" * 43
    return {
        "another key": ((key, other), 1, "does not let"),
        "password": ((f'"private_key_file": "{key}"', '"password": "${WRONG}"'), 1, "does not let"),
        "unknown host key": ((f'"{ssh_server.fingerprint}"', "[]"), 1, ssh_server.fingerprint),
        "host key": ((ssh_server.fingerprint, another), 1, "somebody in between"),
        "folder": ((place, f"{place}-absent"), 1, "there is no folder"),
        "port": ((f":{ssh_server.port}/", f":{dead_port}/"), 1, "refuses the connection"),
        "name": (("@127.0.0.1", "@no-such-host.invalid"), 1, "no address is known"),
        "missing key": ((key, f"{key}-absent"), 2, "cannot be read"),
        "no passphrase": ((key, locked), 2, "is locked"),
        "passphrase": ((f'"{key}"', f'"{locked}", "passphrase": "${{WRONG}}"'), 2, "does not open"),
        "literal secret": (('"timeout_seconds"', '"password": "hunter2", "timeout_seconds"'), 2, "is a secret"),
        "option": (('"timeout_seconds"', '"timeout"'), 2, "timeout_seconds"),
    }


WRONGS = {
    *("another key", "password", "unknown host key", "host key", "folder", "port", "name"),
    *("missing key", "no passphrase", "passphrase", "literal secret", "option"),
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", sorted(WRONGS))
async def test_what_keeps_us_out_is_told_and_marks_nothing(wrong, wrongs, remote, command, capturi, reading):
    """Check and run end with the same code and the remedy; once it is mended everything goes, as if nothing was."""
    change, code, words = wrongs[wrong]
    async with capturi() as address:
        project = remote(address, calls=2)
        project.edit_job(change)
        checked = await command(project.folder, "check", "demo", WRONG="hunter2")
        ran = await command(project.folder, "run", "demo", "--json", WRONG="hunter2")
        assert not (await reading(address)).conversations
        project.edit_job(change[::-1])
        mended = (await project.run()).as_dict()
    assert (code, code, 0) == (checked.code, ran.code, mended["exit_code"]), (checked, ran, mended)
    assert words in checked.out + checked.err
    assert words in ran.told["error"]
    assert "hunter2" not in checked.out + checked.err + ran.out + ran.err
    if code == 2:
        assert "demo.yaml:" in checked.out + checked.err
    assert (2, 2) == (mended["delivered"], mended["audio_uploaded"])


async def test_check_shows_an_unknown_host_key_in_one_screen(remote, command, capturi, ssh_server, tmp_path):
    """On a narrow screen, too, fingerprint and line stand whole, ready to be copied."""
    async with capturi() as address:
        project = remote(address, host_key=[])
        checked = await command(project.folder, "check", "demo", COLUMNS="80", HOME=str(tmp_path))
    assert 1 == checked.code
    assert ssh_server.fingerprint in checked.out
    assert f"host_key: {ssh_server.fingerprint}" in checked.out
    assert ssh_server.known_hosts_line() in checked.out
    assert len(checked.out.splitlines()) < 24


async def test_check_tells_what_lies_there(remote, command, capturi):
    """A green check names the storage, what it found by kind, and the newest file."""
    async with capturi() as address:
        checked = await command(remote(address).folder, "check", "demo")
    assert 0 == checked.code, checked
    assert "8 metadata, 8 recording" in checked.out
    assert "newest file" in checked.out


async def test_a_forbidden_file_is_refused_alone(remote, capturi, ssh_server, ssh_folder):
    """One file without the right to read it is refused as unreadable; everything else is delivered."""
    if ssh_server.password is None:
        pytest.skip("permissions bind only an account that is not the one of the tests")
    async with capturi() as address:
        project = remote(address)
        (ssh_folder / "metadata" / "call-3.json").chmod(0)
        summary = await project.run()
    assert (3, CALLS - 1, 1) == (summary.exit_code, summary.as_dict()["delivered"], summary.as_dict()["refused"])
    assert {"unreadable": 1} == summary.as_dict()["reasons"]


async def test_a_run_survives_cuts_in_a_large_recording(remote, capturi, reading, ssh_server, ssh_folder, tcp_proxy):
    """A 50 MB recording whose connection is reset twice on the way arrives whole, and once."""
    recording = long_recording(50)
    async with capturi() as address, tcp_proxy(ssh_server.port) as proxy:
        project = remote(address, calls=2, port=proxy.port)
        (ssh_folder / "recordings" / "call-1.wav").write_bytes(recording)
        os.utime(ssh_folder / "recordings" / "call-1.wav", (1_774_000_000, 1_774_000_000))
        proxy.cuts, proxy.cut_after_bytes = 2, 20 * MEGABYTE
        summary = (await project.run()).as_dict()
        arrived = await reading(address)
    assert 0 == proxy.cuts
    assert (0, 2, 2) == (summary["exit_code"], summary["delivered"], summary["audio_uploaded"])
    assert len(recording) == arrived.audio["acme-call-1"]["size_bytes"]
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
    assert {1} == {one["uploads"] for one in arrived.audio.values()}


async def test_a_run_survives_a_restart_of_the_server(remote, capturi, reading, ssh_server):
    """A server that is restarted in the middle of a run is waited for; every call arrives once."""
    async with capturi(faults="latency=30ms") as address:
        project = remote(address, calls=60)
        running = asyncio.create_task(project.run())
        await project.until("delivered")
        await asyncio.to_thread(ssh_server.stop)
        assert not running.done()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(ssh_server.start)
        summary = (await running).as_dict()
        arrived = await reading(address)
    assert (0, 60, 60) == (summary["exit_code"], summary["delivered"], summary["audio_uploaded"])
    assert {1} == {one["creates"] for one in arrived.conversations.values()}


async def test_a_black_hole_ends_the_run_and_the_next_one_completes_it(
    remote, capturi, reading, ssh_server, ssh_folder, tcp_proxy
):
    """A server that falls silent ends the run with exit code 1 in a bounded time; nothing is lost or doubled."""
    async with capturi() as address, tcp_proxy(ssh_server.port) as proxy:
        project = remote(address, port=proxy.port, timeout_seconds=0.5, reconnect_seconds=1)
        (ssh_folder / "recordings" / "call-1.wav").write_bytes(long_recording(50))
        os.utime(ssh_folder / "recordings" / "call-1.wav", (1_774_000_000, 1_774_000_000))
        running = asyncio.create_task(project.run())
        async with asyncio.timeout(30):
            while proxy.passed_bytes < 10 * MEGABYTE:  # noqa: ASYNC110 - bytes tell no event
                await asyncio.sleep(0.001)
            proxy.black_hole()
            stopped = (await running).as_dict()
        proxy.cut()
        await proxy.heal()
        completed = (await project.run()).as_dict()
        arrived = await reading(address)
    assert 1 == stopped["exit_code"]
    assert "says nothing for 0.5 s" in stopped["error"]
    assert stopped["delivered"] < CALLS
    assert 0 == completed["exit_code"], completed
    assert CALLS == len(arrived.conversations) == len(arrived.audio)
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
