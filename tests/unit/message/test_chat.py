"""What is sent to the Chat API in a visitor's name, on a real socket, and what is captured of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConfigurationError, OutcomeUnknownError, StopError
from connector.message.model import Accepted, Act
from connector.message.ultimate.chat import BotAccess, ChatApi
from tests.servers.answerer import Answerer

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ultimate"
BOT = "64aa00bb11cc22dd33ee44ff"
RECEIVED_AT = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
async def server():
    async with Answerer(body=b"") as running:
        yield running


@pytest.fixture
def chat(server):
    def make(capture=None, url=None):
        return ChatApi(BotAccess(BOT, "k3y", url or f"{server.address}/converse/chat"), capture)

    return make


async def test_every_event_has_the_documented_shape(server, chat):
    """The recorded calls are what goes out, each with the AI agent's id and its bare key."""
    async with chat() as api:
        await api.start_session("c-7f31", {"customerName": "Ida Holm"})
        await api.send_message("c-7f31", "Where is my parcel?")
        await api.send_message("c-7f31", "Choose", card_index=1)
        await api.end_session("c-7f31")
    names = ("api-start-session", "api-visitor-message", "api-carousel-click", "api-end-session")
    expected = [json.loads((FIXTURES / f"{name}.json").read_bytes()) for name in names]
    assert expected == [json.loads(asked.body) for asked in server.asked]
    assert {("/converse/chat", BOT, "k3y")} == {
        (asked.path, asked.headers["botid"], asked.headers["authorization"]) for asked in server.asked
    }


async def test_metadata_may_set_several_parameters(server, chat):
    """Session parameters go as a list, and a session without any has none."""
    async with chat() as api:
        await api.set_metadata("c-1", {"orderNumber": "7711", "email": "ida@example.org"})
        await api.start_session("c-1")
    told = [json.loads(asked.body) for asked in server.asked]
    assert ["orderNumber", "email"] == [one["key"] for one in told[0]["metaData"]]
    assert "metaData" not in told[1]


async def test_what_a_visitor_writes_is_captured(server, chat, source):
    """The body is safe before it goes out, and the reader makes a message of the right case of it."""
    captured = []

    async def capture(body, headers):
        captured.append((body, headers, len(server.asked)))

    async with chat(capture) as api:
        await api.send_message("c-7f31", "Where is my parcel?")
    ((body, headers, asked_before),) = captured
    assert 0 == asked_before
    (event,) = source("ultimate").read(Accepted(1, RECEIVED_AT, headers, body))
    assert (Act.MESSAGE, f"{BOT}:c-7f31", "Inbound") == (event.act, event.case, event.record["direction"])


@pytest.mark.parametrize(
    ("status", "words"), [(400, "conversation's id"), (401, "key"), (404, "no such"), (418, "418")]
)
async def test_a_refusal_says_what_to_do(server, chat, status, words):
    """Each documented refusal has its words, without the key and without the text."""
    server.status = status
    async with chat() as api:
        with pytest.raises(StopError, match=words) as raised:
            await api.send_message("c-7f31", "Where is my parcel?")
    assert not {"k3y", "parcel"} & set(str(raised.value).split())
    assert "k3y" not in repr(BotAccess(BOT, "k3y"))


async def test_what_may_have_been_accepted_is_not_sent_again(server, chat):
    """A message that may have arrived is not repeated: the visitor would have said it twice."""
    server.status = 503
    async with chat() as api:
        with pytest.raises(OutcomeUnknownError):
            await api.send_message("c-7f31", "x")
    assert 1 == len(server.asked)
    async with chat(url="http://127.0.0.1:1/") as api:
        with pytest.raises(OutcomeUnknownError):
            await api.send_message("c-7f31", "x")


def test_the_key_goes_over_encrypted_ways_alone(chat):
    """An address that would show the key to the network is a mistake."""
    with pytest.raises(ConfigurationError):
        chat(url="http://api.ultimate.ai/converse/chat")
