"""Start rehearsals on real sockets and give bodies that Capturi takes."""

import asyncio
import threading
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from connector.sandbox import SandboxOptions, running

TOKEN = "sandbox"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 4


@dataclass(frozen=True)
class Started:
    """A running rehearsal: its address and a client that shows the token."""

    url: str
    api: httpx.AsyncClient

    async def got(self, what):
        """Read back what it got."""
        return (await self.api.get(f"/_sandbox/{what}")).json()

    async def create(self, body):
        """Create a conversation that must be accepted, and give its uid."""
        answer = await self.api.post("/v3/conversation", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["uid"]


@pytest.fixture
async def start():
    """Give a function that starts a rehearsal with these options until the test is over."""
    async with AsyncExitStack() as stack:

        async def begin(**options):
            url = await stack.enter_async_context(running(SandboxOptions(port=0, **options)))
            client = httpx.AsyncClient(base_url=url, headers={"Authorization": TOKEN}, timeout=20)
            return Started(url, await stack.enter_async_context(client))

        yield begin


@pytest.fixture(scope="session")
def strict_url():
    """Give the address of one strict rehearsal that all tests of the rules share; ids keep them apart."""
    ready, stop, found = threading.Event(), [], []

    async def live():
        async with running(SandboxOptions(port=0)) as url:
            end = asyncio.Event()
            stop.append((asyncio.get_running_loop(), end))
            found.append(url)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    assert ready.wait(10)
    yield found[0]
    loop, end = stop[0]
    loop.call_soon_threadsafe(end.set)
    thread.join(10)


@pytest.fixture
def api(strict_url):
    """Give a client of the shared strict rehearsal that shows the token."""
    with httpx.Client(base_url=strict_url, headers={"Authorization": TOKEN}, timeout=20) as client:
        yield client


@pytest.fixture
def wav():
    """Give bytes that begin like a WAV file."""
    return WAV


@pytest.fixture
def v3():
    """Give the body of a v3 conversation with every required field and an id of its own."""
    return {
        "externalIdentity": f"acme-call-{uuid4()}",
        "agentId": "9",
        "agentName": "Agent Two",
        "agentEmail": "agent.two@example.com",
        "dateTime": "2026-03-23T20:12:51Z",
        "subject": "Orders/Order info",
        "customer": "+15550100100",
    }


@pytest.fixture
def v1():
    """Give the body of a v1 conversation with every required field and an id of its own."""
    return {
        "externalId": f"acme-call-{uuid4()}",
        "numberOfSpeakers": 1,
        "phoneNumber": "+15550100100",
        "title": "Order info",
        "datetime": "2022-02-25T12:00:00Z",
        "agentId": "1234",
        "agentName": "Agent One",
        "agentEmail": "agent.one@example.com",
    }


@pytest.fixture
def message():
    """Give an outbound message with every required field."""
    return {
        "messageUid": "902202",
        "created": "2026-02-03T09:41:06Z",
        "direction": "Outbound",
        "from": {"name": "Bo Lind", "email": "bo@acme.example", "id": "7001"},
        "to": [{"name": "Ida Holm", "email": "ida@example.org", "id": ""}],
        "text": "Hello Ida,\nwe have started the refund.",
    }


@pytest.fixture
def case():
    """Give the fields of a case without messages, with an id of its own."""
    return {
        "caseUid": f"zendesk:acme:{uuid4()}",
        "source": "zendesk-mail",
        "created": "2026-02-03T08:50:11Z",
        "updated": "2026-02-03T09:41:07Z",
        "subject": "Refund for order 7711",
        "inbox": "Billing EU",
        "status": "pending",
        "tags": ["refund"],
        "customFields": [{"name": "brand", "value": "Acme"}],
    }
