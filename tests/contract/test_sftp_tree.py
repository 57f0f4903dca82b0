"""Meet on an SFTP server what real folders hold: links, pipes, odd names, forbidden files, a root that vanishes."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.errors import FileMissingError, SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import FileInfo, Storage, open_storage
from connector.storage.model import PIECE_BYTES, ReadAt
from tests.servers.sshd import SshServer

LARGE = os.urandom(1024) * (3 * PIECE_BYTES // 1024)


@pytest.fixture
def opening(ssh_server: SshServer, tmp_path: Path) -> Callable[[Path], Storage]:
    return lambda folder: open_storage(ssh_server.address(folder), ssh_server.options, tmp_path)


@pytest.fixture
def storage(opening: Callable[[Path], Storage], ssh_folder: Path) -> Storage:
    return opening(ssh_folder)


@pytest.fixture
def _other_account(ssh_server: SshServer) -> None:
    if ssh_server.password is None:
        pytest.skip("permissions bind only an account that is not the one of the tests")


async def paths(storage: Storage) -> list[str]:
    return sorted([file.path async for batch in storage.list() for file in batch])


@pytest.mark.usefixtures("_other_account")
async def test_a_file_that_may_not_be_read_disturbs_no_other(storage, ssh_folder):
    """A file without the right to read it is refused by itself, with the remedy, by whatever way it is read."""
    for name in ("closed.json", "open.json"):
        (ssh_folder / name).write_text("{}")
    (ssh_folder / "closed.json").chmod(0)
    async with storage:
        files = [file async for batch in storage.list() for file in batch]
        found = dict(zip([file.path for file in files], await storage.read_many(files, limit_bytes=100), strict=True))
        closed = next(file for file in files if file.path == "closed.json")
        with pytest.raises(SkipError):
            await anext(aiter(storage.stream(closed)))
        with pytest.raises(SkipError):
            await storage.examine(closed, lambda read_at, size: read_at(0, size))
    assert b"{}" == found["open.json"]
    refused = found["closed.json"]
    assert isinstance(refused, SkipError)
    assert Code.UNREADABLE == refused.code
    assert refused.hint


@pytest.mark.usefixtures("_other_account")
async def test_a_server_that_gives_no_file_is_unreachable(storage, ssh_folder):
    """Where no file may be read, as when another account writes them for itself alone, nothing is refused for it."""
    for number in range(20):
        (ssh_folder / f"call-{number}.json").write_text("{}")
        (ssh_folder / f"call-{number}.json").chmod(0)
    async with storage:
        files = [file async for batch in storage.list() for file in batch]
        with pytest.raises(StorageUnreachableError, match="none of the files") as caught:
            await storage.read_many(files, limit_bytes=100)
    assert caught.value.hint


@pytest.mark.usefixtures("_other_account")
@pytest.mark.parametrize("mode", [0o700, 0o744])
async def test_a_folder_that_may_not_be_read_stops_the_listing(storage, ssh_folder, mode):
    """A listing that cannot be whole is an error, whether a folder may not be read or only not be entered."""
    closed = ssh_folder / "2026" / "closed"
    closed.mkdir(parents=True)
    (closed / "call-1.json").write_text("{}")
    closed.chmod(mode)
    async with storage:
        with pytest.raises(StorageUnreachableError, match="may not be read") as caught:
            await paths(storage)
    assert str(closed) in caught.value.message
    assert caught.value.hint


async def test_a_root_that_vanishes_makes_no_file_missing(storage, ssh_folder):
    """When the whole root is gone the storage is unreachable, neither the file missing nor the storage empty."""
    (ssh_folder / "call-1.json").write_text("{}")
    async with storage:
        file = await storage.stat("call-1.json")
        shutil.rmtree(ssh_folder)
        with pytest.raises(StorageUnreachableError, match="there is no folder"):
            await storage.read_many([file], limit_bytes=100)
        with pytest.raises(StorageUnreachableError, match="there is no folder"):
            await paths(storage)


async def test_links_to_folders_are_not_followed(storage, ssh_folder, ssh_server):
    """A linked folder is never entered: a loop ends, and no file comes twice or from outside."""
    outside = ssh_server.root / f"{ssh_folder.name}-outside"
    outside.mkdir()
    (outside / "secret.json").write_text("{}")
    (ssh_folder / "a").mkdir()
    (ssh_folder / "a" / "call-1.json").write_text("{}")
    (ssh_folder / "a" / "loop").symlink_to(ssh_folder)
    (ssh_folder / "elsewhere").symlink_to(outside)
    async with storage:
        assert ["a/call-1.json"] == await paths(storage)
        with pytest.raises(FileMissingError):
            await storage.stat("elsewhere/secret.json")


async def test_links_to_files_stay_inside(storage, ssh_folder, ssh_server):
    """A link to a file of the root is that file; a link to anything else is not there at all."""
    secret = ssh_server.root / f"{ssh_folder.name}-secret.json"
    secret.write_text("outside")
    (ssh_folder / "call-1.json").write_text("inside")
    (ssh_folder / "latest.json").symlink_to("call-1.json")
    (ssh_folder / "leak.json").symlink_to(secret)
    (ssh_folder / "broken.json").symlink_to("absent.json")
    (ssh_folder / "itself.json").symlink_to("itself.json")
    async with storage:
        assert ["call-1.json", "latest.json"] == await paths(storage)
        assert [b"inside"] == await storage.read_many([await storage.stat("latest.json")], limit_bytes=100)
        leaked = FileInfo("leak.json", 7, int(secret.stat().st_mtime) * 1_000_000_000)
        assert isinstance((await storage.read_many([leaked], limit_bytes=100))[0], FileMissingError)
        for name in ("leak.json", "broken.json", "itself.json"):
            with pytest.raises(FileMissingError):
                await storage.stat(name)


async def test_a_linked_root_is_a_root(opening, ssh_folder, ssh_server):
    """The root itself may be a link, and its address is the one that was given."""
    (ssh_folder / "call-1.json").write_text("{}")
    link = ssh_server.root / f"{ssh_folder.name}-link"
    link.symlink_to(ssh_folder)
    async with opening(link) as storage:
        assert ssh_server.address(link) == storage.address
        assert ["call-1.json"] == await paths(storage)
        assert 2 == (await storage.stat("call-1.json")).size_bytes


async def test_pipes_are_no_files(storage, ssh_folder):
    """A named pipe is neither listed nor waited for."""
    os.mkfifo(ssh_folder / "call-1.json")
    async with storage:
        assert [] == await paths(storage)
        with pytest.raises(FileMissingError):
            await asyncio.wait_for(storage.stat("call-1.json"), 5)


async def test_a_folder_is_no_file(storage, ssh_folder):
    """A folder under the name of a file is missing as a file, by whatever way it is read."""
    (ssh_folder / "call-1.json").mkdir()
    file = FileInfo("call-1.json", 10, 0)
    async with storage:
        assert isinstance((await storage.read_many([file], limit_bytes=100))[0], FileMissingError)
        with pytest.raises(FileMissingError):
            await anext(aiter(storage.stream(file)))


async def test_a_name_that_is_too_long_is_missing(storage):
    """A path that no server can have costs neither the connection nor the run."""
    async with storage:
        with pytest.raises(FileMissingError):
            await storage.stat("x" * 300)


async def test_names_that_are_no_utf8_can_be_kept_and_read(storage, ssh_folder):
    """A name in an old encoding gets a path that can be written down, and by that path the file is read."""
    folder = ssh_folder / os.fsdecode(b"g\xe5rden")
    folder.mkdir()
    (folder / "call-1.json").write_text("{}")
    async with storage:
        (path,) = await paths(storage)
        assert path == path.encode().decode()
        assert [b"{}"] == await storage.read_many([await storage.stat(path)], limit_bytes=100)


async def test_many_folders_and_a_deep_one_are_walked(storage, ssh_folder):
    """A folder per day of some years, and folders in folders, are listed whole."""
    names = [f"{year}/{day:03}/call-{year}{day}.json" for year in range(2020, 2024) for day in range(100)]
    names.append("/".join(["deep"] * 60) + "/call-1.json")
    for name in names:
        (ssh_folder / name).parent.mkdir(parents=True)
        (ssh_folder / name).write_text("{}")
    async with storage:
        assert sorted(names) == await paths(storage)


async def test_a_large_file_is_examined_piece_by_piece(storage, ssh_folder):
    """An examiner of a large file gets any range of it, the ends included, without the whole of it being fetched."""
    content = LARGE * 2
    (ssh_folder / "call-1.wav").write_bytes(content)

    def examiner(read_at: ReadAt, size_bytes: int) -> list[bytes]:
        middle = read_at(PIECE_BYTES - 5, 10)
        return [read_at(0, 44), middle, read_at(size_bytes - 4, 100), read_at(size_bytes, 1), read_at(0, size_bytes)]

    async with storage:
        found = await storage.examine(await storage.stat("call-1.wav"), examiner)
    middle = content[PIECE_BYTES - 5 : PIECE_BYTES + 5]
    assert [content[:44], middle, content[-4:], b"", content] == found


async def test_times_are_whole_seconds(storage, ssh_folder):
    """The server tells times in whole seconds, and so does the file's version."""
    place = ssh_folder / "call-1.json"
    place.write_text("{}")
    os.utime(place, ns=(0, 1_700_000_000_987_654_321))
    async with storage:
        assert 1_700_000_000_000_000_000 == (await storage.stat("call-1.json")).modified_ns
