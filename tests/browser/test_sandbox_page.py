"""Look at the rehearsal's page in a real browser: wide and narrow, light and dark."""

import contextlib
import shutil

import httpx
import pytest
from playwright.async_api import async_playwright

from connector.sandbox import SandboxOptions, running
from tests.servers.missing import do_without

CHROMIUM = shutil.which("chromium")
PERSON = {"name": "Ida Holm", "email": "ida@example.org"}
MESSAGE = {
    "messageUid": "902202",
    "created": "2026-02-03T09:41:06Z",
    "direction": "Inbound",
    "from": PERSON,
    "to": [PERSON],
    "text": "Where is my refund?",
}


@pytest.fixture
async def filled():
    """Start a rehearsal that got a bit of everything, and give its address."""
    async with running(SandboxOptions(port=0)) as url, httpx.AsyncClient(base_url=url) as client:
        client.headers["Authorization"] = "sandbox"
        for n in range(20):
            body = {
                "externalIdentity": f"acme-call-{n}" if n else "acme/" + "long-and-without-a-break" * 6,
                "agentId": "9",
                "agentName": "Agent Two",
                "agentEmail": "agent.two@example.com",
                "dateTime": "2026-03-23T20:12:51Z",
                "subject": "Orders/Order info",
                "customer": "+15550100100",
            }
            uid = (await client.post("/v3/conversation", json=body)).json()["uid"]
            if n % 2:
                await client.post(f"/v1/audio/{uid}", files={"data": ("a.wav", b"RIFF0000WAVE" * 1000)})
        case = {"caseUid": "zendesk/48121", "source": "x", "subject": "Refund", "created": MESSAGE["created"]}
        await client.put("/v1/case", json={**case, "updated": MESSAGE["created"], "messages": [MESSAGE]})
        await client.post("/v3/conversation", json={"colour": "red"})
        await client.post("/_sandbox/faults", content="latency=1ms")
        yield url


@pytest.fixture
async def browse(filled):
    """Give a function that opens the page in a new window of this width and scheme."""
    if CHROMIUM is None:
        do_without("chromium", "apt-get install chromium")
    async with contextlib.AsyncExitStack() as stack:
        play = await stack.enter_async_context(async_playwright())
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=arguments)
        stack.push_async_callback(browser.close)

        async def open_page(width=1280, scheme="light"):
            page = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.complaints = []
            page.on("console", lambda said: page.complaints.append(said.text))
            page.on("pageerror", lambda said: page.complaints.append(str(said)))
            page.on("requestfailed", lambda failed: page.complaints.append(failed.url))
            await page.goto(filled)
            return page

        yield open_page


async def test_a_person_finds_everything_by_clicking(browse, filled):
    """From the overview each conversation, case and request opens in full, and the browser has no complaint."""
    page = await browse()
    await page.click("text=acme-call-19")
    assert "acme-call-19" == await page.inner_text("h1")
    assert "12.0 kB" in await page.inner_text("header")
    await page.click("text=Overview")
    await page.click("text=zendesk/48121")
    assert "Where is my refund?" in await page.inner_text(".message")
    await page.click("text=Overview")
    await page.click("#requests tbody tr:first-child a")
    assert "colour is not a known field" in await page.inner_text("body")
    await page.click("text=Overview")
    await page.fill("input", "acme-call-7")
    await page.click("text=Find")
    assert "acme-call-7" == await page.inner_text("h1")
    await page.click("text=Overview")
    await page.click("text=Show all 20 conversations")
    assert 20 == await page.locator("tbody tr").count()
    assert f"{filled}/?list=conversations" == page.url
    assert [] == page.complaints


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
async def test_nothing_is_wider_than_the_window(browse, width):
    """On a telephone as on a wide screen the page scrolls up and down only."""
    page = await browse(width)
    for link in (None, "text=Show all 20 conversations", "text=acme/long", "text=Overview", "text=zendesk/48121"):
        if link:
            await page.click(link)
        await page.wait_for_selector("body")
        assert width >= await page.evaluate("document.documentElement.scrollWidth")


async def test_a_narrow_page_names_each_value(browse):
    """Where the table's head has no room, every value carries its name."""
    page = await browse(390)
    label = "getComputedStyle(document.querySelector('#conversations td:nth-child(2)'), '::before').content"
    assert '"External id"' == await page.evaluate(label)


async def test_texts_can_be_read_in_light_and_dark(browse, faint_texts):
    """Text and ground contrast by at least 4.5 to 1 in both schemes, badges and faint words included."""
    for scheme in ("light", "dark"):
        page = await browse(scheme=scheme)
        assert [] == await faint_texts(page)
        grounds = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ("rgb(246, 247, 249)" if scheme == "light" else "rgb(17, 22, 29)") == grounds


async def test_the_page_refreshes_itself_when_asked(browse, filled):
    """What comes later appears without a click."""
    page = await browse()
    await page.click("text=Refresh by itself")
    async with httpx.AsyncClient(base_url=filled, headers={"Authorization": "sandbox"}) as client:
        await client.get("/a-request-that-comes-later")
    await page.wait_for_selector("text=/a-request-that-comes-later", timeout=20_000)
    await page.click("text=Stop refreshing")
    assert f"{filled}/" == page.url
