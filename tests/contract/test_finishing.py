"""Hold every kind of storage that can put files away to the laws of connector.storage.model.Finisher."""

from collections.abc import AsyncIterator, Sequence

import pytest

from connector.errors import ConfigurationError, FileChangedError, FileMissingError, SkipError
from connector.storage import FileInfo, Storage, open_storage
from connector.storage.model import Finisher

MOVE = "move:done/2026"
PATHS = ["call-1.json", "gården & co/call 3 #1%20+.json", "a/b/call-4.mp3"]
CONTENT = {path: path.encode() * 100 for path in PATHS}


async def listed(storage: Storage) -> dict[str, FileInfo]:
    return {file.path: file async for batch in storage.list() for file in batch}


async def read(storage: Storage, file: FileInfo) -> bytes:
    return b"".join([piece async for piece in storage.stream(file)])


async def put_away(storage: Storage, files: Sequence[FileInfo], action: str = MOVE) -> Sequence[FileInfo | SkipError]:
    assert isinstance(storage, Finisher)
    return await storage.done(files, action)


@pytest.fixture
async def filled(moving) -> AsyncIterator[Storage]:
    """Give the storage with a few files, told that they will be moved."""
    for path, content in CONTENT.items():
        moving.write(path, content)
    moving.storage.intend(MOVE)
    async with moving.storage as storage:
        yield storage


async def test_a_moved_file_lies_where_it_is_said_to_lie(filled):
    """Each file is given at its new path as it is listed there, with the same content; nothing else is left or new."""
    before = await listed(filled)
    moved = await put_away(filled, [before[path] for path in PATHS])
    after = await listed(filled)
    assert [f"done/2026/{path}" for path in PATHS] == [file.path for file in moved]
    assert {file.path: file for file in moved} == after
    assert list(CONTENT.values()) == [await read(filled, file) for file in moved]


async def test_a_second_move_finds_what_the_first_did(filled):
    """Who does not know that a file was moved is told where it lies, however often he asks."""
    before = await listed(filled)
    files = [before[path] for path in PATHS]
    first = await put_away(filled, files)
    assert list(first) == list(await put_away(filled, files))
    assert {file.path for file in first} == set(await listed(filled))


async def test_what_is_gone_and_what_changed_is_told(filled, moving):
    """A file that is gone, or is no longer the listed version, stays as it is and disturbs no other."""
    before = await listed(filled)
    moving.remove(PATHS[0])
    moving.write(PATHS[1], b"a newer export")
    moved = await put_away(filled, [before[path] for path in PATHS])
    assert [FileMissingError, FileChangedError, FileInfo] == [type(one) for one in moved]
    after = await listed(filled)
    assert {PATHS[1], f"done/2026/{PATHS[2]}"} == set(after)
    assert b"a newer export" == await read(filled, after[PATHS[1]])


async def test_a_file_that_lies_there_keeps_its_place(filled, moving):
    """A newer export of what was moved before is put beside it: neither is lost, and again nothing happens."""
    before = await listed(filled)
    (first,) = await put_away(filled, [before[PATHS[0]]])
    moving.write(PATHS[0], b"a newer export")
    newer = (await listed(filled))[PATHS[0]]
    (second,) = await put_away(filled, [newer])
    assert [second] == list(await put_away(filled, [newer]))
    assert first.path != second.path
    assert PATHS[0] == second.path.rpartition("/")[2]
    assert [CONTENT[PATHS[0]], b"a newer export"] == [await read(filled, one) for one in (first, second)]
    assert {*before, first.path, second.path} - {PATHS[0]} == set(await listed(filled))


@pytest.mark.parametrize("path", ["", "..", "../secret", "/etc/passwd", "a/./../call-1.json"])
async def test_nothing_outside_is_moved(filled, path):
    """A path that leads out of the root is missing."""
    (found,) = await put_away(filled, [FileInfo(path, 2, 0)])
    assert isinstance(found, FileMissingError)


async def test_a_rehearsal_leaves_everything_as_it_is(filled):
    """Whether a move is allowed is found out without a trace in the listing."""
    before = await listed(filled)
    await filled.rehearse(MOVE)
    assert before == await listed(filled)


async def test_a_copy_that_was_not_followed_by_its_removal_is_completed(tagging):
    """Where a move was cut short between copy and removal, the next one removes and copies no second time."""
    for path, content in CONTENT.items():
        tagging.write(path, content)
        tagging.write(f"done/2026/{path}", content)
    tagging.storage.intend(MOVE)
    async with tagging.storage as storage:
        before = await listed(storage)
        moved = await put_away(storage, [before[path] for path in PATHS])
        assert {file.path: file for file in moved} == await listed(storage)
    assert {f"done/2026/{path}" for path in PATHS} == {file.path for file in moved}


async def test_a_tag_changes_nothing_else(tagging):
    """A tagged file keeps version and content, and may be tagged again."""
    for path, content in CONTENT.items():
        tagging.write(path, content)
    tagging.storage.intend("tag")
    async with tagging.storage as storage:
        before = await listed(storage)
        files = [before[path] for path in PATHS]
        assert files == list(await put_away(storage, files, "tag"))
        assert files == list(await put_away(storage, files, "tag"))
        await storage.rehearse("tag")
        assert before == await listed(storage)
    assert tagging.tags is not None
    assert [{"conversation-connector": "done"}] * 3 == [tagging.tags(path) for path in PATHS]


@pytest.mark.parametrize("server", ["s3", "azure"])
async def test_other_tags_stay(request, server):
    """What others noted on an object stays beside our tag."""
    place = request.getfixturevalue(f"{server}_place")
    place.write("call-1.json", b"{}")
    if server == "s3":
        known = request.getfixturevalue("moto_server"), request.getfixturevalue("s3_bucket")
    else:
        known = request.getfixturevalue("azure_server"), request.getfixturevalue("azure_container")
    known[0].tag(known[1], "folder/call-1.json", "cost", "4711")
    async with place.storage as storage:
        await put_away(storage, [await storage.stat("call-1.json")], "tag")
    assert {"cost": "4711", "conversation-connector": "done"} == place.tags("call-1.json")


async def test_what_is_gone_is_not_tagged(tagging):
    """A file that is gone or another version is told and gets no tag."""
    tagging.write("gone.json", b"1")
    tagging.write("changed.json", b"1")
    async with tagging.storage as storage:
        before = await listed(storage)
        tagging.remove("gone.json")
        tagging.write("changed.json", b"22")
        found = await put_away(storage, [before["gone.json"], before["changed.json"]], "tag")
    assert [FileMissingError, FileChangedError] == [type(one) for one in found]
    assert {} == tagging.tags("changed.json")


@pytest.mark.parametrize(
    ("address", "options", "action", "words"),
    [
        ("export", {}, "tag", "write leave or move:FOLDER"),
        ("export", {}, "mark", "write leave or move:FOLDER"),
        ("export", {}, "move:", "names no folder"),
        ("export", {}, "move:../out", "names no folder"),
        ("export", {}, "move:/out", "names no folder"),
        ("export.zip", {}, "move:done", "an archive is never changed"),
        ("sftp://a@host/x", {"password": "x"}, "tag", "have no tags"),
        ("s3://bucket", {"anonymous": True}, "mark", "write leave or move:FOLDER or tag"),
        ("az://box", {"account": "acme", "account_key": "eA=="}, "mark", "or tag"),
        ("imaps://a@host", {"password": "x"}, "tag", "write leave or mark or move:FOLDER"),
    ],
)
def test_what_a_kind_cannot_do_is_told_at_load(address, options, action, words, tmp_path):
    """Before anything is connected to, it is said what the kind can do instead."""
    (tmp_path / "export.zip").write_bytes(b"PK")
    with pytest.raises(ConfigurationError, match=words) as caught:
        open_storage(address, options, tmp_path, done=action)
    assert "done" == caught.value.problems[0].field
