"""Cut, silence and stop an object store while it is read: the work goes on, or ends cleanly and soon."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from connector.errors import FileChangedError, StorageUnreachableError
from connector.storage import FileInfo, Storage
from tests.servers.tcp_proxy import TcpProxy

MEGABYTE = 1024 * 1024
RECORDING = os.urandom(MEGABYTE) * 50


@pytest.fixture
async def proxy(store) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(store.port) as found:
        yield found


@pytest.fixture
def behind(store, proxy) -> Storage:
    return store.open(f"http://127.0.0.1:{proxy.port}")


async def digest_of(storage: Storage, file: FileInfo) -> str:
    digest = hashlib.sha256()
    async for piece in storage.stream(file):
        digest.update(piece)
    return digest.hexdigest()


async def drain(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


async def test_nobody_listens(store, proxy):
    """A port that nobody listens on stops the run at once, with the host and the remedy."""
    await proxy.refuse()
    with pytest.raises(StorageUnreachableError, match=r"127\.0\.0\.1 can be made.*firewall"):
        await store.open(f"http://127.0.0.1:{proxy.port}").__aenter__()


async def test_a_silent_server_stops_the_run(behind, proxy):
    """A server that takes connections and says nothing is given up after a few tries, at the latest."""
    proxy.black_hole()
    with pytest.raises(StorageUnreachableError, match=r"does not answer in time"):
        async with asyncio.timeout(15):
            await behind.__aenter__()


async def test_a_recording_survives_cuts(store, behind, proxy):
    """50 MB whose connection is reset twice on the way arrive whole, and hardly a byte is fetched twice."""
    store.write("call-1.wav", RECORDING)
    async with behind as storage:
        file = await storage.stat("call-1.wav")
        proxy.cuts, proxy.cut_after_bytes = 2, 15 * MEGABYTE
        assert hashlib.sha256(RECORDING).hexdigest() == await digest_of(storage, file)
    assert 0 == proxy.cuts
    assert proxy.passed_bytes < len(RECORDING) + 5 * MEGABYTE


async def test_many_files_survive_cuts(store, behind, proxy):
    """Files whose answers are cut off are asked for again, and all come."""
    names = [f"call-{number}.json" for number in range(60)]
    for name in names:
        store.write(name, name.encode())
    async with behind as storage:
        files = [file async for batch in storage.list() for file in batch]
        proxy.cuts, proxy.cut_after_bytes = 5, 100
        results = await storage.read_many(files, limit_bytes=1000)
    assert sorted(names) == sorted(one.decode() for one in results if isinstance(one, bytes))


async def test_a_server_that_is_started_again(store, proxy):
    """A server that is away for a moment in the middle of a recording is waited for."""
    store.write("call-1.wav", RECORDING)
    async with store.open(f"http://127.0.0.1:{proxy.port}") as storage:
        file = await storage.stat("call-1.wav")
        arrived = bytearray()
        async with aclosing(storage.stream(file)) as pieces:
            async for piece in pieces:
                if not arrived:
                    await proxy.refuse()
                    proxy.cut()
                    healing = asyncio.get_running_loop().create_task(later(proxy))
                arrived += piece
        await healing
    assert arrived == RECORDING


async def later(proxy: TcpProxy) -> None:
    await asyncio.sleep(0.02)
    await proxy.heal()


async def test_a_server_that_stays_away_ends_the_stream(store, behind, proxy):
    """A server that falls silent in the middle of a recording ends its stream; healed, the same storage goes on."""
    store.write("call-1.wav", RECORDING)
    async with behind as storage:
        file = await storage.stat("call-1.wav")
        async with aclosing(storage.stream(file)) as pieces:
            await anext(pieces)
            proxy.black_hole()
            with pytest.raises(StorageUnreachableError):
                await asyncio.wait_for(drain(pieces), 20)
        await proxy.heal()
        assert hashlib.sha256(RECORDING).hexdigest() == await digest_of(storage, file)


async def test_an_examiner_is_told_of_a_silent_server(store, behind, proxy):
    """An examiner that reads from a server fallen silent ends with the storage's error and leaves its thread."""
    store.write("call-1.wav", RECORDING)
    async with behind as storage:
        file = await storage.stat("call-1.wav")

        def examiner(read_at, size_bytes):
            proxy.black_hole()
            return read_at(size_bytes // 2, 100)

        with pytest.raises(StorageUnreachableError):
            async with asyncio.timeout(20):
                await storage.examine(file, examiner)
        await proxy.heal()
        assert RECORDING[:4] == await storage.examine(file, lambda read_at, _size: read_at(0, 4))


async def test_a_change_between_cut_and_resumption(store, behind, proxy):
    """A recording that is replaced while its connection is down is not glued together of two versions."""
    store.write("call-1.wav", RECORDING)
    async with behind as storage:
        file = await storage.stat("call-1.wav")
        async with aclosing(storage.stream(file)) as pieces:
            await anext(pieces)
            store.write("call-1.wav", RECORDING[::-1])
            proxy.cut()
            with pytest.raises(FileChangedError):
                await drain(pieces)


async def test_no_secret_is_told(store, behind, proxy):
    """However a storage fails, neither its words nor their causes hold a secret."""
    await proxy.refuse()
    with pytest.raises(StorageUnreachableError) as caught:
        await behind.__aenter__()
    told, error = "", caught.value
    while error is not None:
        told += f"{error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
    assert not [secret for secret in store.secrets if secret in told]
