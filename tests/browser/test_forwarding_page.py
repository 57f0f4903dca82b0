"""Run the page that forwards the agent adapter's events in a real browser, against the running intake."""

import asyncio
import contextlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from connector import sandbox
from connector.shipped import shipped
from tests.servers.child import free_port
from tests.servers.service import TOKEN, running_service, write_project

SNIPPET = Path(__file__).parents[2] / "docs" / "messages-ccai-snippet.js"
NAME = "acme-browsers"
KEY = "the-browsers-key"
INTAKE = """\
intake: acme-browsers
tenant: acme
chats: live
source:
  kind: ccai-events
  api_key: "${{BROWSERS_KEY}}"
  origins: ["{page}"]
  stand_in: {{name: Customer, email: customer@acme.example}}
mapping: mappings/ccai-events-message.yaml
target: {{kind: capturi, url: "{target}", token: "${{CAPTURI_TOKEN}}"}}
"""
WIDGET = "<!doctype html><title>widget</title><body>the widget"
TELL = "told => told.forEach(one => parent.postMessage(one, '*'))"


class Pages:
    """A page that holds two frames, the widget's and a stranger's, each of an origin of its own."""

    def __init__(self):
        self.ports = {}
        self.settings = {}

    def origin(self, name):
        return f"http://127.0.0.1:{self.ports[name]}"

    async def answer(self, request):
        name = next(name for name, port in self.ports.items() if request.url.port == port)
        if request.path != "/":
            return web.Response(status=204)
        return web.Response(text=self.page() if name == "page" else WIDGET, content_type="text/html")

    def page(self):
        script = SNIPPET.read_text(encoding="utf-8")
        for old, new in self.settings.items():
            assert script.count(old) == 1
            script = script.replace(old, new)
        frames = "".join(
            f'<iframe name="{name}" src="{self.origin(name)}/"></iframe>' for name in ("widget", "stranger")
        )
        return f"<!doctype html><title>CRM</title><body><script>{script}</script>{frames}"


@pytest.fixture
async def pages():
    """Serve the page and both frames."""
    served = Pages()
    app = web.Application()
    app.router.add_get("/{path:.*}", served.answer)
    async with contextlib.AsyncExitStack() as stack:
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for name in ("page", "widget", "stranger"):
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            served.ports[name] = site._server.sockets[0].getsockname()[1]
        yield served


@pytest.fixture
async def intake(pages, tmp_path):
    """Give the project folder of the intake, the port it is served at, and the rehearsal Capturi behind it."""
    async with sandbox.running(sandbox.SandboxOptions(port=0, token=TOKEN)) as capturi:
        home = tmp_path / "project"
        write_project(home, capturi)
        used = shipped("mappings") / "ccai-events-message.yaml"
        (home / "mappings" / used.name).write_bytes(used.read_bytes())
        text = INTAKE.format(page=pages.origin("page"), target=capturi)
        (home / "jobs" / f"{NAME}.yaml").write_text(text, encoding="utf-8")
        with (home / ".env").open("a", encoding="utf-8") as environment:
            environment.write(f"BROWSERS_KEY={KEY}\n")
        port = free_port()
        pages.settings = {
            "https://connector.example.com/hooks/ccai-events/acme-browsers": f"http://127.0.0.1:{port}/hooks/ccai-events/{NAME}",
            "the intake's api_key": KEY,
            "https://acme.ccaiplatform.com": pages.origin("widget"),
        }
        yield home, port, capturi


def told(kind, text=None):
    data = {"chat_id": 135, "agent_id": 5, "agent_email": "agent.one@example.com"}
    return {"type": kind, "data": data if text is None else {**data, "message": text}}


def stored(home):
    """Give body and headers of what the intake accepted, in the order of acceptance."""
    if not (home / "connector.db").exists():
        return []
    with closing(sqlite3.connect(home / "connector.db")) as book:
        rows = book.execute("SELECT body, headers FROM inbox ORDER BY id").fetchall()
    return [(json.loads(body), json.loads(headers)) for body, headers in rows]


async def until(count, look):
    """Wait until there are so many, and give them."""
    async with asyncio.timeout(30):
        while len(found := look()) < count:  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.05)
    return found


async def test_what_the_widget_tells_reaches_the_case(open_window, pages, intake):
    """Events of the widget's frame are posted with the key, in order; text that is JSON is understood as well."""
    home, port, _ = intake
    with running_service(home, "--port", str(port)):
        page = await open_window(pages.origin("page"))
        widget = page.frame("widget")
        await widget.evaluate(TELL, [told("New_Chat"), told("Chat_Inbound_Message", "Where is it?")])
        await widget.evaluate(TELL, [json.dumps(told("Chat_Outbound_Message", "Let me look")), told("End_Chat")])
        found = await until(4, lambda: stored(home))
        waiting = "SELECT count(*) FROM entry WHERE channel = 'message' AND state = 'delivered'"
        async with asyncio.timeout(30):
            while ask(home, waiting) != 2:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.05)

    kinds = [body["type"] for body, _ in found]
    assert ["New_Chat", "Chat_Inbound_Message", "Chat_Outbound_Message", "End_Chat"] == kinds
    assert [1, 2, 3, 4] == [body["sequence"] for body, _ in found]
    assert 1 == len({body["browser"] for body, _ in found})
    assert [] == page.complaints
    assert KEY not in json.dumps(found)


async def test_what_others_tell_is_not_listened_to(open_window, pages, intake):
    """A frame of another origin, the page itself and what is no event are passed over."""
    home, port, _ = intake
    with running_service(home, "--port", str(port)):
        page = await open_window(pages.origin("page"))
        await page.frame("stranger").evaluate(TELL, [told("Chat_Inbound_Message", "I am the widget")])
        await page.evaluate("told => window.postMessage(told, '*')", told("Chat_Inbound_Message", "so am I"))
        await page.frame("widget").evaluate(TELL, ["{", "null", None, 5, {"type": "New_Chat"}, told("New_Chat")])
        found = await until(1, lambda: stored(home))

    assert ["New_Chat"] == [body["type"] for body, _ in found]
    assert [] == page.complaints


async def test_what_cannot_be_posted_waits_in_the_page(open_window, pages, intake):
    """While the connector is away events wait in their order, and go with how long they waited once it answers."""
    home, port, _ = intake
    page = await open_window(pages.origin("page"))
    widget = page.frame("widget")
    await widget.evaluate(TELL, [told("Chat_Inbound_Message", str(number)) for number in range(3)])
    await asyncio.sleep(0.3)
    with running_service(home, "--port", str(port)):
        found = await until(3, lambda: stored(home))

    assert ["0", "1", "2"] == [body["data"]["message"] for body, _ in found]
    assert all(int(headers["x-waited-ms"]) >= 300 for _, headers in found)


async def test_a_page_that_is_not_named_or_has_no_key_posts_nothing(open_window, pages, intake):
    """Another origin's browser refuses to post, and a wrong key is turned away and not tried for ever."""
    home, port, _ = intake
    pages.settings["the intake's api_key"] = "another key"
    with running_service(home, "--port", str(port)):
        page = await open_window(pages.origin("page"))
        async with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            await page.frame("widget").evaluate(TELL, [told("New_Chat")])
        refused = await answered.value
        foreign = await open_window(pages.origin("stranger"))
        why = await foreign.evaluate(
            "address => fetch(address, {method: 'POST', body: '{}', headers: {'Content-Type': 'application/json',"
            f" Authorization: '{KEY}'}}}}).then(() => '', error => error.name)",
            f"http://127.0.0.1:{port}/hooks/ccai-events/{NAME}",
        )

    assert 401 == refused.status
    assert "TypeError" == why
    assert [] == stored(home)


def ask(home, question):
    with closing(sqlite3.connect(home / "connector.db")) as book:
        return book.execute(question).fetchone()[0]
