"""Try a storage as a run will use it, and tell what was found there."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import ConfigurationError, ConnectorError, StorageUnreachableError
from connector.job.definition.columns import MOST_FILES
from connector.job.definition.loader import Plan
from connector.job.definition.model import Source
from connector.job.definition.remedy import placed
from connector.job.definition.source import classify, done_in_storage, wants_folder
from connector.job.gathering.unknown import Unknown
from connector.job.trial.finding import Finding, failed
from connector.job.trial.tables import check_tables
from connector.session import FileRole
from connector.storage import FileInfo, Storage, open_storage
from connector.storage.finishing import LEAVE, folder_of, is_below
from connector.storage.model import Finisher, Introduced

__all__ = ["check_storages"]

SHOWN_FOLDERS = 4


@dataclass(slots=True)
class _Census:
    """What a listing holds."""

    roles: Counter[FileRole] = field(default_factory=Counter)
    folders: Counter[str] = field(default_factory=Counter)
    unknown: Unknown = field(default_factory=Unknown)
    away: int = 0
    left_out: int = 0
    newest: FileInfo | None = None
    tables: list[FileInfo] = field(default_factory=list)
    """The newest files of metadata, the newest first."""


async def check_storages(plan: Plan) -> AsyncIterator[Finding]:
    """Give a finding for each storage of the job, and one for the right to put files away where it is wanted."""
    source = plan.job.source
    async for finding in _check(plan, "storage", source.storage, source.storage_options):
        yield finding
    if source.recordings:
        async for finding in _check(plan, "recordings", source.recordings.storage, source.recordings.options):
            yield finding


async def _check(plan: Plan, name: str, address: str, options: Mapping[str, Any]) -> AsyncIterator[Finding]:
    source, only_companions = plan.job.source, name != "storage"
    done = source.done if only_companions else done_in_storage(source)
    action = done if only_companions else source.done_action or done
    try:
        async with open_storage(address, options, plan.home, done=done) as storage:
            introduction = storage.introduction() if isinstance(storage, Introduced) else ()
            census = await _take(source, storage, folder_of(done), only_companions=only_companions)
            yield Finding(name, True, f"{storage.address}", facts=(*introduction, *_facts(source, census)))
            if source.reading is not None and census.tables and not only_companions:
                async for finding in check_tables(plan, source.reading, storage, census.tables):
                    yield finding
            if action != LEAVE and isinstance(storage, Finisher):
                yield await _rehearse(name, storage, action)
    except StorageUnreachableError as error:
        place = plan.remedies.recordings if only_companions else plan.remedies.storage
        yield failed(name, f"{address}: ", placed(error, place))
    except ConnectorError as error:
        yield failed(name, f"{address}: ", error)


async def _rehearse(name: str, storage: Finisher, action: str) -> Finding:
    try:
        await storage.rehearse(action)
    except ConfigurationError:
        raise
    except ConnectorError as error:
        return failed(f"{name}, done", "", error)
    return Finding(f"{name}, done", True, f"{action} is allowed")


async def _take(source: Source, storage: Storage, away: str | None, *, only_companions: bool) -> _Census:
    census = _Census()
    async for batch in storage.list():
        for file in batch:
            if is_below(file.path, away):
                census.away += 1
            elif source.folders and not only_companions and not wants_folder(source.folders, file.path):
                census.left_out += 1
            else:
                _count(census, source, file)
    return census


def _count(census: _Census, source: Source, file: FileInfo) -> None:
    name = classify(source, file.path)
    census.roles[name.role] += 1
    if name.role is FileRole.METADATA:
        newest = sorted([*census.tables, file], key=lambda one: (one.modified_ns, one.path), reverse=True)
        census.tables = newest[:MOST_FILES]
    census.unknown.look(source, file.path, name)
    top, slash, _ = file.path.partition("/")
    census.folders[f"{top}/" if slash else "(no folder)"] += 1
    if census.newest is None or file.modified_ns > census.newest.modified_ns:
        census.newest = file


def _facts(source: Source, census: _Census) -> list[tuple[str, str]]:
    told = ", ".join(f"{count:,} {role.value}" for role, count in sorted(census.roles.items()))
    facts = [("files", told or "none: it is reached, and empty")]
    if census.folders:
        shown = [f"{folder} {count:,}" for folder, count in census.folders.most_common(SHOWN_FOLDERS)]
        more = len(census.folders) - len(shown)
        facts.append(("folders", ", ".join(shown) + (f" and {more:,} more" if more else "")))
    if census.newest is not None:
        facts.append(("newest file", f"{census.newest.modified_at:%Y-%m-%d %H:%M} UTC, {census.newest.path}"))
    if census.unknown.count:
        facts.append(("passed over", census.unknown.told()))
    if census.left_out:
        facts.append(("left out", f"{census.left_out:,} in other folders than {', '.join(source.folders)}"))
    if census.away:
        facts.append(("put away", f"{census.away:,} in {folder_of(source.done)}"))
    return facts
