"""Pages post to an intake from browsers, where the intake names them."""

import pytest
from httpx import AsyncClient

from connector.shipped import shipped

PAGE = "https://crm.acme.example"
EVENT = {"type": "New_Chat", "data": {"chat_id": 135, "agent_id": 5}}
ADDRESS = "/hooks/ccai-events/acme-browsers"


@pytest.fixture
def settings(settings):
    """Add the intake of the agents' browsers to the project."""
    text = (settings.home / "jobs" / "acme-open.yaml").read_text(encoding="utf-8")
    text = text.replace("acme-open", "acme-browsers").replace("ultimate-message", "ccai-events-message")
    proof = f'api_key: "${{API_KEY}}"\n  origins: [{PAGE}]'
    text = text.replace("kind: ultimate", "kind: ccai-events").replace("unsigned: true", proof)
    (settings.home / "jobs" / "acme-browsers.yaml").write_text(text, encoding="utf-8")
    used = shipped("mappings") / "ccai-events-message.yaml"
    (settings.home / "mappings" / used.name).write_bytes(used.read_bytes())
    return settings


async def ask(client: AsyncClient, origin: str):
    asked = {"origin": origin, "access-control-request-method": "POST"}
    return await client.options(ADDRESS, headers=asked)


async def test_a_page_of_the_intake_may_post(desk):
    """The browser is told beforehand and with the answer; the event is stored with how long it waited."""
    before = await ask(desk.client, PAGE)
    headers = {"origin": PAGE, "authorization": "key", "x-waited-ms": "1500"}
    answer = await desk.client.post(ADDRESS, json=EVENT, headers=headers)
    (stored,) = await desk.stored("acme-browsers")

    assert (204, PAGE) == (before.status_code, before.headers["access-control-allow-origin"])
    assert "authorization" in before.headers["access-control-allow-headers"]
    assert (200, PAGE) == (answer.status_code, answer.headers["access-control-allow-origin"])
    assert "1500" == stored.headers["x-waited-ms"]
    assert "authorization" not in stored.headers


async def test_any_other_page_may_not(desk):
    """A page that is not named is told nothing, and neither is one that asks for another intake."""
    before = await ask(desk.client, "https://elsewhere.example")
    other = await desk.client.options("/hooks/zendesk/acme-zendesk", headers={"origin": PAGE})

    assert (405, 405) == (before.status_code, other.status_code)
    assert "access-control-allow-origin" not in before.headers


async def test_a_page_without_the_key_is_turned_away(desk):
    """Being named lets nobody in."""
    answer = await desk.client.post(ADDRESS, json=EVENT, headers={"origin": PAGE, "authorization": "wrong"})

    assert 401 == answer.status_code
    assert [] == await desk.stored("acme-browsers")
