"""Compare what a job's storage holds, what the ledger says and what the target has."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from connector import ledger
from connector.clock import Clock
from connector.delivery import Limits, Portal, Visitor
from connector.job.definition.loader import Plan
from connector.job.definition.remedy import telling
from connector.job.definition.source import classify, done_in_storage, wants_folder
from connector.job.execution.opening import labels_of, open_target
from connector.job.execution.selection import Selection
from connector.job.repair.retry import select
from connector.ledger import EntryRow, Ledger, Source
from connector.reason import Code
from connector.session import FileRole
from connector.settings import Settings
from connector.storage import FileInfo, open_storage
from connector.storage.finishing import folder_of, is_below

__all__ = ["Comparison", "Gap", "compare"]

MOST_EXAMPLES: Final = 5
MOST_LOOKED_UP: Final = 200
"""Up to so many conversations are looked up one by one; for more the target's whole list is read."""
BYTE: Final = 8


@dataclass(slots=True)
class Gap:
    """One way in which the three differ."""

    name: str
    meaning: str
    remedy: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        """Count one more; the first few are named."""
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(example)


@dataclass(slots=True)
class Comparison:
    """What is missing where."""

    job: str
    files: int = 0
    """Metadata files that the storage lists."""
    entries: int = 0
    delivered: int = 0
    looked_up: int | None = None
    """How many conversations were compared with the target; None where its portal is not set up."""
    gaps: dict[str, Gap] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    """Paths of files that no entry came of."""
    lacking: list[EntryRow] = field(default_factory=list)
    """Delivered entries without a recording."""
    gone: list[EntryRow] = field(default_factory=list)
    """Delivered entries that the target does not have, or not with their recordings."""

    def add(self, name: str, example: str) -> None:
        """Count one difference."""
        meaning, remedy = _MEANING[name.partition(": ")[0]]
        reason = name.partition(": ")[2]
        meaning = Code(reason).meaning if reason else meaning
        self.gaps.setdefault(name, Gap(name, meaning, remedy)).add(example)

    def selection(self) -> Selection:
        """Give what a run is restricted to that sends what is missing and nothing else."""
        chosen = select([*self.lacking, *self.gone])
        resend = frozenset(entry.id for entry in self.gone)
        return Selection(chosen.entries, chosen.keys, chosen.files, frozenset(self.unknown), resend)

    def as_dict(self) -> Mapping[str, Any]:
        """Give it as plain data; examples are ids and paths alone."""
        numbers = {name: getattr(self, name) for name in ("job", "files", "entries", "delivered", "looked_up")}
        gaps = {gap.name: {"count": gap.count, "examples": gap.examples} for gap in self.sorted()}
        return {**numbers, "gaps": gaps}

    def sorted(self) -> Sequence[Gap]:
        """Give the differences in the order of the flow."""
        order = list(_MEANING)
        return sorted(self.gaps.values(), key=lambda gap: (order.index(gap.name.partition(": ")[0]), gap.name))


_MEANING: Final = {
    "not_in_ledger": ("in the storage, and no run has judged it", "connector run, or --send-missing"),
    "cut_short": ("a run was cut short while it was sent", "connector run completes it"),
    "held": ("held", "connector run looks again; docs/reasons.md"),
    "refused": ("refused", "mend the cause, then connector retry"),
    "file_gone": ("not delivered, and its file is gone", "put the file back, then connector retry"),
    "without_audio": ("delivered without its recording", "--send-missing, once the recording is there"),
    "gone_in_target": ("delivered, and the target does not have it", "--send-missing"),
    "audio_gone_in_target": ("its recording was sent, and the target has none", "--send-missing"),
}


async def compare(plan: Plan, settings: Settings, *, clock: Clock) -> Comparison:
    """Give what is missing where; nothing is written or sent. Raises what storage, ledger and target raise."""
    found = Comparison(plan.job.job)
    async with AsyncExitStack() as stack:
        url = settings.ledger_url
        if not ledger.exists(url):
            url = stack.enter_context(ledger.rehearsal_copy(url))
        book = await stack.enter_async_context(ledger.open_ledger(url, clock=clock))
        with telling(plan.remedies.storage):
            there = await _look_at_storage(plan, book, found)
        await _look_at_ledger(plan, book, found, there)
        if plan.job.target.portal is not None:
            target = await stack.enter_async_context(open_target(plan, settings, Limits(clock=clock), clock))
            visitor = plan.job.target.portal
            portal = Portal(target, Visitor(visitor.name, visitor.email, visitor.reason))
            await _look_at_target(plan, book, portal, found)
    return found


def _source(plan: Plan) -> Source:
    return Source(plan.job.tenant, plan.job.source.kind, plan.job.target.name)


class _There:
    """Which files of the ledger the storage lists: one bit each."""

    def __init__(self, place: int | None) -> None:
        self.place = place
        self._bits = bytearray()

    def add(self, file_id: int) -> None:
        at = file_id // BYTE
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        self._bits[at] |= 1 << file_id % BYTE

    def __contains__(self, file_id: int) -> bool:
        at = file_id // BYTE
        return at < len(self._bits) and bool(self._bits[at] >> file_id % BYTE & 1)


async def _look_at_storage(plan: Plan, book: Ledger, found: Comparison) -> _There:
    source = plan.job.source
    async with open_storage(source.storage, source.storage_options, plan.home) as storage:
        place = await book.read(ledger.comparing.find_place, _source(plan), storage.address, labels_of(plan.job))
        there = _There(place)
        async for batch in storage.list():
            paths = [file.path for file in batch if _is_metadata(plan, file)]
            found.files += len(paths)
            known = await book.read(ledger.comparing.known_files, place or 0, paths)
            for position, file_id, entries, pending in known:
                if file_id is not None:
                    there.add(file_id)
                # A file that was judged and has no entry repeats a session that another one tells.
                if file_id is None or (pending and not entries):
                    found.add("not_in_ledger", paths[position])
                    found.unknown.append(paths[position])
    return there


def _is_metadata(plan: Plan, file: FileInfo) -> bool:
    source = plan.job.source
    if is_below(file.path, folder_of(done_in_storage(source))) or not (
        not source.folders or wants_folder(source.folders, file.path)
    ):
        return False
    return classify(source, file.path).role is FileRole.METADATA


async def _entries(plan: Plan, book: Ledger) -> AsyncIterator[EntryRow]:
    after = ""
    while page := await book.read(ledger.comparing.entries_after, _source(plan), plan.job.job, after):
        for entry in page:
            yield entry
        after = page[-1].id


async def _look_at_ledger(plan: Plan, book: Ledger, found: Comparison, there: _There) -> None:
    async for entry in _entries(plan, book):
        found.entries += 1
        name = entry.external_id or f"{entry.channel} {entry.session_id}"
        if entry.state == "delivered":
            found.delivered += 1
            if entry.channel == "call" and entry.audio_state != "sent":
                found.add("without_audio", name)
                found.lacking.append(entry)
        elif entry.state == "sending":
            found.add("cut_short", name)
        elif entry.state in {"held", "refused"}:
            is_gone = entry.file_id is not None and entry.file_id not in there
            found.add("file_gone" if is_gone else f"{entry.state}: {entry.code}", name)


async def _look_at_target(plan: Plan, book: Ledger, portal: Portal, found: Comparison) -> None:
    """Ask for each delivered call; cases cannot be looked up."""
    found.looked_up = 0
    listed: dict[str, bool | None] = {}
    one_by_one = found.delivered <= MOST_LOOKED_UP
    if not one_by_one:
        async for one in portal.conversations():
            for name in (one.external_id, one.uid):
                if name:
                    listed[name] = one.has_audio
    async for entry in _entries(plan, book):
        if entry.state != "delivered" or entry.channel != "call" or not entry.external_id:
            continue
        found.looked_up += 1
        if one_by_one:
            told = await portal.look_up(entry.external_id)
            has_audio, is_there = (told.has_audio, True) if told is not None else (None, False)
        else:
            names = [name for name in (entry.external_id, entry.uid) if name in listed]
            has_audio, is_there = (listed[names[0]], True) if names else (None, False)
        _judge(found, entry, is_there=is_there, has_audio=has_audio)


def _judge(found: Comparison, entry: EntryRow, *, is_there: bool, has_audio: bool | None) -> None:
    name = entry.external_id or entry.session_id
    if not is_there:
        found.add("gone_in_target", name)
        found.gone.append(entry)
    elif has_audio is False and entry.audio_state == "sent":
        found.add("audio_gone_in_target", name)
        found.gone.append(entry)
