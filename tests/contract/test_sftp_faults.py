"""Cut, silence and restart an SFTP server while it is read: the work goes on, or ends cleanly and soon."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from connector.errors import FileChangedError, StorageAwayError, StorageUnreachableError
from connector.storage import FileInfo, Storage, open_storage
from tests.servers.sshd import SshServer
from tests.servers.tcp_proxy import TcpProxy

MEGABYTE = 1024 * 1024
RECORDING = os.urandom(MEGABYTE) * 50
Opening = Callable[..., Storage]


@pytest.fixture
async def proxy(ssh_server: SshServer) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(ssh_server.port) as found:
        yield found


@pytest.fixture
def opening(ssh_server: SshServer, ssh_folder: Path, proxy: TcpProxy, tmp_path: Path) -> Opening:
    """Give the storage behind the proxy, with these options beside those that let it in."""

    def open_with(**options: object) -> Storage:
        given = {**ssh_server.options, "timeout_seconds": 5, "reconnect_seconds": 10, **options}
        return open_storage(ssh_server.address(ssh_folder, port=proxy.port), given, tmp_path)

    return open_with


async def listed(storage: Storage) -> list[FileInfo]:
    return [file async for batch in storage.list() for file in batch]


def write_many(folder: Path, count: int) -> list[str]:
    names = [f"call-{number}.json" for number in range(count)]
    for name in names:
        (folder / name).write_text(name)
    return names


async def test_a_recording_survives_cuts(opening, proxy, ssh_folder):
    """50 MB whose connection is reset three times on the way arrive whole, and hardly a byte is fetched twice."""
    (ssh_folder / "call-1.wav").write_bytes(RECORDING)
    async with opening() as storage:
        file = await storage.stat("call-1.wav")
        proxy.cuts, proxy.cut_after_bytes = 3, 10 * MEGABYTE
        arrived = b"".join([piece async for piece in storage.stream(file)])
    assert RECORDING == arrived
    assert 0 == proxy.cuts
    assert proxy.passed_bytes < len(RECORDING) + 10 * MEGABYTE


async def test_a_file_that_changed_while_the_connection_was_gone_is_not_mixed(opening, proxy, ssh_folder):
    """After a new connection the rest of another version is never put to the beginning of the first."""
    place = ssh_folder / "call-1.wav"
    place.write_bytes(RECORDING)
    async with opening() as storage, aclosing(storage.stream(await storage.stat("call-1.wav"))) as pieces:
        await anext(pieces)
        proxy.cut()
        place.write_bytes(RECORDING[::-1])
        os.utime(place, (1, 1))
        with pytest.raises(FileChangedError):
            [piece async for piece in pieces]


async def test_a_listing_survives_cuts(opening, proxy, ssh_folder):
    """A large folder whose listing is cut in the middle gives each file, and each once."""
    names = write_many(ssh_folder, 3000)
    (ssh_folder / "2026").mkdir()
    names += [f"2026/{name}" for name in write_many(ssh_folder / "2026", 10)]
    async with opening() as storage:
        proxy.cuts, proxy.cut_after_bytes = 2, 250_000
        found = await listed(storage)
    assert 0 == proxy.cuts
    assert sorted(names) == sorted(file.path for file in found)


async def test_a_server_that_is_restarted_is_waited_for(opening, ssh_server, ssh_folder):
    """A restart in the middle of reading many files costs time and no file."""
    names = write_many(ssh_folder, 2000)
    async with opening() as storage:
        files = await listed(storage)
        reading = asyncio.create_task(storage.read_many(files, limit_bytes=1000))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(ssh_server.stop)
        assert not reading.done()
        await asyncio.sleep(0.3)
        await asyncio.to_thread(ssh_server.start)
        found = await reading
    assert sorted(name.encode() for name in names) == sorted(found)


async def test_sessions_that_the_server_ended_while_idle_are_opened_again(opening, ssh_server, ssh_folder):
    """Connections that a server ends because nothing happened on them are no trouble to the next read."""
    write_many(ssh_folder, 200)
    async with opening(connections=8) as storage:
        files = await listed(storage)
        await storage.read_many(files, limit_bytes=1000)
        ssh_server.end_sessions()
        assert files[0] == await storage.stat(files[0].path)


async def test_a_server_that_stays_away_ends_the_work(opening, proxy, ssh_folder):
    """Where a lost server does not come back in the time allowed, the storage is unreachable, for all work at once."""
    files = write_many(ssh_folder, 50)
    async with opening(reconnect_seconds=1) as storage:
        found = await listed(storage)
        await proxy.refuse()
        proxy.cut()
        began = time.monotonic()
        outcomes = await asyncio.gather(
            *(storage.read_many([file], limit_bytes=1000) for file in found), return_exceptions=True
        )
    assert len(files) == len(outcomes)
    assert {StorageAwayError} == {type(outcome) for outcome in outcomes}
    assert "refuses the connection" in str(outcomes[0])
    assert time.monotonic() - began < 4


async def test_a_server_that_does_not_let_us_in_again_is_asked_once(opening, proxy, ssh_server, ssh_folder):
    """Where a new login is refused in the middle of a run, all work ends with it: repeated tries lock accounts."""
    write_many(ssh_folder, 50)
    async with opening() as storage:
        found = await listed(storage)
        (ssh_server.folder / "authorized_keys").write_text("")
        before = proxy.accepted
        proxy.cut()
        outcomes = await asyncio.gather(
            *(storage.read_many([file], limit_bytes=1000) for file in found), return_exceptions=True
        )
    assert {StorageUnreachableError} == {type(outcome) for outcome in outcomes}
    assert "does not let" in str(outcomes[0])
    assert 1 == proxy.accepted - before


async def test_a_black_hole_ends_in_a_bounded_time(opening, proxy, ssh_folder):
    """A server that falls silent in the middle of a recording is left after the time-outs, with a clean error."""
    (ssh_folder / "call-1.wav").write_bytes(RECORDING)
    async with opening(timeout_seconds=0.5, reconnect_seconds=1) as storage:
        pieces = storage.stream(await storage.stat("call-1.wav"))
        async with aclosing(pieces):
            await anext(pieces)
            proxy.black_hole()
            began = time.monotonic()
            with pytest.raises(StorageUnreachableError, match=r"says nothing for 0\.5 s") as caught:
                [piece async for piece in pieces]
    assert caught.value.hint
    assert time.monotonic() - began < 6


async def test_a_black_hole_that_heals_is_survived(opening, proxy, ssh_folder):
    """When the network comes back in time the recording arrives whole."""
    (ssh_folder / "call-1.wav").write_bytes(RECORDING)
    async with opening(timeout_seconds=1) as storage:
        pieces = storage.stream(await storage.stat("call-1.wav"))
        async with aclosing(pieces):
            arrived = await anext(pieces)
            proxy.black_hole()
            healing = asyncio.create_task(heal_after(proxy, 2.5))
            arrived += b"".join([piece async for piece in pieces])
            await healing
    assert RECORDING == arrived


async def heal_after(proxy: TcpProxy, seconds: float) -> None:
    await asyncio.sleep(seconds)
    proxy.cut()
    await proxy.heal()


async def test_a_black_hole_at_login_is_told_at_once(opening, proxy):
    """A server that takes the connection and says nothing is unreachable after one time-out, with the remedy."""
    proxy.black_hole()
    began = time.monotonic()
    with pytest.raises(StorageUnreachableError, match="says nothing") as caught:
        await opening(timeout_seconds=0.5).__aenter__()
    assert caught.value.hint
    assert time.monotonic() - began < 3


async def test_latency_costs_little_when_many_files_are_read(opening, proxy, ssh_folder):
    """With 25 ms each way 400 files take a fraction of the time of one after the other (at least 60 s)."""
    names = write_many(ssh_folder, 400)
    async with opening() as storage:
        files = await listed(storage)
        proxy.latency_seconds = 0.025
        began = time.monotonic()
        found = await storage.read_many(files, limit_bytes=1000)
    assert sorted(name.encode() for name in names) == sorted(found)
    assert time.monotonic() - began < 20


async def test_a_few_connections_share_the_work(opening, proxy, ssh_folder):
    """Where the server is slow, much work is spread over as many connections as the job allows, and never more."""
    write_many(ssh_folder, 300)
    async with opening(connections=3) as storage:
        files = await listed(storage)
        proxy.latency_seconds = 0.15
        await storage.read_many(files, limit_bytes=1000)
    assert 3 == proxy.most_open


async def test_a_fast_server_is_logged_in_to_once(opening, proxy, ssh_folder):
    """Where the work is done before a connection can be called slow, no other one is opened."""
    write_many(ssh_folder, 20)
    async with opening(connections=16) as storage:
        await storage.read_many(await listed(storage), limit_bytes=1000)
    assert 1 == proxy.accepted


async def test_one_connection_is_enough(opening, proxy, ssh_folder):
    """Where the server lets no further connection in, the work goes on over those that stand."""
    names = write_many(ssh_folder, 200)
    async with opening(connections=4) as storage:
        files = await listed(storage)
        proxy.latency_seconds = 0.2
        await proxy.refuse()
        found = await storage.read_many(files, limit_bytes=1000)
    assert sorted(name.encode() for name in names) == sorted(found)
    assert 1 == proxy.most_open


async def stranger_at(server: SshServer) -> asyncio.StreamWriter:
    """Give a connection that began a login and does not go on: where one login is allowed, it is the one."""
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        if (await reader.readline()).startswith(b"SSH-2.0-"):
            return writer
        writer.close()
        await asyncio.sleep(0.05)


async def test_logins_come_one_after_the_other(opening, proxy, ssh_server, ssh_folder):
    """A server that takes one login at a time (MaxStartups) turns none of ours away."""
    ssh_server.restart(MaxStartups="1")
    (await stranger_at(ssh_server)).close()
    await asyncio.sleep(0.3)
    told = len(ssh_server.log.read_text())
    names = write_many(ssh_folder, 400)
    async with opening(connections=8) as storage:
        files = await listed(storage)
        proxy.latency_seconds = 0.15
        found = await storage.read_many(files, limit_bytes=1000)
    assert sorted(name.encode() for name in names) == sorted(found)
    assert proxy.most_open > 1
    assert "drop connection" not in ssh_server.log.read_text()[told:]


async def test_a_crowded_server_is_asked_again(opening, ssh_server, ssh_folder):
    """A server that hangs up because others log in just now is asked again a moment later."""
    ssh_server.restart(MaxStartups="1")
    write_many(ssh_folder, 1)
    stranger = await stranger_at(ssh_server)
    leaving = asyncio.get_running_loop().call_later(1.5, stranger.close)
    async with opening() as storage:
        assert 1 == len(await listed(storage))
    assert leaving.when() <= asyncio.get_running_loop().time()
