import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.errors import FileChangedError, FileMissingError, SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import FileInfo, Storage
from connector.storage.local import LocalStorage
from connector.storage.model import PIECE_BYTES

NOBODY = 65534


async def paths(storage: Storage) -> list[str]:
    return sorted([file.path async for batch in storage.list() for file in batch])


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that every user of the machine can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="storage-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be a user to whom permissions apply, also where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(("make", "what"), [(lambda _: None, "no folder"), (lambda p: p.write_text(""), "is a file")])
async def test_a_root_that_is_no_folder_is_unreachable(tmp_path, make, what):
    """Where the root is missing or a file, connecting and listing say so, name it and give the remedy."""
    root = tmp_path / "exports"
    make(root)
    storage = LocalStorage(root)
    with pytest.raises(StorageUnreachableError, match=what) as caught:
        await storage.__aenter__()
    assert str(root) in str(caught.value)
    assert caught.value.hint
    with pytest.raises(StorageUnreachableError, match=what):
        await paths(storage)


async def test_a_root_that_vanishes_makes_no_file_missing(tmp_path):
    """When the whole root is gone, such as a share that dropped, the storage is unreachable, not the file missing."""
    root = tmp_path / "exports"
    root.mkdir()
    (root / "call-1.json").write_text("{}")
    async with LocalStorage(root) as storage:
        file = await storage.stat("call-1.json")
        shutil.rmtree(root)
        with pytest.raises(StorageUnreachableError):
            await storage.read_many([file], limit_bytes=100)


async def test_a_folder_that_may_not_be_read_stops_the_listing(open_folder):
    """A listing that cannot be whole is an error that names the folder and the remedy."""
    closed = open_folder / "2026" / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0)
    async with LocalStorage(open_folder) as storage:
        with unprivileged(), pytest.raises(StorageUnreachableError, match="may not be read") as caught:
            await paths(storage)
    assert str(closed) in str(caught.value)
    assert caught.value.hint


async def test_a_root_that_may_not_be_read_is_unreachable(open_folder):
    """Connecting to a root without the right to read it says so at once."""
    root = open_folder / "exports"
    root.mkdir(mode=0)
    with unprivileged(), pytest.raises(StorageUnreachableError, match="may not be read"):
        await LocalStorage(root).__aenter__()


async def test_a_file_that_may_not_be_read_disturbs_no_other(open_folder):
    """A file without the right to read it is refused by itself, with the remedy."""
    for name in ("closed.json", "open.json"):
        (open_folder / name).write_text("{}")
    (open_folder / "closed.json").chmod(0)
    async with LocalStorage(open_folder) as storage:
        files = [await storage.stat("open.json") for _ in range(2)]
        closed = FileInfo("closed.json", 2, (open_folder / "closed.json").stat().st_mtime_ns)
        with unprivileged():
            results = await storage.read_many([files[0], closed, files[1]], limit_bytes=100)
    assert [b"{}", b"{}"] == [results[0], results[2]]
    assert isinstance(results[1], SkipError)
    assert Code.UNREADABLE == results[1].code
    assert results[1].hint


async def test_links_to_folders_are_not_followed(tmp_path):
    """A linked folder is never entered: a loop ends, and no file comes twice or from outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text("{}")
    root = tmp_path / "exports"
    (root / "a").mkdir(parents=True)
    (root / "a" / "call-1.json").write_text("{}")
    (root / "a" / "loop").symlink_to(root)
    (root / "elsewhere").symlink_to(outside)
    async with LocalStorage(root) as storage:
        assert ["a/call-1.json"] == await paths(storage)
        with pytest.raises(FileMissingError):
            await storage.stat("elsewhere/secret.json")


async def test_links_to_files_stay_inside(tmp_path):
    """A link to a file of the root is that file; a link to anything else is not there at all."""
    (tmp_path / "secret.json").write_text("outside")
    root = tmp_path / "exports"
    root.mkdir()
    (root / "call-1.json").write_text("inside")
    (root / "latest.json").symlink_to("call-1.json")
    (root / "leak.json").symlink_to(tmp_path / "secret.json")
    (root / "broken.json").symlink_to("absent.json")
    (root / "itself.json").symlink_to("itself.json")
    async with LocalStorage(root) as storage:
        assert ["call-1.json", "latest.json"] == await paths(storage)
        latest = await storage.stat("latest.json")
        assert [b"inside"] == await storage.read_many([latest], limit_bytes=100)
        for name in ("leak.json", "broken.json", "itself.json"):
            with pytest.raises(FileMissingError):
                await storage.stat(name)


async def test_a_linked_root_is_a_root(tmp_path):
    """The root itself may be a link, and its address is the one that was given."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "call-1.json").write_text("{}")
    (tmp_path / "exports").symlink_to("real")
    async with LocalStorage(tmp_path / "exports") as storage:
        assert str(tmp_path / "exports") == storage.address
        assert ["call-1.json"] == await paths(storage)
        assert 2 == (await storage.stat("call-1.json")).size_bytes


async def test_pipes_are_no_files(tmp_path):
    """A named pipe is neither listed nor waited for."""
    os.mkfifo(tmp_path / "call-1.json")
    async with LocalStorage(tmp_path) as storage:
        assert [] == await paths(storage)
        with pytest.raises(FileMissingError):
            await asyncio.wait_for(storage.stat("call-1.json"), 5)


async def test_names_that_are_no_utf8_can_be_kept_and_read(tmp_path):
    """A name in an old encoding gets a path that can be written down, and by that path the file is read."""
    folder = tmp_path / os.fsdecode(b"g\xe5rden")
    folder.mkdir()
    (folder / "call-1.json").write_text("{}")
    async with LocalStorage(tmp_path) as storage:
        (path,) = await paths(storage)
        assert path == path.encode().decode()
        assert [b"{}"] == await storage.read_many([await storage.stat(path)], limit_bytes=100)


async def test_a_replaced_file_ends_its_stream(tmp_path):
    """A file that another took the place of, by renaming, does not come through as whole."""
    place = tmp_path / "call-1.mp3"
    place.write_bytes(b"x" * 3 * PIECE_BYTES)
    async with LocalStorage(tmp_path) as storage:
        pieces = storage.stream(await storage.stat("call-1.mp3"))
        await anext(pieces)
        (tmp_path / "new").write_bytes(b"y" * 3 * PIECE_BYTES)
        (tmp_path / "new").rename(place)
        with pytest.raises(FileChangedError):
            await anext(pieces)


async def test_a_cancelled_listing_leaves_nothing_behind(tmp_path):
    """A listing whose task is cancelled ends, and the folder can be listed again."""
    for number in range(200):
        (tmp_path / f"call-{number}.json").write_text("{}")
    storage = LocalStorage(tmp_path)
    task = asyncio.create_task(paths(storage))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 200 == len(await paths(storage))
