"""The service between an AI agent and the application that answers it, every socket a real one."""

from pathlib import Path

import httpx
import pytest

from tests.servers.answerer import Answerer
from tests.servers.service import running_service, write_project

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ultimate"
HEADERS = {"content-type": "application/json", "x-secret": "key"}


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "project"
    write_project(folder)
    return folder


async def test_the_service_passes_true_answers_on(home):
    """A yes and a no come from the answerer alone; while he is silent there is no yes, and all of it is stored."""
    async with Answerer(body=b'{"isOnline": true}') as answerer, httpx.AsyncClient(trust_env=False) as client:
        path = home / "jobs" / "acme-bot.yaml"
        kind = "  kind: ultimate\n"
        relay = f"{kind}  relay: {answerer.address}/converse-webhook\n  relay_timeout: 1s\n"
        path.write_text(path.read_text().replace(kind, relay))

        with running_service(home) as service:

            async def ask(name):
                body = (FIXTURES / f"{name}.json").read_bytes()
                address = f"{service.address}/hooks/ultimate/acme-bot"
                return await client.post(address, content=body, headers=HEADERS)

            answer = await ask("hook-is-team-online")
            assert (200, {"isOnline": True}) == (answer.status_code, answer.json())
            answerer.status = 409
            assert 409 == (await ask("hook-escalate")).status_code
            answerer.delay_seconds = 30
            answer = await ask("hook-is-team-online")
            assert (200, {"isOnline": False}) == (answer.status_code, answer.json())
            assert 504 == (await ask("hook-escalate")).status_code
            refused = await client.post(f"{service.address}/hooks/ultimate/acme-bot", content=b"{}")
            assert 401 == refused.status_code
    assert ["/converse-webhook"] * 4 == [asked.path for asked in answerer.asked]
    assert {"key"} == {asked.headers["x-secret"] for asked in answerer.asked}
