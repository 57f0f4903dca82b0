"""Set Sangoma CX up as its user does: with the command, against a stand-in of its interface on a socket."""

import asyncio
import json
import re
import threading
from contextlib import contextmanager

import pytest
from aiohttp import web
from typer.testing import CliRunner

from connector.cli import app
from connector.shipped import shipped
from tests.servers.sangoma import SangomaServer

INTAKE = """\
intake: acme-chat
tenant: acme
source:
  kind: sangoma
  unsigned: true
  cpaas: {{tenant_domain: {tenant}, client_id: client-1, client_secret: "${{SANGOMA_SECRET}}", url: {url}/cx,
          token_url: {url}/oauth/token}}
mapping: mappings/sangoma-message.yaml
target: {{kind: capturi, url: "http://127.0.0.1:8787", token: "${{CAPTURI_TOKEN}}"}}
"""
ADDRESS = "https://connector.example.com/hooks/sangoma/acme-chat"


@contextmanager
def running(server):
    """Run the stand-in on a loop of its own: the command under test has one too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def server():
    with running(SangomaServer()) as one:
        yield one


@pytest.fixture
def home(tmp_path, server, monkeypatch):
    monkeypatch.setenv("SANGOMA_SECRET", server.client_secret)
    monkeypatch.setenv("CAPTURI_TOKEN", "sandbox")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mappings").symlink_to(shipped("mappings"))
    text = INTAKE.format(tenant=server.tenant_domain, url=server.address)
    (tmp_path / "jobs" / "acme-chat.yaml").write_text(text)
    return tmp_path


@pytest.fixture
def run(home):
    def invoke(*words):
        result = CliRunner().invoke(app, ["--home", str(home), "sangoma", *words])
        return result.exit_code, re.sub(r"\s+", " ", result.output)

    return invoke


def made(server):
    return [body for call, body in server.asked if call == "webhooks"]


def test_a_wrong_secret_stops(run, monkeypatch):
    """With credentials that Sangoma does not take the command stops and says where right ones are made."""
    monkeypatch.setenv("SANGOMA_SECRET", "wrong")
    code, told = run("inboxes")
    assert (1, True) == (code, "CPaaS Credentials" in told)


def test_inboxes_are_listed(run):
    """The inboxes show with id, name and channel, also for programs."""
    code, told = run("inboxes", "acme-chat")
    assert (0, True) == (code, "9 Web chat Channel::WebWidget" in told)
    code, told = run("inboxes", "--json")
    assert [{"id": "9", "name": "Web chat", "channel": "Channel::WebWidget"}] == json.loads(told)


def test_setting_up_is_told_first_and_done_once(run, server, home):
    """Without --apply nothing is asked of Sangoma; with it the webhook is made, and made once."""
    code, told = run("setup", "--url", "https://connector.example.com/")
    assert (0, True, []) == (code, "Say --apply" in told, server.asked)
    code, told = run("setup", "--url", "https://connector.example.com", "--apply")
    assert (0, True) == (code, "Made, as" in told)
    events = ["conversation_created", "message_created"]
    body = {"tenant_domain": server.tenant_domain, "url": ADDRESS, "subscriptions": events}
    assert [body] == made(server)
    code, told = run("setup", "--apply")
    assert (0, True, 1) == (code, "Nothing to do" in told, len(made(server)))
    assert server.client_secret not in (home / "setup" / "acme-chat.json").read_text()
    run("setup", "--apply", "--again")
    assert 2 == len(made(server))


def test_another_address_is_another_webhook(run, server):
    """What was made for another address, or with other events, is named: only a person can take it away."""
    run("setup", "--url", "https://old.example.com", "--apply")
    code, told = run("setup", "--url", "https://connector.example.com", "--subscribe", "message_created", "--apply")
    assert (0, 2, ["message_created"]) == (code, len(made(server)), made(server)[1]["subscriptions"])
    assert "Take them away in Sangoma CX" in told


def test_a_refusal_leaves_nothing_behind(run, server):
    """A webhook that Sangoma refused was not made, and the next try makes it."""
    server.instead = [web.Response(status=422)]
    code, told = run("setup", "--url", "https://connector.example.com", "--apply")
    assert (1, True) == (code, "does not take what was sent" in told)
    assert "Made, as" in run("setup", "--url", "https://connector.example.com", "--apply")[1]


def test_an_answer_that_never_came_is_not_forgotten(run, server):
    """Where nobody knows whether it was made, it is not made twice unless a person says so."""
    server.instead = [web.Response(status=502)]
    code, _ = run("setup", "--url", "https://connector.example.com", "--apply")
    assert 1 == code
    code, told = run("setup", "--apply")
    assert (0, True, 1) == (code, "without an answer" in told, len(made(server)))


def test_a_secret_in_the_answer_is_kept(run, server, home):
    """Should the answer tell what signs the events, it goes to .env and not to the screen."""
    server.extra = {"secret": "whsec-1"}
    _, told = run("setup", "--url", "https://connector.example.com", "--apply")
    assert ("whsec-1" in told, True) == (False, "ACME_CHAT_SIGNING_SECRET" in told)
    assert "ACME_CHAT_SIGNING_SECRET='whsec-1'" in (home / ".env").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("setup",), "--url"),
        (("setup", "--url", "http://connector.example.com"), "network"),
        (("setup", "--url", "connector"), "https://host"),
        (("setup", "--url", "https://x.example.com", "--subscribe", "A b"), "--subscribe"),
        (("setup", "nobody"), "nobody"),
    ],
)
def test_mistakes_are_named(run, server, words, said):
    """What a person must mend is said, and nothing is asked of Sangoma."""
    code, told = run(*words)
    assert (2, True, []) == (code, said in told, server.asked)


def test_an_intake_without_credentials_says_what_is_missing(run, home):
    """Only these commands need the credentials, so that they say so."""
    path = home / "jobs" / "acme-chat.yaml"
    path.write_text(re.sub(r"  cpaas:.*?\n.*?\n", "", path.read_text()))
    code, told = run("inboxes")
    assert (2, True) == (code, "source.cpaas" in told)


def test_check_tries_the_interface(run, server, home):
    """`connector check` says whether the credentials work, and whether this project made a webhook."""

    def check():
        result = CliRunner().invoke(app, ["--home", str(home), "check", "acme-chat"])
        return re.sub(r"\s+", " ", result.output)

    assert "reached, 1 inboxes; this project made no webhook yet" in check()
    run("setup", "--url", "https://connector.example.com", "--apply")
    assert f"sends to {ADDRESS}" in check()
    server.client_secret = "another"
    server.tokens.clear()
    assert "CPaaS Credentials" in check()
