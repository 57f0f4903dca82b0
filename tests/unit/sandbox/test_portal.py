"""Check the developer portal of the rehearsal: its links and its look-ups."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

PERSON = {"name": "Connector operator", "email": "ops@partner.example", "reasonForAccess": "Check of uploads"}
START = datetime(2026, 7, 8, 12, tzinfo=UTC)


class SteppingClock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.moment = START

    def now(self):
        return self.moment

    def monotonic(self):
        return 0.0

    async def sleep(self, seconds):
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    """Give a clock for the rehearsal."""
    return SteppingClock()


@pytest.fixture
async def rehearsal(start, clock):
    """Start a rehearsal with that clock."""
    return await start(clock=clock)


async def link(rehearsal, **extra):
    """Ask for a link that must be given."""
    answer = await rehearsal.api.post("/v1/dev/magic-link", json={**PERSON, **extra})
    assert 200 == answer.status_code
    return answer.json()


async def test_a_link_is_secret_and_lasts_a_day(rehearsal):
    """The link has 64 characters, says when it expires, and opens nothing afterwards."""
    made = await link(rehearsal)
    secret = made["url"].removeprefix(f"{rehearsal.url}/dev/")
    assert (64, "2026-07-09T12:00:00Z") == (len(secret), made["expiresAt"])
    other = await link(rehearsal)
    assert other["url"] != made["url"]


async def test_a_link_ends_after_24_hours(rehearsal, clock):
    """A second before it opens, at the hour it does not."""
    url = (await link(rehearsal))["url"] + "/api/stats"
    clock.moment = START + timedelta(hours=23, minutes=59, seconds=59)
    assert 200 == (await rehearsal.api.get(url)).status_code
    clock.moment += timedelta(seconds=1)
    assert 404 == (await rehearsal.api.get(url)).status_code


async def test_five_links_an_hour(rehearsal, clock):
    """The sixth link within an hour is answered 429; an hour after the first there is one more."""
    for _ in range(5):
        await link(rehearsal)
        clock.moment += timedelta(minutes=10)
    assert 429 == (await rehearsal.api.post("/v1/dev/magic-link", json=PERSON)).status_code
    clock.moment = START + timedelta(hours=1)
    await link(rehearsal)
    assert 429 == (await rehearsal.api.post("/v1/dev/magic-link", json=PERSON)).status_code


@pytest.mark.parametrize("name", PERSON)
async def test_a_link_is_for_someone_with_a_reason(rehearsal, name):
    """Name, e-mail and reason are required, and a refused request uses up no link."""
    for value in ({}, {name: " "}):
        body = {key: text for key, text in PERSON.items() if key != name} | value
        answer = await rehearsal.api.post("/v1/dev/magic-link", json=body)
        assert 400 == answer.status_code
        assert answer.text.startswith(name)


async def test_a_link_for_single_use_opens_once(rehearsal):
    """After one request it is gone."""
    url = (await link(rehearsal, singleUse=True))["url"] + "/api/requests"
    assert [200, 404] == [(await rehearsal.api.get(url)).status_code for _ in range(2)]


async def test_a_made_up_link_opens_nothing(rehearsal):
    """A secret that was never given is answered 404, with the token too."""
    assert 404 == (await rehearsal.api.get(f"/dev/{'0' * 64}/api/requests")).status_code


async def test_conversations_are_found_by_either_id(rehearsal, v3, wav):
    """A look-up by external id or uid tells whether the audio is there; others are 404."""
    v3["externalIdentity"] = "acme/æ 1"
    uid = await rehearsal.create({**v3, "customProp1": "71450", "hasConsent": False})
    url = (await link(rehearsal))["url"] + "/api/conversations/"
    before = (await rehearsal.api.get(url + uid)).json()
    await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)})
    after = (await rehearsal.api.get(url + quote("acme/æ 1", safe=""))).json()
    assert (uid, "acme/æ 1", False, "Created") == tuple(
        before[name] for name in ("uid", "externalIdentity", "hasAudio", "state")
    )
    assert (uid, True, "Processing", False, {"customProp1": "71450"}) == tuple(
        after[name] for name in ("uid", "hasAudio", "state", "hasConsent", "metadata")
    )
    assert 404 == (await rehearsal.api.get(url + "nix")).status_code


async def test_conversations_come_in_pages(rehearsal, v3):
    """A continuation token leads from page to page, the newest first, and is null on the last."""
    for n in range(5):
        await rehearsal.create({**v3, "externalIdentity": f"c{n}"})
    url = (await link(rehearsal))["url"] + "/api/conversations"
    found, query = [], {"limit": "2"}
    while True:
        page = (await rehearsal.api.get(url, params=query)).json()
        found.append([one["externalIdentity"] for one in page["conversations"]])
        if page["continuationToken"] is None:
            break
        query["continuationToken"] = page["continuationToken"]
    assert [["c4", "c3"], ["c2", "c1"], ["c0"]] == found


async def test_the_log_is_filtered_and_paged(rehearsal):
    """Requests are found by method, status and error, newest first."""
    await rehearsal.api.post("/v3/conversation", json={})
    await rehearsal.api.put("/v1/case", json={})
    await rehearsal.api.get("/nix")
    base = (await link(rehearsal))["url"] + "/api/"

    async def paths(what):
        return [one["path"] for one in (await rehearsal.api.get(base + what)).json()["requests"]]

    assert ["/v3/conversation"] == await paths("requests?method=post&status=400")
    assert ["/nix", "/v1/case", "/v3/conversation"] == await paths("requests?errors_only=true")
    assert ["/v1/case"] == await paths("errors?limit=1&offset=1")
    assert 400 == (await rehearsal.api.get(base + "errors?limit=many")).status_code
    assert 400 == (await rehearsal.api.get(base + "errors?limit=1001")).status_code


async def test_one_request_is_shown_whole(rehearsal):
    """A request is shown with headers, body and answer, its token left out."""
    await rehearsal.api.post("/v3/conversation", json={"subject": " "})
    base = (await link(rehearsal))["url"] + "/api/requests"
    number = (await rehearsal.api.get(base)).json()["requests"][-1]["id"]
    shown = (await rehearsal.api.get(f"{base}/{number}")).json()
    assert ('{"subject":" "}', 400) == (shown["body"], shown["status"])
    assert "subject is blank" in shown["response"]
    assert "authorization" not in shown["headers"]
    assert 404 == (await rehearsal.api.get(f"{base}/999")).status_code


async def test_statistics_are_of_a_period(rehearsal, clock):
    """Only requests within the period are counted, and only documented periods are known."""
    await rehearsal.api.get("/nix")
    clock.moment += timedelta(hours=2)
    base = (await link(rehearsal))["url"] + "/api/stats"
    hour = (await rehearsal.api.get(base, params={"period": "1h"})).json()
    day = (await rehearsal.api.get(base, params={"period": "24h"})).json()
    assert ({"200": 1}, 0) == (hour["byStatus"], hour["errors"])
    assert ({"200": 2, "404": 1}, 1) == (day["byStatus"], day["errors"])
    assert 400 == (await rehearsal.api.get(base, params={"period": "1y"})).status_code
