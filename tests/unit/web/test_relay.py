"""What an AI agent hears over a relay: the true answer of who answers, or that nothing was done."""

from pathlib import Path

import pytest

from connector.job.definition.loader import load_intake
from connector.message.model import Request
from connector.settings import load
from connector.shipped import shipped
from connector.web.relay import Relay
from tests.servers.answerer import Answerer

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ultimate"
INTAKE = """\
intake: acme-bot
tenant: acme
source: {{kind: ultimate, unsigned: true, relay_timeout: 1s, {more}}}
mapping: mappings/ultimate-message.yaml
target: {{kind: capturi, url: "http://127.0.0.1:8787", token: "${{CAPTURI_TOKEN}}"}}
"""


@pytest.fixture
async def answerer():
    async with Answerer() as running:
        yield running


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Give a function that relays a recorded body over an intake with these keys."""
    monkeypatch.setenv("CAPTURI_TOKEN", "sandbox")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mappings").symlink_to(shipped("mappings"))

    async def give(name, *, headers=None, **keys):
        more = ", ".join(f"{key}: {value}" for key, value in keys.items())
        (tmp_path / "jobs" / "acme-bot.yaml").write_text(INTAKE.format(more=more))
        settings = load(tmp_path)
        plan = load_intake("acme-bot", settings)
        request = Request("POST", headers or {}, (FIXTURES / f"{name}.json").read_bytes())
        async with Relay(settings) as relay:
            found = await relay.answer(plan, request)
        return found or plan.source.answer(request)

    return give


@pytest.mark.parametrize(
    ("status", "body"), [(200, b'{"isOnline": true}'), (200, b""), (404, b"{}"), (500, b'{"error": "no team"}')]
)
async def test_the_answer_is_the_answerers(ask, answerer, status, body):
    """Status and body of the real answer go back as they are, a no as well as a yes."""
    answerer.status, answerer.body = status, body
    assert (status, body) == await ask("hook-is-team-online", relay=f"{answerer.address}/converse-webhook")


async def test_the_answerer_gets_what_was_sent(ask, answerer):
    """Bytes and headers go on as they came, but for those of the connection: he checks the same secret."""
    headers = {"x-secret": "s", "content-type": "application/json", "host": "connector", "content-length": "7"}
    await ask("hook-escalate", relay=f"{answerer.address}/hook/", headers=headers | {"connection": "close"})
    (asked,) = answerer.asked
    assert ("POST", "/hook/") == (asked.method, asked.path)
    assert (FIXTURES / "hook-escalate.json").read_bytes() == asked.body
    assert ("s", "application/json") == (asked.headers["x-secret"], asked.headers["content-type"])
    assert "connector" != asked.headers["host"]


SILENT = [("hook-escalate", 504), ("hook-action", 504), ("hook-send-message-text", 504), ("hook-is-team-online", 200)]


@pytest.mark.parametrize(("name", "status"), SILENT)
@pytest.mark.parametrize("trouble", ["slow", "gone", "elsewhere", "endless"])
async def test_a_silent_answerer_is_never_a_yes(ask, answerer, name, status, trouble):
    """Without an answer in time nobody was handed over, nothing was done, and no team is known to be online."""
    address = answerer.address
    if trouble == "slow":
        answerer.delay_seconds = 30
    elif trouble == "gone":
        address = "http://127.0.0.1:1"
    elif trouble == "elsewhere":
        answerer.status, answerer.headers = 302, {"Location": "https://elsewhere.example"}
    else:
        answerer.body = b'"' + b"x" * 100_000 + b'"'
    found, body = await ask(name, relay=f"{address}/hook")
    assert status == found
    assert {"isOnline": False} == body or found == 504


async def test_what_the_application_sends_goes_on_to_the_chat_api(ask, answerer):
    """With `chat` the intake stands between the application and the Chat API, and its refusals come back."""
    headers = {"authorization": "key-of-the-bot", "botid": "64aa00bb11cc22dd33ee44ff"}
    answerer.status, answerer.body = 401, b""
    told = await ask("api-visitor-message", chat=f"{answerer.address}/converse/chat", headers=headers)
    assert (401, b"") == told
    (asked,) = answerer.asked
    assert ("/converse/chat", headers) == (asked.path, {name: asked.headers[name] for name in headers})


async def test_each_direction_has_its_own_way(ask, answerer):
    """What the AI agent sends never goes to the Chat API, nor what the application sends to the answerer."""
    assert (200, {}) == await ask("hook-send-message-text", chat=f"{answerer.address}/converse/chat")
    assert (200, {}) == await ask("api-visitor-message", relay=f"{answerer.address}/hook")
    assert [] == answerer.asked


async def test_a_silent_chat_api_is_no_yes(ask):
    """The application hears that the visitor's words did not arrive."""
    status, _ = await ask("api-visitor-message", chat="http://127.0.0.1:1/converse/chat")
    assert 504 == status


async def test_nothing_is_relayed_without_an_address(ask, answerer):
    """An intake that only listens asks nobody."""
    status, _ = await ask("hook-escalate")
    assert (422, []) == (status, answerer.asked)
