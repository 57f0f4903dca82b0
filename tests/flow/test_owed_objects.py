"""Every command with `--json` leaves one JSON value on standard output, however it ends."""

import asyncio
import json

import pytest

AWAY = {"CONNECTOR_LEDGER": "postgresql://keeper:hidden@127.0.0.1:1/ledger"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("mapping", "test", "nobody"), "there is no mapping 'nobody'"),
        (("mapping", "preview", "nobody"), "there is no job and no mapping 'nobody'"),
        (("mapping", "explain", "demo", "no-session"), "there is no session 'no-session'"),
        (("mapping", "diff", "nobody", "ccai-call"), "there is no mapping 'nobody'"),
        (("runs", "nobody"), "there is no job 'nobody'"),
        (("runs", "--limit", "x"), "command line"),
        (("status", "--bogus"), "command line"),
        (("mapping", "preview"), "command line"),
        (("messages", "--intake", "nobody"), "nobody"),
        (("sangoma", "inboxes", "nobody"), "nobody"),
    ],
)
async def test_what_a_person_must_mend_is_told_in_an_object(make_project, command, words, says):
    """Exit code 2 and the error stand in it; a program need not read what is meant for people."""
    project = make_project("http://127.0.0.1:9")
    ended = await command(project.folder, *words, "--json")
    assert (2, {"exit_code", "error"}) == (ended.code, set(ended.told)), ended
    assert 2 == ended.told["exit_code"]
    assert says in ended.told["error"]


async def test_what_stops_a_look_is_told_in_an_object(make_project, command):
    """A ledger that is away is exit code 1 with its error, without the password in its address."""
    project = make_project("http://127.0.0.1:9")
    wishes = (("status",), ("runs",), ("show", "x"), ("messages",))
    for ended in await asyncio.gather(*(command(project.folder, *one, "--json", **AWAY) for one in wishes)):
        assert (1, 1) == (ended.code, ended.told["exit_code"])
        assert "cannot be reached" in ended.told["error"]
        assert "hidden" not in ended.out + ended.err


async def test_what_was_printed_is_not_told_twice(make_project, command):
    """A mapping whose examples fail, and an id that nobody knows, print what they print and no second value."""
    project = make_project("http://127.0.0.1:9")
    project.edit("mappings/ccai-call.yaml", ("else: anonymous", "else: somebody"))
    failed = await command(project.folder, "mapping", "test", "--json")
    unknown = await command(project.folder, "show", "nobody", "--json")
    assert (3, 3) == (failed.code, failed.told["exit_code"])
    assert (2, []) == (unknown.code, json.loads(unknown.out))
