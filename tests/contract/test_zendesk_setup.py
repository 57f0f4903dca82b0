"""Setting a Zendesk up: what is asked of its interface, and that nothing of anybody else's is touched."""

import json
from datetime import UTC, datetime

import pytest

from connector.errors import StopError
from connector.message.zendesk import account
from connector.message.zendesk.access import Access
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.setting_up import Wish
from tests.clocks import QuickClock
from tests.servers.zendesk import EMAIL, SECRET, TOKEN, Fault

URL = "https://connector.example/hooks/zendesk/acme-zendesk"
WISH = Wish("acme-zendesk", URL)
OTHERS = {"title": "Notify requester", "conditions": {"all": [{}], "any": []}, "actions": []}


@pytest.fixture
def clock():
    return QuickClock(datetime(2026, 2, 3, tzinfo=UTC))


@pytest.fixture
def api(zendesk_server, clock):
    """Give a function that makes the way to the server; use what it gives as `async with`."""

    def make(token=TOKEN, **limits):
        return ZendeskApi(Access(zendesk_server.address, EMAIL, token, **limits), clock)

    return make


@pytest.fixture
def set_up(api):
    """Give a function that sets up, and tells what it did."""

    async def run(wish=WISH, *, apply=True):
        told = []
        async with api() as line:
            webhook = await account.set_up(line, wish, apply=apply, told=told.append)
        return webhook, [f"{one.action} {one.what}" for one in told]

    return run


async def test_a_wrong_token_is_told_without_being_repeated(api):
    """The first thing to go wrong is named with its remedy, and the token stands nowhere."""
    with pytest.raises(StopError, match="does not accept") as caught:
        async with api("wrong-token") as line:
            await line.get("/api/v2/webhooks")
    assert "wrong-token" not in str(caught.value)


async def test_a_dry_run_changes_nothing(zendesk_server, set_up):
    """It only reads, and tells what would be made."""
    assert (None, ["create webhook", "create trigger"]) == await set_up(apply=False)
    assert [] == [one for one in zendesk_server.requests if not one.startswith("GET")]


async def test_it_makes_a_webhook_and_one_trigger_that_filters(zendesk_server, set_up):
    """The trigger fires on public comments alone, and its body tells role, time, visibility and requester."""
    webhook, done = await set_up()
    assert ["create webhook", "create trigger"] == done
    made = zendesk_server.webhooks[webhook]
    assert (URL, "PUT", "json", ["conditional_ticket_events"]) == (
        *(made[name] for name in ("endpoint", "http_method", "request_format", "subscriptions")),
    )
    (trigger,) = zendesk_server.triggers.values()
    assert [{"field": "comment_is_public", "operator": "is", "value": "true"}] == trigger["conditions"]["all"]
    (action,) = trigger["actions"]
    assert ("notification_webhook", webhook) == (action["field"], action["value"][0])
    body = json.loads(action["value"][1])
    assert "{{ticket.latest_comment.author.role}}" == body["message"]["from"]["role"]
    assert {"createdAt", "isPublic"} <= set(body["message"])
    assert "{{ticket.requester.email}}" == body["requester"]["email"]
    assert "direction" not in body["message"]


async def test_twice_is_as_good_as_once(zendesk_server, set_up):
    """A second run finds its own things by name or marker and leaves them as they are."""
    await set_up()
    before = len(zendesk_server.requests)
    assert ["keep webhook", "keep trigger"] == (await set_up())[1]
    assert [] == [one for one in zendesk_server.requests[before:] if not one.startswith("GET")]


async def test_what_somebody_changed_is_put_right(zendesk_server, set_up):
    """A changed address, a renamed trigger and a missing condition are mended; the ids stay."""
    webhook, _ = await set_up()
    zendesk_server.webhooks[webhook]["endpoint"] = "https://elsewhere.example"
    (trigger,) = zendesk_server.triggers.values()
    trigger["conditions"]["all"] = [{"field": "status", "operator": "is", "value": "open"}]
    assert (webhook, ["update webhook", "update trigger"]) == await set_up()
    assert URL == zendesk_server.webhooks[webhook]["endpoint"]
    zendesk_server.webhooks[webhook]["name"] = "Renamed"
    assert (webhook, ["update webhook", "keep trigger"]) == await set_up()


async def test_one_trigger_becomes_two(zendesk_server, set_up):
    """With two triggers the account's own words for the roles are looked up, and the single one goes."""
    await set_up()
    two = Wish("acme-zendesk", URL, two_triggers=True, internal_notes=True)
    _, done = await set_up(two)
    assert ["keep webhook", "create trigger", "create trigger", "delete trigger"] == done
    found = {one["title"]: one["conditions"]["all"] for one in zendesk_server.triggers.values()}
    assert {"end_user", "agent"} == {conditions[1]["value"] for conditions in found.values()}
    assert {"not_relevant"} == {conditions[0]["value"] for conditions in found.values()}


async def test_unknown_roles_stop_it_before_anything_of_them_is_made(zendesk_server, set_up):
    """Where the account lists no such condition, one trigger is the remedy."""
    zendesk_server.roles = {}
    with pytest.raises(StopError, match="one trigger tells the role"):
        await set_up(Wish("acme-zendesk", URL, two_triggers=True))
    assert {} == zendesk_server.triggers


async def test_the_key_is_handed_over_and_not_compared(zendesk_server, set_up):
    """A key cannot be read back: it is written where there is none, and left alone where there is one."""
    await set_up()
    keyed = Wish("acme-zendesk", URL, api_key="key")
    webhook, done = await set_up(keyed)
    assert "update webhook" in done
    authentication = zendesk_server.webhooks[webhook]["authentication"]
    assert {"name": "Authorization", "value": "key"} == authentication["data"]
    assert "keep webhook" in (await set_up(keyed))[1]
    assert "key" not in repr(keyed).replace("api_key", "")


async def test_undo_removes_what_is_ours_and_nothing_else(zendesk_server, api, set_up):
    """Triggers go before the webhook they name; what others made stays."""
    await set_up()
    await set_up(Wish("other", URL))
    zendesk_server.triggers["99"] = {**OTHERS, "id": 99}
    told = []
    async with api() as line:
        assert 2 == await account.take_down(line, WISH, apply=False, told=told.append)
        assert 2 == await account.take_down(line, WISH, apply=True, told=told.append)
        assert 0 == await account.take_down(line, WISH, apply=True, told=told.append)
    assert ["trigger", "webhook"] == [one.what for one in told[2:]]
    assert {"Conversation connector: other", "Notify requester"} == {
        one["title"] for one in zendesk_server.triggers.values()
    }
    assert 1 == len(zendesk_server.webhooks)


async def test_lists_are_read_to_their_end(zendesk_server, set_up):
    """Ours is found on whichever page it stands."""
    for number in range(7):
        await set_up(Wish(f"other-{number}", URL))
    zendesk_server.page_items = 2
    webhook, _ = await set_up()
    assert (webhook, ["keep webhook", "keep trigger"]) == await set_up()


async def test_the_signing_secret_is_fetched(api, set_up):
    """It is what Zendesk signs with; without a webhook there is none."""
    webhook, _ = await set_up()
    async with api() as line:
        assert URL == await account.find_endpoint(line, WISH)
        assert SECRET == await account.signing_secret(line, webhook)
        assert await account.find_endpoint(line, Wish("none", URL)) is None
        with pytest.raises(StopError, match="no signing secret"):
            await account.signing_secret(line, "none")


async def test_limits_are_waited_for_as_long_as_asked(zendesk_server, clock, set_up):
    """429 is no failure: the request comes again after the seconds that Zendesk names."""
    zendesk_server.faults = [Fault(429, 2, "GET", {"Retry-After": "7"}), Fault(503, 1, "GET")]
    await set_up()
    assert [7.0, 7.0] == clock.pauses[:2]
    assert 1 == len(zendesk_server.webhooks)


async def test_what_may_have_been_made_is_not_made_twice(zendesk_server, set_up):
    """A failed creation stops the command; the next run looks what there is."""
    zendesk_server.faults = [Fault(502, 1, "POST")]
    with pytest.raises(StopError, match="502"):
        await set_up()
    assert 1 == len(zendesk_server.asked("POST"))


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "administrator"), (409, "run it again"), (422, "status 422"), (302, "elsewhere"), (418, "status 418")],
)
async def test_refusals_say_what_to_do(zendesk_server, set_up, status, words):
    """Each refusal is told in words, with a remedy where there is one."""
    zendesk_server.faults = [Fault(status, 9, "POST")]
    with pytest.raises(StopError, match=words):
        await set_up()


async def test_zendesks_own_reasons_are_passed_on(zendesk_server, api):
    """What it says about a field is part of the message."""
    async with api() as line:
        with pytest.raises(StopError, match="Title: cannot be blank; Conditions: must have one"):
            await line.change("POST", "/api/v2/triggers", {"trigger": {"actions": []}})
    zendesk_server.is_admin = False
    async with api() as line:
        with pytest.raises(StopError, match="administrator"):
            await line.get("/api/v2/webhooks")


async def test_requests_keep_below_the_limit(zendesk_server, clock, api):
    """No minute holds more requests than the limit says."""
    async with api(requests_per_minute=3) as line:
        for _ in range(7):
            await line.get("/api/v2/webhooks")
    assert [60.0, 60.0] == clock.pauses
    assert 7 == len(zendesk_server.requests)


async def test_an_address_where_nobody_answers_is_given_up_soon(clock):
    """Three tries tell a wrong address; the remedy names what may stand in between."""
    with pytest.raises(StopError, match="no connection to 127"):
        async with ZendeskApi(Access("http://127.0.0.1:9", EMAIL, TOKEN), clock) as line:
            await line.get("/api/v2/webhooks")
    assert [1.0, 2.0] == clock.pauses
