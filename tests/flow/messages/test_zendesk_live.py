"""From setting up to the case: Zendesk, the service and the rehearsal Capturi, each on a socket of its own."""

import asyncio

import httpx
import pytest

from tests.servers.child import free_port
from tests.servers.service import running_service, write_project
from tests.servers.zendesk import EMAIL, SECRET, TOKEN

PATIENCE_SECONDS = 30
API = '\n  api: {{url: "{url}", email: {email}, token: "${{ZENDESK_API_TOKEN}}"}}'


@pytest.fixture
def project(tmp_path, zendesk_server, monkeypatch):
    """Give a function that writes a project whose intake's Zendesk is the stand-in."""
    monkeypatch.setenv("ZENDESK_API_TOKEN", TOKEN)

    def make(target):
        home = tmp_path / "project"
        write_project(home, target)
        path = home / "jobs" / "acme-zendesk.yaml"
        api = API.format(url=zendesk_server.address, email=EMAIL)
        path.write_text(path.read_text().replace("  kind: zendesk", f"  kind: zendesk{api}"))
        for other in (home / "jobs").glob("*.yaml"):
            if other != path:
                other.unlink()
        return home

    return make


async def cases(address, count):
    """Give the cases once the rehearsal has so many messages."""
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(base_url=address, trust_env=False) as client:
        while True:
            found = (await client.get("/_sandbox/cases")).json()
            if sum(len(one["messages"]) for one in found) >= count:
                return found
            await asyncio.sleep(0.05)


async def send(fired):
    async with httpx.AsyncClient(trust_env=False) as client:
        return [(await client.put(url, headers=headers, content=body)).status_code for url, headers, body in fired]


@pytest.mark.parametrize("triggers", [(), ("--two-triggers",)])
async def test_a_comment_becomes_a_message_within_seconds(capturi, project, command, zendesk_server, triggers):
    """The command makes the triggers, they fire signed requests, the service sends; history adds what was missed."""
    server = zendesk_server
    server.add_ticket(48121, subject='Refund for "order" 7711', updated_at="2026-02-03T09:15:41Z")
    server.add_comment(48121, 902201, "2026-02-03T09:15:40Z", 'It said\n"delivered".')
    server.add_comment(48121, 902203, "2026-02-03T09:30:00Z", "he called", author=7001, public=False)
    server.add_comment(48121, 902202, "2026-02-03T09:41:06Z", "On its way.", author=7001)
    server.add_comment(48121, 902204, "2026-02-03T10:00:00Z", "Thanks!")
    port = str(free_port())
    async with capturi() as address:
        home = project(address)
        words = ("--url", f"http://127.0.0.1:{port}", "--apply", "--write-secret", *triggers)
        made = await command(home, "zendesk", "setup", "acme-zendesk", *words, afresh=True)
        assert 0 == made.code, made.err
        assert SECRET not in made.out + made.err
        with running_service(home, "--port", port):
            fired = server.fire(48121, 902201)
            assert 1 == len(fired)
            # Zendesk may send a request again: the same invocation, and a new one with the same comment.
            assert [200, 200, 200] == await send([*fired, *fired, *server.fire(48121, 902201)])
            assert [] == server.fire(48121, 902203)
            server.tickets[48121] |= {"status": "pending", "updated_at": "2026-02-03T09:41:07Z"}
            assert [200] == await send(server.fire(48121, 902202))
            (case,) = await cases(address, 2)
            assert ["902201", "902202"] == [one["messageUid"] for one in case["messages"]]
            # The last comment was never sent; history brings it, and the service sends it.
            ended = await command(
                home, "zendesk", "backfill", "acme-zendesk", "--from", "2026-02-01", "--to", "2026-03-01"
            )
            assert 0 == ended.code, ended.err
            assert "The service that is running sends what is new." in ended.out
            (case,) = await cases(address, 3)
    assert ["902201", "902202", "902204"] == [one["messageUid"] for one in case["messages"]]
    assert [("Inbound", "Bo Lind"), ("Outbound", "Ida Holm"), ("Inbound", "Bo Lind")] == [
        (one["direction"], one["to"][0]["name"]) for one in case["messages"]
    ]
    assert 'It said\n"delivered".' == case["messages"][0]["text"]
    assert ('Refund for "order" 7711', "pending", "zendesk-mail", "Billing EU") == (
        *(case[name] for name in ("subject", "status", "source", "inbox")),
    )


async def test_a_forged_request_is_turned_away(capturi, project, command, zendesk_server):
    """Whoever does not know the secret that setting up fetched sends nothing into a case."""
    server = zendesk_server
    server.add_ticket(1)
    server.add_comment(1, 10, "2026-02-03T09:15:40Z", "Hi")
    port = str(free_port())
    async with capturi() as address:
        home = project(address)
        words = ("--url", f"http://127.0.0.1:{port}", "--apply", "--write-secret")
        assert 0 == (await command(home, "zendesk", "setup", "acme-zendesk", *words)).code
        with running_service(home, "--port", port):
            ((url, headers, body),) = server.fire(1, 10)
            forged = (url, headers, body.replace(b"Hi", b"Ho"))
            unsigned = (url, {"content-type": "application/json"}, body)
            assert [401, 401, 200] == await send([forged, unsigned, (url, headers, body)])
            (case,) = await cases(address, 1)
    assert ["Hi"] == [one["text"] for one in case["messages"]]
