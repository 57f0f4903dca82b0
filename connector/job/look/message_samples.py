"""Take accepted messages, or the bodies of requests in a folder, as their mapping is given them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector import ledger
from connector.document import read
from connector.errors import ConfigurationError, Problem, SkipError
from connector.job.definition.intake import Intake, IntakeSource
from connector.job.definition.loader import MESSAGE, IntakePlan, intakes
from connector.job.definition.model import Target
from connector.job.gathering.content import LARGEST_WHOLE_BYTES
from connector.job.look.makeshift import NO_TOKEN
from connector.ledger import Ledger, case_listing
from connector.ledger.case_listing import MessageRow, Wanted
from connector.mapping import Mapping as Rules
from connector.message.kinds import KINDS, make_source
from connector.message.model import Accepted, Act, Event

__all__ = ["Sample", "Samples", "intake_with", "plan_for_bodies", "sample_folder", "sample_inbox", "sender_of"]

SUFFIXES = (".json", ".txt")
MOST_FILES = 2_000
MOST_WAITING = 500
MOST_BEFORE = 200
"""So much of a conversation is read for what it was told before."""
CONVERSATION = "platformConversationId"


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing that a request told, and where the request lies."""

    event: Event
    place: str
    """The file, or `inbox 17`."""
    state: str | None = None
    """What became of it, where it was accepted."""

    @property
    def name(self) -> str:
        """Give the words for it."""
        case = f" of {self.event.case}" if self.event.case else ""
        return f"message {self.event.message}{case}" if self.event.message else f"{self.event.act.value}{case}"

    def is_called(self, name: str) -> bool:
        """Tell whether this is a name of it: the message's id, its conversation's, the place, or the end of it."""
        known = {self.event.message, self.event.case, self.place, self.place.removeprefix("inbox ")}
        return name in known or self.place.endswith(f"/{name}")


@dataclass(frozen=True, slots=True)
class Samples:
    """What was found, the newest first."""

    plan: IntakePlan
    told: tuple[Sample, ...]
    requests: int
    broken: tuple[str, ...]


def sample_folder(plan: IntakePlan, folder: Path, name: str | None = None) -> Samples:
    """Give what the bodies in a folder of this machine tell, one request in each file, by their names in reverse.

    With a name only what is called so.

    Raises ConfigurationError where there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError([Problem("is no folder of this machine", folder)])
    paths = sorted(one for one in folder.rglob("*") if one.suffix in SUFFIXES and one.is_file())
    fitting = [path for path in paths if path.stat().st_size <= LARGEST_WHOLE_BYTES][:MOST_FILES]
    requests = [
        (path.relative_to(folder).as_posix(), None, Accepted(at, _changed_at(path), {}, path.read_bytes()))
        for at, path in enumerate(fitting)
    ]
    found = _read(plan, requests)
    return found if name is None else replace(found, told=tuple(one for one in found.told if one.is_called(name)))


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


async def sample_inbox(book: Ledger, plan: IntakePlan, limit: int, name: str | None = None) -> Samples:
    """Give what the intake accepted last, or what is known by this name."""
    intake = plan.intake.intake
    rows = await book.read(case_listing.list_messages, Wanted(name, intake, limit=limit))
    if name is not None and not rows:
        # What still waits was not read yet, so the ledger knows it by no name.
        found = await sample_inbox(book, plan, MOST_WAITING)
        return replace(found, told=tuple(one for one in found.told if one.is_called(name)))
    wanted = {_place_of(row): row.state for row in rows}
    if KINDS[plan.source.kind].remembers:
        for case in {row.case for row in rows if row.case}:
            rows += await book.read(case_listing.list_messages, Wanted(case, intake, limit=MOST_BEFORE))
    requests = []
    for number in sorted({row.inbox_id for row in rows}):
        row = await book.read(ledger.find_message, number)
        if row is not None:
            accepted = Accepted(row.id, row.received_at, row.headers, row.body)
            requests.append((f"inbox {number}", wanted.get(f"inbox {number}"), accepted))
    found = _read(plan, requests)
    told = tuple(one for one in found.told if one.place in wanted)
    return replace(found, told=told, requests=len(wanted))


def _place_of(row: MessageRow) -> str:
    return f"inbox {row.inbox_id}"


def _read(plan: IntakePlan, requests: Iterable[tuple[str, str | None, Accepted]]) -> Samples:
    """Read requests in the order of acceptance, each with what its conversation was told before."""
    told: list[Sample] = []
    broken: list[str] = []
    known: dict[str, dict[str, Any]] = {}
    count = 0
    for place, state, accepted in requests:
        count += 1
        try:
            events = plan.source.read(accepted)
        except SkipError as error:
            broken.append(f"{place}: {error}")
            continue
        told += [Sample(_remembering(plan, event, known), place, state) for event in events]
    return Samples(plan, tuple(reversed(told)), count, tuple(broken))


def _remembering(plan: IntakePlan, event: Event, known: dict[str, dict[str, Any]]) -> Event:
    key = KINDS[plan.source.kind].remembers
    if not key:
        return event
    if event.act is Act.CLOSE:
        known.pop(event.case, None)
        return event
    found = known[event.case] = {**known.get(event.case, {}), **(event.record.get(key) or {})}
    return replace(event, record={**event.record, key: found})


def intake_with(home: Path, path: Path) -> str | None:
    """Give the name of an intake of the project that maps with this file; None where there is none."""
    for name in intakes(home):
        written = read(home / "jobs" / f"{name}.yaml").value
        used = written.get("mapping") if isinstance(written, dict) else None
        if isinstance(used, str) and (home / used).resolve() == path.resolve():
            return name
    return None


def plan_for_bodies(path: Path, mapping: Rules, *, home: Path, tenant: str) -> IntakePlan:
    """Give a plan that reads bodies through a mapping of messages, without an intake.

    Raises ConfigurationError where no kind of sender sends what the mapping reads.
    """
    kind = mapping.reads.partition(".")[0]
    if mapping.writes != MESSAGE or kind not in KINDS:
        raise ConfigurationError([Problem(f"reads {mapping.reads}, which no sender of messages sends", path)])
    intake = Intake(
        intake="preview",
        tenant=tenant,
        source=IntakeSource.model_validate({"kind": kind, "unsigned": True}),
        mapping=str(path),
        target=Target(token=NO_TOKEN),
    )
    return IntakePlan(intake, path, home, make_source(kind, intake.options()), mapping, mapping.warnings)


def sender_of(record: Mapping[str, Any]) -> str | None:
    """Give the kind of sender that a record looks like a request of; None where it looks like none."""
    data = record.get("data")
    inner = data if isinstance(data, dict) else {}
    event = record.get("event")
    if {"caseUid", "message"} <= record.keys():
        return "zendesk"
    if CONVERSATION in record or CONVERSATION in inner:
        return "ultimate"
    if isinstance(event, str) and event.startswith(("message_", "conversation_")):
        return "sangoma"
    return "ccai-events" if "type" in record and inner.keys() & {"chat_id", "call_id"} else None
