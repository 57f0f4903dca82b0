"""What is asked of Sangoma's interface, on a real socket: the documented calls, tokens, and trouble."""

from dataclasses import replace

import pytest
from aiohttp import web

from connector.errors import ConfigurationError, OutcomeUnknownError, StopError
from connector.message.sangoma.access import Access
from connector.message.sangoma.api import Customer, Inbox, SangomaApi
from tests.servers.sangoma import SangomaServer


@pytest.fixture
async def server():
    async with SangomaServer() as running:
        yield running


@pytest.fixture
def access(server):
    return Access(
        server.tenant_domain,
        server.client_id,
        server.client_secret,
        url=f"{server.address}/cx",
        token_url=f"{server.address}/oauth/token",
    )


@pytest.fixture
def api(access, clock):
    return lambda **changes: SangomaApi(replace(access, **changes), clock)


async def test_a_wrong_secret_gets_no_token(api):
    """Wrong credentials end in words that tell where the right ones are made, and hold no secret."""
    async with api(client_secret="wrong-s3cret") as asked:
        with pytest.raises(StopError, match="CPaaS Credentials") as raised:
            await asked.inboxes()
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(Access("a", "b", "s3cret"))


async def test_a_token_is_asked_for_once(server, api, clock):
    """One token serves all calls of its scope until it ends; calls of another scope get their own."""
    async with api() as asked:
        await asked.inboxes()
        await asked.finish(412)
        await asked.call_from_agent("agent.test", "9001")
        await asked.call_from_queue("queue_test", "9001")
        scopes = [told["scope"] for call, told in server.asked if call == "token"]
        assert ["cx.digital-interactions", "cx.agent-calls", "cx.queue-calls"] == scopes
        clock.seconds += 31_536_000
        await asked.inboxes()
    assert "token" == server.asked[-1][0]


@pytest.mark.parametrize("lifetime", [None, "soon", 10**12])
async def test_a_token_lives_a_year_where_nothing_else_is_told(server, api, clock, lifetime):
    """Without a lifetime in the answer, or with a longer one, a token is used for a year."""
    server.expires_in = lifetime
    async with api() as asked:
        await asked.inboxes()
        clock.seconds += 364 * 86_400
        await asked.inboxes()
        assert 1 == len(server.asked)
        clock.seconds += 86_400
        await asked.inboxes()
    assert 2 == len(server.asked)


async def test_a_token_that_was_withdrawn_is_got_anew(server, api):
    """A token may end before its time: the call is made again with a new one, once."""
    async with api() as asked:
        await asked.inboxes()
        server.tokens.clear()
        assert 1 == len(await asked.inboxes())
        server.instead = [web.Response(status=401), web.Response(status=401)]
        with pytest.raises(StopError, match="does not accept the token"):
            await asked.inboxes()


@pytest.mark.parametrize("around", [None, "payload", "data"])
async def test_inboxes_are_found_in_any_wrapping(server, api, around):
    """How the list comes is documented nowhere: bare or wrapped, what has an id is an inbox."""
    server.inboxes = {around: server.inboxes} if around else server.inboxes
    async with api() as asked:
        assert [Inbox("9", "Web chat", "Channel::WebWidget")] == await asked.inboxes()


@pytest.mark.parametrize("odd", [{}, [], "x", None, 7])
async def test_a_list_of_another_shape_is_empty(server, api, odd):
    """An answer that holds no inbox gives none."""
    server.inboxes = odd
    async with api() as asked:
        assert [] == await asked.inboxes()


async def test_every_documented_call_sends_what_it_must(server, api):
    """The stand-in demands every documented field, and each call is answered with the id of what was made."""
    async with api() as asked:
        made = [
            await asked.create_webhook("https://connector.example/hooks/sangoma/acme", ["message_created"]),
            await asked.create_agent_bot("My first bot", "https://connector.example/hooks/sangoma/acme"),
            await asked.create_contact(Customer("Ida Holm", "ida@example.org", 9, "+15550100120")),
            await asked.create_contact(Customer("Ida Holm", "ida@example.org", 9)),
            await asked.create_conversation(301, 9, source_id="ida@example.org", priority=1, initial_message="Hello"),
            await asked.send_message(412, "Hi"),
        ]
        await asked.assign_agent_bot(9, 3)
        await asked.deliver_to_agent(412)
        await asked.finish(412)
    assert all(one.id for one in made)
    told = dict(server.asked)
    assert {"tenant_domain": server.tenant_domain, "conversation_id": 412} == told["conversations/finish"]
    assert ("outgoing", "Hi") == (told["messages"]["message_type"], told["messages"]["content"])
    phones = [body.get("phone_number") for call, body in server.asked if call == "contacts"]
    assert ["+15550100120", None] == phones


async def test_a_passing_trouble_is_waited_for(server, api, clock):
    """What only reads is tried again, as late as it is asked for; what makes something only after a plain no."""
    busy = web.Response(status=429, headers={"Retry-After": "7"})
    async with api() as asked:
        server.instead = [web.Response(status=503), busy]
        assert 1 == len(await asked.inboxes())
        assert 7.0 == clock.slept[-1]
        server.instead = [web.Response(status=429)]
        await asked.finish(412)
        server.instead = [web.Response(status=503)]
        with pytest.raises(OutcomeUnknownError, match="503"):
            await asked.finish(412)


async def test_what_may_have_been_done_is_not_done_again(server, api, tcp_proxy):
    """Where the answer to something that makes a thing is lost, a person looks before it is sent again."""
    async with tcp_proxy(int(server.address.rpartition(":")[2])) as proxy, api() as asked:
        await asked.inboxes()
        async with api(url=f"http://127.0.0.1:{proxy.port}/cx") as broken:
            # The token comes straight, the answer to the call never whole.
            proxy.cuts = 1
            with pytest.raises(OutcomeUnknownError, match="look in Sangoma CX"):
                await broken.finish(412)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (web.Response(status=403), "do that"),
        (web.Response(status=302, headers={"Location": "/"}), "elsewhere"),
        (web.Response(status=418), "418"),
        (web.Response(text="<html>"), "none of Sangoma's"),
    ],
)
async def test_a_refusal_says_what_to_do(server, api, answer, words):
    """Each kind of refusal has its words, and none repeats what was sent."""
    async with api() as asked:
        server.instead = [answer]
        with pytest.raises(StopError, match=words) as raised:
            await asked.create_contact(Customer("Ida Holm", "ida@example.org", 9))
    assert "ida" not in str(raised.value).lower()


@pytest.mark.parametrize("field", ["url", "token_url"])
async def test_credentials_go_over_encrypted_ways_alone(api, field):
    """An address that would show the secret to the network is a mistake in the file."""
    with pytest.raises(ConfigurationError, match=f"source.cpaas.{field}"):
        api(**{field: "http://cpaas.example.com/cx"})
