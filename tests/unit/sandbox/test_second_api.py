"""Check the look-ups of the second API, which is closed unless a switch opens it."""

from uuid import uuid4

import pytest

from connector.sandbox import Switches

BASE = "/audio/integrations/conversations"
WRONG = [
    {"subjects": ["x"]},
    {"limit": 0},
    {"limit": "5"},
    {"continuationToken": "x"},
    {"externalIdentity": ""},
    [],
]


@pytest.fixture
async def opened(start):
    """Start a rehearsal whose token opens the second API."""
    return await start(switches=Switches(second_api="accept"))


async def test_it_is_closed_by_default(start):
    """That the token opens it is not known, so it does not."""
    rehearsal = await start()
    assert 403 == (await rehearsal.api.get(f"{BASE}/{uuid4()}?api-version=2")).status_code
    assert 403 == (await rehearsal.api.post(f"{BASE}/list-full?api-version=2", json={})).status_code


async def test_a_wrong_token_is_403_there(opened):
    """Here 403 is documented, where the other API is silent."""
    answer = await opened.api.get(f"{BASE}/x?api-version=2", headers={"Authorization": "wrong"})
    assert 403 == answer.status_code


async def test_a_conversation_is_found_by_its_uid(opened, v3):
    """A known uid gives the conversation, an unknown one 204."""
    uid = await opened.create(v3)
    found = await opened.api.get(f"{BASE}/{uid}?api-version=2")
    assert (200, v3["externalIdentity"]) == (found.status_code, found.json()["externalIdentity"])
    assert 204 == (await opened.api.get(f"{BASE}/{uuid4()}?api-version=2")).status_code


async def test_a_list_is_filtered_by_external_identity(opened, v3):
    """The filter finds the one conversation or none, in either type of body."""
    uid = await opened.create(v3)
    await opened.create({**v3, "externalIdentity": "another"})
    for kind in ("application/json", "application/json-patch+json"):
        headers = {"Content-Type": kind}
        for wanted, expected in ((v3["externalIdentity"], [uid]), ("nix", [])):
            answer = await opened.api.post(
                f"{BASE}/list-full?api-version=2", json={"externalIdentity": wanted}, headers=headers
            )
            assert expected == [one["uid"] for one in answer.json()["conversations"]]


async def test_a_list_comes_in_pages(opened, v3):
    """Without a filter everything comes, newest first, page by page."""
    for n in range(3):
        await opened.create({**v3, "externalIdentity": f"c{n}"})
    first = (await opened.api.post(f"{BASE}/list-full?api-version=2", json={"limit": 2})).json()
    rest = {"continuationToken": first["continuationToken"]}
    second = (await opened.api.post(f"{BASE}/list-full?api-version=2", json=rest)).json()
    ids = [one["externalIdentity"] for one in first["conversations"] + second["conversations"]]
    assert (["c2", "c1", "c0"], None) == (ids, second["continuationToken"])


@pytest.mark.parametrize("filters", WRONG, ids=str)
async def test_filters_it_cannot_honour_are_refused(opened, filters):
    """A filter that would be ignored, or has a wrong value, is a problem with a detail."""
    answer = await opened.api.post(f"{BASE}/list-full?api-version=2", json=filters)
    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert answer.json()["detail"]


async def test_the_version_must_be_named(opened):
    """Every call carries api-version."""
    assert 400 == (await opened.api.get(f"{BASE}/{uuid4()}")).status_code
