import json

import pytest

from connector.delivery import Found, Portal, Visitor
from connector.errors import SkipError, StopError, TargetRejectedTokenError

SECRET = "s3cr3tLinkOf64Characters"
LINK = json.dumps({"url": f"https://elsewhere.example/dev/{SECRET}", "expiresAt": "2026-03-03T12:00:00Z"}).encode()
VISITOR = Visitor("Ops", "ops@acme.example")


def page(*ids, token=None):
    shown = [{"uid": f"u-{one}", "externalIdentity": one, "hasAudio": True} for one in ids]
    return json.dumps({"conversations": shown, "continuationToken": token}).encode()


async def test_look_up(stub, target):
    """A conversation is found by its external id, percent-encoded, behind a link that is made for the visitor."""
    body = b'{"uid": "u-1", "externalIdentity": "a/b", "hasAudio": false, "state": "Created"}'
    stub.script = [stub.reply(body=LINK), stub.reply(body=body)]
    async with target() as capturi:
        found = await Portal(capturi, VISITOR).look_up("a/b")
    assert Found("u-1", "a/b", has_audio=False) == found
    made, asked = stub.requests
    assert ("POST", "/v1/dev/magic-link") == (made.method, made.path)
    assert {"name": "Ops", "email": "ops@acme.example", "reasonForAccess": VISITOR.reason, "singleUse": False} == (
        json.loads(made.body)
    )
    assert ("GET", f"/dev/{SECRET}/api/conversations/a%2Fb") == (asked.method, asked.path)


@pytest.mark.parametrize("status", [404, 204])
async def test_nothing_there(stub, target, status):
    """An id that the target does not know gives None."""
    stub.script = [stub.reply(body=LINK), stub.reply(status=status, body=b"")]
    async with target() as capturi:
        assert await Portal(capturi, VISITOR).look_up("a") is None


@pytest.mark.parametrize("body", [b"{}", b'{"uid": 7, "hasAudio": "yes"}'])
async def test_odd_shape(stub, target, body):
    """What the answer does not say, or says in another shape than expected, is not known."""
    stub.script = [stub.reply(body=LINK), stub.reply(body=body)]
    async with target() as capturi:
        assert Found(None, None, None) == await Portal(capturi, VISITOR).look_up("a")


async def test_link_is_used_again(stub, target, clock):
    """One link serves all look-ups of a day, and the next day gets its own."""
    async with target() as capturi:
        portal = Portal(capturi, VISITOR)
        stub.script = [stub.reply(body=LINK)]
        for _ in range(3):
            await portal.look_up("a")
        clock.seconds += 24 * 3600
        stub.script = [stub.reply(body=LINK)]
        await portal.look_up("a")
    assert 2 == len([one for one in stub.requests if one.path == "/v1/dev/magic-link"])


async def test_all_pages(stub, target):
    """All conversations are given, page after page, until the token is null."""
    stub.script = [stub.reply(body=LINK), stub.reply(body=page("a", "b", token="n/2")), stub.reply(body=page("c"))]
    async with target() as capturi:
        found = [one.external_id async for one in Portal(capturi, VISITOR).conversations()]
    assert ["a", "b", "c"] == found
    assert stub.requests[-1].path.endswith("&continuationToken=n%2F2")


async def test_long_page(stub, target):
    """A page may be far longer than the answer to a create."""
    stub.script = [stub.reply(body=LINK), stub.reply(body=page(*[f"{n:0>1000}" for n in range(500)]))]
    async with target() as capturi:
        assert 500 == len([one async for one in Portal(capturi, VISITOR).conversations()])


@pytest.mark.parametrize("body", [b"[]", b'{"items": []}', b'"?"', b'{"conversations": [7, null]}'])
async def test_page_of_another_shape(stub, target, body):
    """A page without conversations in a known place is an empty page."""
    stub.script = [stub.reply(body=LINK), stub.reply(body=body)]
    async with target() as capturi:
        assert [] == [one async for one in Portal(capturi, VISITOR).conversations()]


async def test_token_that_repeats(stub, target):
    """A page whose token leads to itself ends the list."""
    stub.script = [stub.reply(body=LINK), *([stub.reply(body=page("a", token="same"))] * 2)]
    async with target() as capturi:
        assert 2 == len([one async for one in Portal(capturi, VISITOR).conversations()])


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"url": "https://x.example/login"}', b"no json"])
async def test_no_link(stub, target, body):
    """Without a link there is no look-up, and the run is told."""
    stub.script = [stub.reply(body=body)]
    async with target() as capturi:
        with pytest.raises(StopError, match="portal"):
            await Portal(capturi, VISITOR).look_up("a")


@pytest.mark.parametrize(("status", "error"), [(400, SkipError), (403, TargetRejectedTokenError)])
async def test_link_refused(stub, target, status, error):
    """A refused link says why, without the visitor's name or address."""
    stub.script = [stub.reply(status=status, body=b"ops@acme.example may not")]
    async with target() as capturi:
        with pytest.raises(error) as caught:
            await Portal(capturi, VISITOR).look_up("a")
    assert "ops@" not in str(caught.value)


async def test_link_stays_secret(stub, target):
    """A look-up that fails does not show the link."""
    stub.script = [stub.reply(body=LINK), stub.reply(body=b"<html>", headers={"Content-Type": "application/json"})]
    async with target() as capturi:
        with pytest.raises(StopError) as caught:
            await Portal(capturi, VISITOR).look_up("a")
    assert SECRET not in str(caught.value)
