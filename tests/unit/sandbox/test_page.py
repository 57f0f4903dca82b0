"""Check what the page tells, and that nothing that was sent can become part of it."""

import pytest

NASTY = "<script>alert(1)</script>\"'&"


async def test_an_empty_sandbox_says_so(start):
    """Before anything came, the page says so for each list, and names no faults."""
    rehearsal = await start()
    page = await rehearsal.api.get("/")
    assert 3 == page.text.count("None yet.")
    assert "every request is answered as well as it deserves" in page.text


async def test_everything_that_came_is_escaped(start, v3, case, *, message, wav):
    """Markup in any field is shown as text, on the overview and on every page in full."""
    rehearsal = await start()
    nasty = {name: NASTY for name, value in v3.items() if name != "dateTime"}
    uid = await rehearsal.create({**v3, **nasty, "labels": [NASTY]})
    await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": (NASTY, wav, NASTY)})
    message |= {"text": NASTY, "messageUid": NASTY}
    message["from"] = dict.fromkeys(("name", "email", "id"), NASTY)
    await rehearsal.api.put("/v1/case", json={**case, "caseUid": NASTY, "subject": NASTY, "messages": [message]})
    await rehearsal.api.post("/v3/conversation", json={NASTY: NASTY}, headers={"X-Odd": NASTY})
    shown = [{}, {"conversation": uid}, {"case": NASTY}, {"conversation": NASTY}, {"conversation": NASTY + "x"}]
    shown += [{"request": str(one["id"])} for one in await rehearsal.got("requests")]
    shown += [{"list": name} for name in ("conversations", "cases", "requests")]
    for query in shown:
        page = (await rehearsal.api.get("/", params=query)).text
        assert "<script" not in page.lower()
        assert "<title>" in page


async def test_the_page_asks_nobody_else(start):
    """No script may run, nothing is loaded from elsewhere, and nothing is kept by the browser."""
    rehearsal = await start()
    page = await rehearsal.api.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "no-store" == page.headers["cache-control"]
    assert "no-referrer" == page.headers["referrer-policy"]
    assert "//" not in page.text.replace(rehearsal.url, "")
    assert 204 == (await rehearsal.api.get("/favicon.ico")).status_code


async def test_the_overview_counts_and_names_faults(start, v3, wav):
    """Numbers, audio, faults and repeated creates are on the first page."""
    rehearsal = await start(faults="latency=1ms,seed=3")
    uid = await rehearsal.create(v3)
    await rehearsal.api.post("/v3/conversation", json=v3)
    await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav * 1000)})
    page = (await rehearsal.api.get("/")).text
    for said in ("1 with audio", "1 answered with an error", "latency=1ms", "seed=3", "1.0 MB", v3["externalIdentity"]):
        assert said in page


async def test_long_lists_come_in_pages(start, v3):
    """The overview shows the newest and leads to lists, which lead to older ones."""
    rehearsal = await start()
    for n in range(201):
        await rehearsal.create({**v3, "externalIdentity": f"call-{n:03}-x"})
    overview = (await rehearsal.api.get("/")).text
    assert ("call-200-x" in overview, "call-185-x" in overview, "newest 15 of 201" in overview) == (True, False, True)
    first = (await rehearsal.api.get("/?list=conversations")).text
    assert ("1 to 200 of 201" in first, "?list=conversations&amp;from=200" in first) == (True, True)
    second = (await rehearsal.api.get("/?list=conversations&from=200")).text
    assert ("call-000-x" in second, "call-001-x" in second, "Older ones" in second) == (True, False, False)


@pytest.mark.parametrize("query", ["conversation=nix", "case=nix", "request=5", "request=x", "request=²"])
async def test_what_is_not_there_is_404(start, query):
    """A link to something that was emptied says so."""
    rehearsal = await start()
    page = await rehearsal.api.get(f"/?{query}")
    assert 404 == page.status_code
    assert "No such" in page.text


async def test_a_place_in_a_list_must_be_a_number(start):
    """Nonsense in the address is 400, an unknown list is the overview."""
    rehearsal = await start()
    assert 400 == (await rehearsal.api.get("/?list=cases&from=-1")).status_code
    assert "Faults in force" in (await rehearsal.api.get("/?list=nix")).text


async def test_the_page_can_refresh_itself(start):
    """Only where it was asked for."""
    rehearsal = await start()
    assert 'http-equiv="refresh"' in (await rehearsal.api.get("/?refresh")).text
    assert 'http-equiv="refresh"' not in (await rehearsal.api.get("/")).text


async def test_requests_show_body_and_answer(start):
    """A refused create can be understood from the page alone."""
    rehearsal = await start()
    await rehearsal.api.post("/v3/conversation", json={"subject": "Orders"})
    page = (await rehearsal.api.get("/?request=1")).text
    assert "subject&#34;: &#34;Orders" in page
    assert "agentEmail is missing" in page
