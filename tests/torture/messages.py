"""Kill an intake that takes messages in and forwards them, let it complete, and compare all that arrived."""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from connector import ledger
from connector.clock import SystemClock
from connector.job.definition import loader
from connector.job.forward.runner import forward_all
from connector.job.project import samples
from connector.ledger import Change, Received, database, schema
from connector.ledger.case_tables import CASE_EVENT
from connector.ledger.tables import ENTRY
from connector.sandbox import SandboxOptions
from connector.settings import Settings
from connector.shipped import shipped
from tests.flow.conftest import TOKEN
from tests.torture.ordeal import FAULTS, HANG_SECONDS, KILLS, LONGEST_SECONDS, Verdict
from tests.torture.victim import Blow, choose_blow, strike
from tests.torture.world import Target, running_target

__all__ = ["BOUNDARIES", "MessageWorld", "suffer_messages"]

BOUNDARIES = (
    *("INSERT INTO inbox", "INSERT INTO case_event", "UPDATE inbox", "UPDATE case_event", "UPDATE text_case"),
    *("message.intended", "message.done", "message.failed", "delivered", "held", "amended", "change.intended"),
)
"""What a commit may hold between the acceptance of a message and its arrival."""
COMMON = (*BOUNDARIES[:2], "message.intended", "message.done", "delivered")
TICKETS = ("31", "32", "33")
AT_ONCE = 6
COMPLETING = 12
INTAKE = """\
intake: desk
tenant: acme
source: {{kind: zendesk, unsigned: true}}
mapping: mappings/zendesk-comment.yaml
target: {{kind: capturi, url: {address}, token: "${{CAPTURI_TOKEN}}"}}
limits: {{concurrency: 3}}
"""


class MovedClock(SystemClock):
    """A clock that is ahead by as much as is said, and on which pauses are short: nobody waits for what rests."""

    def __init__(self, moment: datetime) -> None:
        self._ahead = moment - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)


class MessageWorld:
    """A project folder with one intake, and what its sender was told to be accepted, in that order."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder / "project"
        (self.folder / "jobs").mkdir(parents=True)
        (self.folder / "mappings").symlink_to(shipped("mappings"))
        (self.folder / "jobs" / "desk.yaml").write_text(INTAKE.format(address=address))
        self.said = self.folder / "accepted.txt"
        self.said.touch()

    @property
    def accepted(self) -> list[str]:
        """Give the ids of the messages whose acceptance was told, with their tickets before them."""
        return self.said.read_text().split()


def work(said: Path, count: int, settings: Settings, moment: datetime) -> dict[str, Any]:
    """Take so many messages in and forward meanwhile what waits; what was told before is never sent again."""
    return asyncio.run(_serve(said, count, settings, moment))


async def _serve(said: Path, count: int, settings: Settings, moment: datetime) -> dict[str, Any]:
    plan = loader.load_intake("desk", settings)
    async with ledger.open_ledger(settings.ledger_url) as book:
        taking = asyncio.create_task(_take_in(book, said, count, moment))
        while not taking.done():
            await forward_all(plan, settings, book, clock=MovedClock(moment))
            moment += timedelta(hours=2)
        await taking
        await forward_all(plan, settings, book, clock=MovedClock(moment))
        left = await book.read(_open)
    return {"open": left}


def _open(connection: Any) -> int:
    found: int = connection.execute(select(func.count()).where(CASE_EVENT.c.open)).scalar_one()
    return found


async def _take_in(book: ledger.Ledger, said: Path, count: int, moment: datetime) -> None:
    """Do what the reception does: store durably, then say so; a sender without an answer sends the same again."""
    with said.open("a+") as told:
        told.seek(0)
        first = len(told.read().split())
        for number in range(first, first + count):
            ticket = TICKETS[number % len(TICKETS)]
            body = json.dumps(_comment(ticket, number)).encode()
            received = Received(
                "desk", "zendesk", moment, {}, body, ledger.hash_body(body), str(number), timedelta(days=400)
            )
            await book.write(Change(received=received), durable=True)
            os.write(told.fileno(), f"{ticket}/{number}\n".encode())
            await asyncio.sleep(0.002)


def _comment(ticket: str, number: int) -> dict[str, Any]:
    at = (samples.BASE + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ida = {"email": "ida@example.org", "id": "5510", "name": "Ida Holm", "role": "end-user"}
    bo = {"email": "bo@acme.example", "id": "7001", "name": "Bo Lind"}
    message = {"direction": "Inbound", "createdAt": at, "from": ida, "messageUid": str(number), "to": [bo]}
    message |= {"subject": "Refund", "text": f"Text {number}", "isPublic": "true"}
    fields = {"created": at, "updated": at, "inbox": "Billing", "source": "Mail", "status": "Open", "subject": "Refund"}
    return {"caseUid": ticket, **fields, "message": message}


def suffer_messages(
    folder: Path, seed: int, ledger_address: str, *, kills: int = KILLS, blows: Sequence[Blow] = ()
) -> Verdict:
    """Do one round in this folder, with its blows first; `ledger_address` is an empty database's or a file's name."""
    chance = random.Random(seed)  # noqa: S311 - chosen events, no secret
    faults = FAULTS[seed % len(FAULTS)]
    told = "postgresql" if ledger_address.startswith("postgresql") else "sqlite"
    verdict = Verdict(seed, told, faults)
    options = SandboxOptions(port=0, token=TOKEN, faults=f"{faults},seed={seed}", hang_seconds=HANG_SECONDS)
    with running_target(options, folder / "target.log") as target:
        world = MessageWorld(folder, target.address)
        if told == "postgresql":
            schema.upgrade(ledger_address, SystemClock())
        address = ledger_address if told == "postgresql" else f"sqlite:///{world.folder / ledger_address}"
        moment = _kill(world, address, verdict, kills, chance, list(blows))
        _complete(world, address, verdict, moment, target)
        _compare(world, address, target, verdict)
    return verdict


def _kill(
    world: MessageWorld, address: str, verdict: Verdict, kills: int, chance: random.Random, blows: list[Blow]
) -> datetime:
    moment = samples.BASE
    for _ in range(5 * kills):
        blow = blows.pop(0) if blows else choose_blow(chance, LONGEST_SECONDS, steps=BOUNDARIES, common=COMMON)
        killed, _ = strike(
            world.folder, address, moment, blow, world.folder / "run.log", work=partial(work, world.said, AT_ONCE)
        )
        verdict.runs += 1
        verdict.kills += killed
        verdict.blows[str(blow)] = verdict.blows.get(str(blow), 0) + killed
        moment += timedelta(days=1)
        if verdict.kills >= kills:
            break
    return moment


def _complete(world: MessageWorld, address: str, verdict: Verdict, moment: datetime, target: Target) -> None:
    for number in range(COMPLETING):
        if number == COMPLETING // 2:
            target.heal()
        moment += timedelta(days=1)
        _, said = strike(
            world.folder, address, moment, None, world.folder / "run.log", work=partial(work, world.said, 1)
        )
        verdict.runs += 1
        if said is not None and said["open"] == 0:
            return


def _compare(world: MessageWorld, address: str, target: Target, verdict: Verdict) -> None:
    arrived = [
        f"{case['caseUid'].rpartition(':')[2]}/{one['messageUid']}"
        for case in target.read("cases")
        for one in case["messages"]
    ]
    accepted = world.accepted
    verdict.lost = sorted(set(accepted) - set(arrived))
    verdict.doubled = sorted(name for name, count in Counter(arrived).items() if count > 1)
    for ticket in TICKETS:
        own = [name for name in arrived if name.startswith(f"{ticket}/")]
        if own != sorted(own, key=lambda name: int(name.rpartition("/")[2])):
            verdict.damaged.append(f"{ticket} is out of order")
    engine = database.connect(address, busy_seconds=10, writes=False)
    with engine.connect() as connection:
        verdict.stuck = [f"{_open(connection)} events"] if _open(connection) else []
        asked = select(ENTRY.c.session_id).where(ENTRY.c.state == "delivered", ENTRY.c.channel == "message")
        verdict.untrue = sorted(set(connection.execute(asked).scalars()) - set(arrived))
    engine.dispose()
