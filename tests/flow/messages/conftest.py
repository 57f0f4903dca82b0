"""Give an intake with a filled inbox, and what its forwarding brings to the rehearsal Capturi."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector import ledger, sandbox
from connector.clock import SystemClock
from connector.job.definition import loader
from connector.job.execution.summary import Summary
from connector.job.forward.runner import forward_all
from connector.ledger import Received
from connector.settings import Settings
from connector.shipped import shipped
from tests.servers import zendesk

TOKEN = "rehearsal-token"
FEBRUARY = ("--from", "2026-02-01", "--to", "2026-03-01")
BEGIN = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
INTAKE = """\
intake: desk
tenant: acme
source:
  kind: {kind}
  unsigned: true
  mailbox: {{name: Support, email: support@acme.example, id: support}}
{more}
mapping: mappings/{mapping}.yaml
target: {{kind: capturi, url: {address}, token: "${{CAPTURI_TOKEN}}"}}
limits: {{concurrency: {concurrency}}}
"""
MAPPINGS = {
    "zendesk": "zendesk-comment",
    "sangoma": "sangoma-message",
    "ultimate": "ultimate-message",
    "ccai-events": "ccai-events-message",
}


class MovedClock(SystemClock):
    """The clock of this machine, set ahead by as much as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Desk:
    """A project folder with one intake."""

    folder: Path
    settings: Settings
    kind: str
    address: str
    clock: MovedClock

    async def accept(self, *bodies: Any, at: datetime | None = None) -> None:
        """Store these bodies in the inbox, in this order."""
        moment = at or self.clock.now()
        received = [self._received(body, moment) for body in bodies]
        async with ledger.open_ledger(self.settings.ledger_url) as book:
            await book.transact(ledger.accept, received)

    def _received(self, body: Any, at: datetime) -> Received:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Received("desk", self.kind, at, {}, raw, ledger.hash_body(raw), "", timedelta(0))

    async def forward(self) -> Summary:
        """Forward what waits, as `messages --retry` and a backfill do."""
        plan = loader.load_intake("desk", self.settings)
        async with ledger.open_ledger(self.settings.ledger_url) as book:
            return await forward_all(plan, self.settings, book, clock=self.clock)

    async def cases(self) -> dict[str, dict[str, Any]]:
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            found = (await client.get("/_sandbox/cases")).json()
        return {one["caseUid"]: one for one in found}

    async def requests(self) -> list[str]:
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            found = (await client.get("/_sandbox/requests")).json()
        return [f"{one['method']} {one['path']} {one['status']}" for one in found]

    def ask(self, question: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "connector.db")) as connection:
            return list(connection.execute(question, values))

    def states(self) -> dict[str, str]:
        """Give the state, or the reason of it, of every message by its session id."""
        rows = self.ask("SELECT session_id, state, code FROM entry WHERE channel = 'message'")
        return {name: code or state for name, state, code in rows}

    def steps(self, session_id: str) -> list[str]:
        rows = self.ask(
            "SELECT s.name FROM step s JOIN entry e ON e.id = s.entry_id WHERE e.session_id = ? ORDER BY s.id",
            session_id,
        )
        return [row[0] for row in rows]


@pytest.fixture
def capturi() -> Callable[..., Any]:
    """Give the context manager that runs a rehearsal Capturi and yields its address."""

    def start(**options: Any) -> Any:
        return sandbox.running(sandbox.SandboxOptions(**{"port": 0, "token": TOKEN, **options}))

    return start


@pytest.fixture
def make_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Desk]:
    """Give the function that makes the project folder of an intake of a kind, pointed at an address."""
    monkeypatch.setenv("CAPTURI_TOKEN", TOKEN)

    def make(kind: str, address: str, *, more: str = "", concurrency: int = 8, top: str = "") -> Desk:
        folder = tmp_path / "desk"
        (folder / "jobs").mkdir(parents=True)
        shutil.copytree(shipped("mappings"), folder / "mappings")
        text = INTAKE.format(
            kind=kind,
            address=address,
            mapping=MAPPINGS[kind],
            more=f"  {more}" if more else "",
            concurrency=concurrency,
        )
        (folder / "jobs" / "desk.yaml").write_text(f"{text}{top}\n", encoding="utf-8")
        settings = Settings(home=folder, ledger="connector.db", hash_key="a-key-for-tests")
        return Desk(folder, settings, kind, address, MovedClock())

    return make


def comment(ticket: str, uid: str, minute: int, **changes: Any) -> dict[str, Any]:
    """Give what a trigger of Zendesk sends for a comment that was written so many minutes after the begin."""
    at = (BEGIN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    inbound = changes.pop("inbound", True)
    customer = {"email": "ida@example.org", "id": "5510", "name": "Ida Holm"}
    agent = {"email": "bo@acme.example", "id": "7001", "name": "Bo Lind"}
    sender, recipient = (customer, agent) if inbound else (agent, customer)
    message = {
        "direction": "Inbound" if inbound else "Outbound",
        "created": at,
        "from": {**sender, "role": "end-user" if inbound else "agent"},
        "messageUid": uid,
        "subject": "Refund",
        "text": changes.pop("text", f"Text of {uid}"),
        "to": [recipient],
        "isPublic": "true",
    }
    given = {
        "caseUid": ticket,
        "created": BEGIN.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "inbox": "Billing EU",
        "message": message,
        "priority": "Normal",
        "source": "Mail",
        "status": "Open",
        "subject": "Refund",
        "updated": at,
    }
    return {**given, **changes}


@pytest.fixture
def zendesk_comment() -> Callable[..., dict[str, Any]]:
    return comment


@pytest.fixture
def desk_of(make_desk, zendesk_server, monkeypatch):
    """Give a function that makes an intake whose Zendesk is the stand-in."""
    monkeypatch.setenv("ZENDESK_API_TOKEN", zendesk.TOKEN)

    def make(address, **options):
        access = f'url: "{zendesk_server.address}", email: {zendesk.EMAIL}, token: "${{ZENDESK_API_TOKEN}}"'
        return make_desk("zendesk", address, more=f"api: {{{access}, requests_per_minute: 5000}}", **options)

    return make


@pytest.fixture
def backfill(command):
    """Give a function that runs the command in the project's folder and gives its object and its exit code."""

    async def run(desk, *words):
        ended = await command(desk.folder, "zendesk", "backfill", "desk", *FEBRUARY, "--json", *words)
        return json.loads(ended.out), ended

    return run
