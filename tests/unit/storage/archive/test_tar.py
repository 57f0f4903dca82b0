import gzip
import io
import os
import tarfile
import tempfile

import pytest

from connector.errors import SkipError, StorageUnreachableError
from connector.storage import open_storage

CONTENT = os.urandom(1000) * 700


def pack(path, files, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), 1_774_353_631
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize(("name", "mode"), [("x.tar.gz", "w:gz"), ("X.TGZ", "w:gz"), ("x.tar", "w")])
async def test_every_form_is_read(tmp_path, reading, name, mode):
    """Packed and plain archives are known by their names' ends, in any case."""
    files = {"metadata/call-1.json": b"{}", "gården/call-1.wav": CONTENT, "empty": b""}
    assert files == await reading(pack(tmp_path / name, files, mode))


async def test_only_regular_files_are_listed(tmp_path, reading):
    """Folders, links to elsewhere and devices are left out; a hard link is the file it leads to."""
    path = tmp_path / "x.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, kind, target in [
            ("folder", tarfile.DIRTYPE, ""),
            ("device", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("lost", tarfile.LNKTYPE, "nowhere"),
        ]:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry)
        file = tarfile.TarInfo("call-1.json")
        file.size = 2
        archive.addfile(file, io.BytesIO(b"{}"))
        again = tarfile.TarInfo("copy.json")
        again.type, again.linkname = tarfile.LNKTYPE, "call-1.json"
        archive.addfile(again)
    assert {"call-1.json": b"{}", "copy.json": b"{}"} == await reading(path)


async def test_no_name_leads_out_of_the_archive(tmp_path, reading):
    """Names that climb or start at the top lie below the root."""
    path = pack(tmp_path / "x.tar.gz", {"../../etc/passwd": b"1", "/root/call-1.json": b"2", "./call-2.json": b"3"})
    assert {"etc/passwd": b"1", "root/call-1.json": b"2", "call-2.json": b"3"} == await reading(path)


async def test_times_and_long_names_are_kept(tmp_path, listing):
    """A file has its time, and its whole path however long."""
    name = "/".join(["a-folder-with-a-long-name"] * 12) + "/call-1.json"
    found = await listing(pack(tmp_path / "x.tar.gz", {name: b"{}"}))
    assert 1_774_353_631_000_000_000 == found[name].modified_ns


async def test_a_path_that_comes_twice_is_the_later_one(tmp_path, reading):
    """An archive to which a file was appended again gives its later content, once."""
    path = tmp_path / "x.tar"
    pack(path, {"call-1.json": b"old"}, "w")
    pack(path, {"call-1.json": b"newer"}, "a")
    assert {"call-1.json": b"newer"} == await reading(path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.97])
@pytest.mark.parametrize(("name", "mode"), [("x.tar.gz", "w:gz"), ("x.tar", "w")])
async def test_a_cut_off_archive_is_no_archive(tmp_path, reading, name, mode, share):
    """An archive that ends too early is told as such, wherever it is cut."""
    files = {f"call-{number}.json": os.urandom(700) for number in range(60)}
    path = pack(tmp_path / name, files, mode)
    content = path.read_bytes()
    # A plain archive ends with many zeros, of which only the first block counts; the cut must come before it.
    end = len(content) if mode == "w:gz" else len(files) * 1536
    path.write_bytes(content[: int(end * share)])
    with pytest.raises(StorageUnreachableError, match="damaged or was cut off") as caught:
        await reading(path)
    assert caught.value.hint


async def test_a_cut_at_the_border_of_a_file_is_noticed(tmp_path, reading):
    """A plain archive that ends right behind one of its files is not taken for whole."""
    path = pack(tmp_path / "x.tar", {"call-1.json": b"{}", "call-2.json": b"{}"}, "w")
    path.write_bytes(path.read_bytes()[:1024])
    with pytest.raises(StorageUnreachableError, match="damaged or was cut off"):
        await reading(path)


async def test_what_is_no_archive_is_told(tmp_path, reading):
    """A file under an archive's name that is none is told as such."""
    for name in ("x.tar.gz", "x.tar", "x.zip"):
        (tmp_path / name).write_bytes(b"hello " * 1000)
        with pytest.raises(StorageUnreachableError, match="damaged or was cut off"):
            await reading(tmp_path / name)


async def test_damage_in_the_packed_bytes_is_noticed(tmp_path):
    """A .tar.gz whose bytes do not fit its checksum is refused when it is unpacked."""
    packed = bytearray(gzip.compress(b""))
    path = pack(tmp_path / "x.tar", {"call-1.wav": CONTENT}, "w")
    packed = bytearray(gzip.compress(path.read_bytes()))
    packed[-6] ^= 1
    (tmp_path / "x.tar.gz").write_bytes(packed)
    async with open_storage("x.tar.gz", {}, tmp_path) as storage:
        with pytest.raises(StorageUnreachableError, match="damaged"):
            await storage.read_many([await storage.stat("call-1.wav")], limit_bytes=1_000_000)


async def test_a_missing_archive_is_unreachable(tmp_path, reading):
    """An archive that is not there, or is no file, is told with its path."""
    with pytest.raises(StorageUnreachableError, match="there is no archive") as caught:
        await reading(tmp_path / "absent.zip")
    assert str(tmp_path / "absent.zip") in str(caught.value)


async def test_an_archive_that_vanishes_makes_no_file_missing(tmp_path):
    """When the archive is gone the storage is unreachable, not the file missing."""
    path = pack(tmp_path / "x.tar.gz", {"call-1.json": b"{}"})
    async with open_storage(str(path), {}, tmp_path) as storage:
        file = await storage.stat("call-1.json")
        path.unlink()
        with pytest.raises(StorageUnreachableError):
            await storage.read_many([file], limit_bytes=100)


async def test_a_folder_under_an_archives_name_is_a_folder(tmp_path, reading):
    """A folder may be called like an archive."""
    (tmp_path / "x.zip").mkdir()
    (tmp_path / "x.zip" / "call-1.json").write_text("{}")
    assert {"call-1.json": b"{}"} == await reading(tmp_path / "x.zip")


async def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch, reading):
    """What was unpacked is gone when the storage is closed."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert {"call-1.wav": CONTENT} == await reading(pack(tmp_path / "x.tar.gz", {"call-1.wav": CONTENT}))
    assert [] == list(place.iterdir())


async def test_a_file_with_holes_is_refused_with_the_remedy(tmp_path, reading):
    """A file that tar packed without its holes is listed, and refused rather than read wrong."""
    path = tmp_path / "x.tar"
    entry = tarfile.TarInfo("sparse.wav")
    entry.size = 512
    entry.pax_headers = {"GNU.sparse.map": "0,512", "GNU.sparse.size": "4096", "GNU.sparse.realsize": "4096"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(b"x" * 512))
    assert isinstance((await reading(path))["sparse.wav"], SkipError)
