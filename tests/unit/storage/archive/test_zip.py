import asyncio
import os
import shutil
import stat
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import SkipError, StorageUnreachableError
from connector.reason import Code
from connector.storage import open_storage
from connector.storage.model import PIECE_BYTES
from tests.servers.missing import do_without

CONTENT = os.urandom(1000) * 1000
MARCH = (2026, 3, 24, 12, 0, 30)
MARCH_NS = 1_774_353_630_000_000_000


@pytest.fixture
def _info_zip():
    if shutil.which("zip") is None:
        do_without("Info-ZIP", "apt-get install zip")


def pack(path, files, **entries):
    with zipfile.ZipFile(path, "w", **entries) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, MARCH), content, zipfile.ZIP_DEFLATED)
    return path


async def test_folders_and_links_are_no_files(tmp_path, reading):
    """Entries of folders and of links are left out; a link's content would be only the path it leads to."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.mkdir("metadata")
        archive.writestr("metadata/call-1.json", b"{}")
        link = zipfile.ZipInfo("latest.json")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, b"metadata/call-1.json")
    assert {"metadata/call-1.json": b"{}"} == await reading(tmp_path / "x.zip")


async def test_no_name_leads_out_of_the_archive(tmp_path, reading):
    """Names that climb or start at the top lie below the root, as every unpacker has it."""
    path = pack(tmp_path / "x.zip", {"../../etc/passwd": b"1", "/root/call-1.json": b"2", "./a/./call-2.json": b"3"})
    assert {"etc/passwd": b"1", "root/call-1.json": b"2", "a/call-2.json": b"3"} == await reading(path)


async def test_names_of_all_systems_are_read(tmp_path, reading):
    """UTF-8 with and without its mark, the old code page, and backslashes from Windows become paths."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("gården.json", b"1")
        windows = zipfile.ZipInfo("metadata_call-1.json")
        windows.create_system = 0
        archive.writestr(windows, b"2")
        archive.writestr("old_.json", b"3")
    content = path.read_bytes().replace(b"metadata_call-1.json", b"metadata\\call-1.json")
    path.write_bytes(content.replace(b"old_.json", b"old\x86.json"))
    assert {"gården.json": b"1", "metadata/call-1.json": b"2", "oldå.json": b"3"} == await reading(path)


async def test_times_without_zone_are_taken_for_utc(tmp_path, listing):
    """A time of a zip is the same on every machine."""
    found = await listing(pack(tmp_path / "x.zip", {"call-1.json": b"{}"}))
    assert MARCH_NS == found["call-1.json"].modified_ns


async def test_an_impossible_time_is_an_old_one(tmp_path, listing):
    """A time of day 0 in month 0, as some tools write, is no reason to refuse a file."""
    path = pack(tmp_path / "x.zip", {"call-1.json": b"{}"})
    day = ((2026 - 1980) << 9 | 3 << 5 | 24).to_bytes(2, "little")
    path.write_bytes(path.read_bytes().replace(day, b"\0\0"))
    assert 1980 == (await listing(path))["call-1.json"].modified_at.year


@pytest.mark.usefixtures("_info_zip")
async def test_exact_times_are_read_where_they_stand(tmp_path, listing):
    """Info-ZIP writes the exact time in UTC beside the rough one; that is the file's time, whatever the time zone."""
    (tmp_path / "call-1.json").write_text("{}")
    os.utime(tmp_path / "call-1.json", (1_774_353_631, 1_774_353_631))
    environment = {**os.environ, "TZ": "Asia/Tokyo"}
    await asyncio.to_thread(
        subprocess.run, ["zip", "-q", "x.zip", "call-1.json"], cwd=tmp_path, env=environment, check=True
    )
    assert 1_774_353_631_000_000_000 == (await listing(tmp_path / "x.zip"))["call-1.json"].modified_ns


async def test_the_checksum_tells_versions_apart(tmp_path, listing):
    """Two contents of one size and time have different versions, equal ones the same."""
    first = await listing(pack(tmp_path / "1.zip", {"call-1.json": b"one"}))
    again = await listing(pack(tmp_path / "2.zip", {"other": b"", "call-1.json": b"one"}))
    other = await listing(pack(tmp_path / "3.zip", {"call-1.json": b"two"}))
    assert first["call-1.json"] == again["call-1.json"]
    assert first["call-1.json"] != other["call-1.json"]


async def test_a_path_that_comes_twice_is_the_later_one(tmp_path, reading):
    """An archive to which a file was added again gives its later content, once."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("call-1.json", b"old")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("call-1.json", b"new")
    assert {"call-1.json": b"new"} == await reading(tmp_path / "x.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
async def test_damaged_content_is_refused_alone(tmp_path, method):
    """A file whose bytes do not fit its checksum is refused; the others are read."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("broken.wav", CONTENT)
        archive.writestr("sound.wav", CONTENT)
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)
    async with open_storage(str(path), {}, tmp_path) as storage:
        broken, sound = [file async for batch in storage.list() for file in batch]
        refused, read = await storage.read_many([broken, sound], limit_bytes=10_000_000)
        assert CONTENT == read
        assert isinstance(refused, SkipError)
        assert Code.UNREADABLE == refused.code
        assert refused.hint
        with pytest.raises(SkipError, match="damaged"):
            [piece async for piece in storage.stream(broken)]


async def test_a_bomb_gives_no_more_than_its_size(tmp_path):
    """A file that unpacks to more than it says is refused before its content fills the memory."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b"\0" * 50_000_000)
    path.write_bytes(path.read_bytes().replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    async with open_storage(str(path), {}, tmp_path) as storage:
        file = await storage.stat("bomb.json")
        assert 1000 == file.size_bytes
        assert isinstance((await storage.read_many([file], limit_bytes=1000))[0], SkipError)


@pytest.mark.usefixtures("_info_zip")
async def test_a_locked_file_is_refused_with_the_remedy(tmp_path, reading):
    """A file behind a password is listed, and refused with what to do."""
    (tmp_path / "call-1.json").write_text("{}")
    command = ["zip", "-q", "-P", "hunter2", "x.zip", "call-1.json"]
    await asyncio.to_thread(subprocess.run, command, cwd=tmp_path, check=True)
    refused = (await reading(tmp_path / "x.zip"))["call-1.json"]
    assert "locked with a password" in str(refused)
    assert "unpack the archive" in str(refused)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
async def test_a_rare_packing_is_refused_with_the_remedy(tmp_path, reading, method):
    """A file packed in a way that is not known here is listed, and refused with what to do."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("call-1.json", b"{}")
    assert "not known here" in str((await reading(tmp_path / "x.zip"))["call-1.json"])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
async def test_a_cut_off_archive_is_no_archive(tmp_path, reading, share):
    """An archive that ends too early is told as such, never taken for one with fewer files."""
    path = pack(tmp_path / "x.zip", {f"call-{number}.json": b"{}" for number in range(100)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StorageUnreachableError, match="damaged or was cut off") as caught:
        await reading(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


async def test_something_before_the_archive_does_no_harm(tmp_path, reading):
    """An archive that unpacks itself, with a program before its first entry, is read."""
    path = pack(tmp_path / "x.zip", {"call-1.json": CONTENT})
    path.write_bytes(b"#!/bin/sh\n" * 1000 + path.read_bytes())
    assert {"call-1.json": CONTENT} == await reading(path)


async def test_a_comment_at_the_end_does_no_harm(tmp_path, reading):
    """An archive with a long comment is read."""
    path = pack(tmp_path / "x.zip", {"call-1.json": b"{}"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"x" * 60_000
    assert {"call-1.json": b"{}"} == await reading(path)


@pytest.mark.slow
async def test_more_files_than_the_old_form_holds_are_listed(tmp_path, listing):
    """70,000 files, for which a zip needs its 64-bit form, are listed each once."""
    path = pack(tmp_path / "x.zip", {f"{number % 100}/call-{number}.json": b"" for number in range(70_000)})
    began = time.monotonic()
    assert 70_000 == len(await listing(path))
    assert time.monotonic() - began < 20


async def test_a_file_in_the_large_form_is_read(tmp_path, reading):
    """An entry whose sizes stand in the extra field for 64 bits is read like any other."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open(zipfile.ZipInfo("big.wav"), "w", force_zip64=True) as file:
        file.write(CONTENT)
    assert {"big.wav": CONTENT} == await reading(path)


async def test_a_packed_recording_is_examined_at_random(tmp_path):
    """Any range of a packed file can be read, however the examiner jumps."""
    content = os.urandom(PIECE_BYTES) * 20
    path = pack(tmp_path / "x.zip", {"call-1.wav": content})

    def examiner(read_at, size_bytes):
        return read_at(size_bytes - 4, 10), read_at(5, 5), read_at(size_bytes, 1)

    async with open_storage(str(path), {}, tmp_path) as storage:
        found = await storage.examine(await storage.stat("call-1.wav"), examiner)
    assert (content[-4:], content[5:10], b"") == found


NAME = st.text(st.characters(exclude_characters="/\0\\", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(files=st.dictionaries(NAME.filter(lambda name: name not in {".", ".."}), st.binary(max_size=2000), max_size=8))
def test_every_archive_reads_as_what_was_packed(files):
    """Whatever the names and contents, what was packed comes back."""

    async def read(path):
        async with open_storage(str(path), {}, path.parent) as storage:
            found = [file async for batch in storage.list() for file in batch]
            contents = await storage.read_many(found, limit_bytes=9999)
        return {file.path: content for file, content in zip(found, contents, strict=True)}

    with tempfile.TemporaryDirectory() as folder:
        assert files == asyncio.run(read(pack(Path(folder) / "x.zip", files)))
