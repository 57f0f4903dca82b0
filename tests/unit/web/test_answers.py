"""What senders are answered, and what is stored when they are."""

import asyncio
from datetime import timedelta

import pytest

from connector.errors import LedgerError
from connector.web import Bounds
from tests.servers.service import SECRET, chatwoot_headers, zendesk_headers

BODY = b'{"caseUid":"48121","message":{"messageUid":"902201","text":"Hello"}}'
HOOK = "/hooks/zendesk/acme-zendesk"
BOTH = "/hooks/zendesk/acme-both"
JSON = {"content-type": "application/json"}


def signed(desk, body=BODY, ago=0, **options):
    return zendesk_headers(body, desk.clock.now() - timedelta(seconds=ago), **options)


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_is_signed_is_stored_and_answered_with_200(desk, method):
    """The body is kept byte for byte with the harmless headers, and whoever forwards is woken."""
    headers = signed(desk, x_zendesk_webhook_invocation_id="01HX", cookie="a=b")
    answer = await desk.client.request(method, HOOK, content=BODY, headers=headers)
    assert (200, {}) == (answer.status_code, answer.json())
    (row,) = await desk.stored("acme-zendesk")
    assert (BODY, "zendesk", desk.clock.now()) == (row.body, row.kind, row.received_at)
    assert "01HX" == row.headers["x-zendesk-webhook-invocation-id"]
    assert {"x-zendesk-webhook-signature", "cookie", "authorization"}.isdisjoint(row.headers)
    await asyncio.wait_for(desk.reception.arrived["acme-zendesk"].wait(), 10)
    assert not desk.reception.arrived["acme-both"].is_set()


async def test_a_closing_slash_is_the_same_address(desk):
    """Who writes a slash after the intake's name is let in, not sent elsewhere; two slashes are wrong."""
    for address, status in ((HOOK + "/", 200), (HOOK, 200), (HOOK + "//", 404)):
        body = b'{"caseUid":"%d"}' % len(address)
        answer = await desk.client.put(address, content=body, headers=signed(desk, body))
        assert status == answer.status_code
    assert 2 == len(await desk.stored("acme-zendesk"))


async def test_a_body_is_stored_whatever_it_says(desk):
    """Nothing is parsed before it is stored: what is no JSON, nests without end or is empty gets its 200."""
    for body in (b"{", b"\xff\x00", b"[" * 200_000, b"", b"null"):
        answer = await desk.client.put(HOOK, content=body, headers=signed(desk, body))
        assert 200 == answer.status_code
    assert 5 == len(await desk.stored("acme-zendesk"))


async def test_an_identical_delivery_is_stored_once(desk):
    """The same event again within the tolerance is answered with 200, the same event with another body is another."""
    event = {"x_zendesk_webhook_invocation_id": "01HX"}
    for wait in (0, 20, 200):
        desk.clock.moment += timedelta(seconds=wait)
        assert 200 == (await desk.client.put(HOOK, content=BODY, headers=signed(desk, **event))).status_code
    assert 1 == len(await desk.stored("acme-zendesk"))
    assert 200 == (await desk.client.put(HOOK, content=b"{}", headers=signed(desk, b"{}", **event))).status_code
    assert 2 == len(await desk.stored("acme-zendesk"))


async def test_a_late_attempt_is_let_in_only_where_the_first_one_was(desk):
    """Outside the tolerance the answer is 401, unless this body of this invocation is stored already."""
    event = {"x_zendesk_webhook_invocation_id": "01HX"}
    headers = signed(desk, **event)
    assert 200 == (await desk.client.put(HOOK, content=BODY, headers=headers)).status_code
    desk.clock.moment += timedelta(hours=1)
    assert 200 == (await desk.client.put(HOOK, content=BODY, headers=headers)).status_code
    other = headers | {"x-zendesk-webhook-invocation-id": "01HY"}
    assert 401 == (await desk.client.put(HOOK, content=BODY, headers=other)).status_code
    late = signed(desk, b"{}", ago=3600, **event)
    assert 401 == (await desk.client.put(HOOK, content=b"{}", headers=late)).status_code
    assert 1 == len(await desk.stored("acme-zendesk"))


@pytest.mark.parametrize(
    ("hook", "headers"),
    [
        (HOOK, {}),
        (HOOK, {"secret": "other"}),
        (BOTH, {}),
        (BOTH, {"authorization": "other"}),
        (BOTH, {"authorization": "key", "secret": "other"}),
    ],
    ids=["unsigned", "wrong signature", "no key", "wrong key", "wrong signature with the key"],
)
async def test_who_proves_nothing_is_turned_away(desk, hook, headers):
    """Signature and key must hold, both where both are asked for; nothing is stored and nothing is explained."""
    given = JSON if headers == {} and hook == HOOK else signed(desk, **headers)
    answer = await desk.client.put(hook, content=BODY, headers=given)
    assert (401, {"error": "not admitted"}) == (answer.status_code, answer.json())
    assert [] == await desk.stored(hook.rpartition("/")[2])
    assert SECRET not in answer.text


async def test_signature_and_key_together_let_in(desk):
    """Where both are asked for and both hold, the request is stored."""
    answer = await desk.client.put(BOTH, content=BODY, headers=signed(desk, authorization="key"))
    assert 200 == answer.status_code


async def test_every_kind_has_its_own_way_in(desk):
    """Chatwoot's signature, a secret header, and nothing at all where the file says so."""
    sent = [
        ("/hooks/sangoma/acme-sangoma", chatwoot_headers(BODY, desk.clock.now())),
        ("/hooks/ultimate/acme-bot", JSON | {"x-secret": "key"}),
        ("/hooks/ultimate/acme-open", JSON),
    ]
    for hook, headers in sent:
        assert 200 == (await desk.client.post(hook, content=BODY, headers=headers)).status_code
        assert 1 == len(await desk.stored(hook.rpartition("/")[2]))
    answer = await desk.client.post("/hooks/ultimate/acme-bot", content=BODY, headers=JSON | {"x-secret": "no"})
    assert 401 == answer.status_code


@pytest.mark.parametrize(
    ("method", "hook", "type_", "status"),
    [
        ("PUT", "/hooks/zendesk/nobody", "application/json", 404),
        ("PUT", "/hooks/sangoma/acme-zendesk", "application/json", 404),
        ("PUT", "/hooks/zendesk", "application/json", 404),
        ("GET", HOOK, "application/json", 405),
        ("DELETE", HOOK, "application/json", 405),
        ("PATCH", HOOK, "application/json", 405),
        ("PUT", HOOK, "application/x-www-form-urlencoded", 415),
        ("PUT", HOOK, "text/xml; charset=utf-8", 415),
        ("PUT", HOOK, "application/json; charset=utf-8", 200),
        ("PUT", HOOK, "Application/JSON", 200),
        ("PUT", HOOK, "application/vnd.zendesk+json", 200),
    ],
)
async def test_what_is_no_request_for_an_intake_says_why(desk, method, hook, type_, status):
    """An unknown address, a foreign method and another type have answers of their own."""
    headers = signed(desk) | {"content-type": type_}
    answer = await desk.client.request(method, hook, content=BODY, headers=headers)
    assert status == answer.status_code
    if status == 405:
        assert {"POST", "PUT"} == {word.strip() for word in answer.headers["allow"].split(",")}


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("size", "status"), [(4_000, 200), (4_001, 413), (300_000, 413)])
async def test_a_body_may_be_as_large_as_its_intake_says(desk, size, status, declared):
    """What is larger is turned away, whether its length is told beforehand or shows while it comes."""
    body = b"1" * size

    async def pieces():
        for start in range(0, size, 1_000):
            yield body[start : start + 1_000]

    headers = signed(desk, body, authorization="key")
    answer = await desk.client.put(BOTH, content=body if declared else pieces(), headers=headers)
    assert status == answer.status_code
    assert (status == 200) == bool(await desk.stored("acme-both"))


async def test_a_body_that_does_not_come_is_given_up(open_desk):
    """Who takes too long for his body gets 408, and holds nothing any more."""

    async def endless():
        yield b"{"
        await asyncio.sleep(30)

    async with open_desk(Bounds(body_seconds=0.05)) as desk:
        answer = await desk.client.put(HOOK, content=endless(), headers=JSON)
        assert 408 == answer.status_code
        assert not desk.reception._burden._bytes


TROUBLE = [
    ("/hooks/zendesk/acme-zendesk", 409),
    ("/hooks/sangoma/acme-sangoma", 429),
    ("/hooks/ultimate/acme-open", 503),
]


def headers_for(hook, desk):
    return chatwoot_headers(BODY, desk.clock.now()) if "sangoma" in hook else signed(desk)


class BrokenLedger:
    """A ledger that fails as it is told."""

    def __init__(self, failure):
        self.failure = failure

    async def write(self, _change, *, durable):
        assert durable, "a success may only be told after a durable commit"
        if self.failure is None:
            await asyncio.sleep(30)
        raise self.failure

    async def transact(self, *_arguments):
        await self.write(None, durable=True)


async def test_forwarding_gives_way_while_many_wait_for_their_answers(open_desk):
    """While the ledger keeps a burst waiting, whoever forwards in this process is slowed down, and not before."""
    async with open_desk(Bounds(store_seconds=0.2), BrokenLedger(None)) as desk:
        free = desk.reception.pace.per_second
        await asyncio.gather(*(desk.client.put(HOOK, content=BODY, headers=signed(desk)) for _ in range(20)))
        assert desk.reception.pace.per_second < free


@pytest.mark.parametrize(("hook", "status"), TROUBLE)
@pytest.mark.parametrize("failure", [LedgerError("the disk is full"), RuntimeError("a bug"), None])
async def test_our_own_trouble_makes_the_sender_come_again(open_desk, hook, status, failure):
    """A full disk, a slow ledger, even a mistake of ours: each kind gets the status after which it tries again."""
    async with open_desk(Bounds(store_seconds=0.05), BrokenLedger(failure)) as desk:
        answer = await desk.client.post(hook, content=BODY, headers=headers_for(hook, desk))
        assert status == answer.status_code
        assert 60 > int(answer.headers["retry-after"]) > 0
        assert failure is None or 503 == (await desk.client.get("/healthz")).status_code


@pytest.mark.parametrize(("hook", "status"), TROUBLE)
@pytest.mark.parametrize("bounds", [Bounds(most_waiting=0), Bounds(most_bytes=10)], ids=["requests", "bytes"])
async def test_what_is_more_than_we_can_hold_is_told_to_come_again(open_desk, hook, status, bounds):
    """Beyond the bounds of memory nothing is taken on, and nothing is lost without a word."""
    async with open_desk(bounds) as desk:
        answer = await desk.client.post(hook, content=BODY, headers=headers_for(hook, desk))
        assert (status, True) == (answer.status_code, "retry-after" in answer.headers)


async def test_its_health_is_whether_it_can_accept(desk):
    """`/healthz` is 200 while requests are let in and stored, and 503 from the moment the service is to end."""
    assert 200 == (await desk.client.get("/healthz")).status_code
    desk.reception.is_ending = True
    answer = await desk.client.get("/healthz")
    assert (503, True) == (answer.status_code, "retry-after" in answer.headers)
    assert 409 == (await desk.client.put(HOOK, content=BODY, headers=signed(desk))).status_code


async def test_neither_bodies_nor_secrets_reach_the_log(desk, capsys):
    """What is logged about requests that were turned away says where and why, and nothing of what they held."""
    for secret in ("other", "third"):
        await desk.client.put(HOOK, content=BODY, headers=signed(desk, secret=secret))
    said = "".join(capsys.readouterr())
    assert 1 == said.count("intake.turned_away")
    for word in ("Hello", "902201", SECRET, "other"):
        assert word not in said
