"""Telling people and programs elsewhere, over real sockets."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from connector.job.schedule.alert import Alert, Messenger

ALERT = Alert("run.refused", "nightly", "The run of nightly refused 2 entries.", {"exit_code": 3, "refused": 2})


@pytest.fixture
def listener():
    """Give a server that keeps what is posted and answers with these statuses, one after the other."""

    @asynccontextmanager
    async def start(*statuses):
        answers, posted = list(statuses), []

        async def take(request):
            posted.append((request.path_qs, await request.json()))
            return web.Response(status=answers.pop(0) if answers else 200)

        app = web.Application()
        app.router.add_post("/{path:.*}", take)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        try:
            yield f"127.0.0.1:{port}", posted
        finally:
            await runner.cleanup()

    return start


async def test_an_alert_is_posted_as_one_json_object(listener):
    """Any http address gets the event, the job, one sentence and the facts; each of several addresses gets it."""
    async with listener() as (host, posted):
        await Messenger()(ALERT, [f"http://{host}/a?key=1", f"http://{host}/b"])
    assert {"/a?key=1", "/b"} == {path for path, _ in posted}
    for _, told in posted:
        assert ALERT.as_dict() == told
        assert {"event", "job", "text", "exit_code", "refused"} == set(told)


async def test_an_alert_that_is_not_taken_is_tried_again(listener, capsys):
    """Passing trouble of the listener costs nothing but a little time; lasting trouble is one line in the log."""
    async with listener(500, 503, 200) as (host, posted):
        await Messenger(pause_seconds=0.01)(ALERT, [f"http://{host}/secret-path"])
    assert 3 == len(posted)
    assert "alert.sent" in capsys.readouterr().out
    async with listener(*[500] * 9) as (host, posted):
        await Messenger(pause_seconds=0.01)(ALERT, [f"http://{host}/secret-path"])
    assert 3 == len(posted)
    said = capsys.readouterr().out
    assert "alert.failed" in said
    assert "status 500" in said
    assert "secret-path" not in said


async def test_nobody_there_disturbs_nobody(listener, capsys):
    """An address where nothing listens, and one that is none, keep the others from nothing and raise nothing."""
    async with listener() as (host, posted):
        await Messenger(pause_seconds=0.01)(ALERT, ["http://127.0.0.1:9/x", "nonsense", f"http://{host}/ok"])
    assert ["/ok"] == [path for path, _ in posted]
    assert 2 == capsys.readouterr().out.count("alert.failed")


async def test_an_address_of_a_service_is_spoken_to_in_its_own_words(listener):
    """What Apprise knows (chat services, mail) is left to it: its JSON form has a title and a message."""
    async with listener() as (host, posted):
        await Messenger()(ALERT, [f"json://{host}/team"])
    ((path, told),) = posted
    assert "/team" == path
    assert ("connector: nightly", ALERT.text) == (told["title"], told["message"])
