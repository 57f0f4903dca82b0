"""Read a job or an intake with everything it names, and tell all its mistakes at once."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from connector import document, enrichment, mapping
from connector.errors import ConfigurationError, Problem
from connector.job.definition import variables
from connector.job.definition.agent_id import without_agent_id
from connector.job.definition.chat_writer import are_chats_live, check_chat_writer
from connector.job.definition.columns import placed_paths
from connector.job.definition.filtering import Filter, compile_filter
from connector.job.definition.intake import Intake
from connector.job.definition.model import Condition, Job, Target
from connector.job.definition.place import find, find_intake, intakes, is_intake, names
from connector.job.definition.remedy import UNNAMED, Remedies, remedies
from connector.job.definition.scrutiny import find_intake_mistakes, find_mistakes, unused_keys
from connector.message.kinds import KINDS, make_source
from connector.message.model import Source
from connector.settings import Settings, environment

__all__ = ["IntakePlan", "Plan", "find", "find_intake", "intakes", "is_intake", "load", "load_intake", "names"]

T = TypeVar("T")
WRITES = {"call": "capturi.conversation", "chat": "capturi.case"}
MESSAGE = "capturi.case_message"


@dataclass(frozen=True, slots=True)
class Plan:
    """A job with its mappings and agents read and found right."""

    job: Job
    path: Path
    home: Path
    mappings: Mapping[str, mapping.Mapping]
    agents: enrichment.Directory | None
    filter: Filter
    warnings: tuple[Problem, ...]
    remedies: Remedies = UNNAMED
    placed: tuple[mapping.Placed, ...] = ()
    """The paths that the job and its mappings read of a record, where its records are rows of tables."""

    @property
    def target(self) -> Target:
        """Give where the job sends."""
        return self.job.target

    @property
    def policy_hash(self) -> str:
        """Give a digest of what decides about skipping: entries skipped under another one are judged anew."""
        job = self.job
        facts = {
            "filter": [condition.model_dump(mode="json") for condition in job.filter],
            "not_before": str(job.not_before or ""),
            "agents": job.agents.model_dump(mode="json") if job.agents else None,
            # Who the agents are counts for what stopped for their sake alone, beside this digest. Without this name
            # the digest would be another one, and all that was skipped before judged anew.
            "known": None,
            "audio": job.audio.model_dump(mode="json"),
            "mappings": {channel: one.hash for channel, one in self.mappings.items()},
        }
        if are_chats_live(self.home, job.tenant):
            facts["chats"] = "live"
        if job.source.reading is not None:
            facts["files"] = job.source.reading.digest
        return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]

    @property
    def mapping_hashes(self) -> dict[str, str]:
        """Give the digest of each channel's mapping."""
        return {channel: one.hash for channel, one in self.mappings.items()}


@dataclass(frozen=True, slots=True)
class IntakePlan:
    """An intake with its sender and its mapping read and found right."""

    intake: Intake
    path: Path
    home: Path
    source: Source
    mapping: mapping.Mapping
    warnings: tuple[Problem, ...]
    remedies: Remedies = UNNAMED

    @property
    def target(self) -> Target:
        """Give where the intake sends."""
        return self.intake.target

    @property
    def address(self) -> str:
        """Give the path at which the intake is reached."""
        return f"/hooks/{self.source.kind}/{self.intake.intake}"


def load(name: str, settings: Settings) -> Plan:
    """Give the job of this name, ready to run; raise ConfigurationError with every mistake of all its files."""
    path = find(settings.home, name)
    if is_intake(path):
        hint = "`connector serve` serves it; `connector check` looks at it"
        raise ConfigurationError([Problem("is an intake and no job", path, hint=hint)])
    written = document.read(path)
    value, problems = variables.fill(written, environment(settings.home))
    collect = _Collector(problems)
    job = collect(lambda: document.validate(written, Job, value))
    # A job that is wrong somewhere may still name its mappings right: their mistakes belong to the same answer.
    named = _mapping_names(value)
    mappings = {
        channel: _mapping(collect, written, ("mappings", channel), (file, WRITES[channel]), settings)
        for channel, file in named.items()
    }
    agents_file = _text(value, "agents", "file")
    agents = _agents(collect, written, agents_file, settings) if agents_file else None
    judged = collect(lambda: compile_filter(written, _conditions(value)))
    problems += find_mistakes(written, value, settings, problems)
    problems += [*_misnamed(written, value, "job"), *check_chat_writer(settings.home, _text(value, "tenant"))]
    if problems or job is None or judged is None:
        raise ConfigurationError(sorted(problems, key=_in_file))
    ready = {channel: one for channel, one in mappings.items() if one is not None}
    doubts = (*_foreign(written, job, ready), *without_agent_id(written, job, ready))
    warnings = (*doubts, *(warning for one in ready.values() for warning in one.warnings))
    told, placed = remedies(written, settings.home, job.target.url), placed_paths(written, job, ready)
    return Plan(job, path, settings.home, ready, agents, judged, warnings, told, placed)


def load_intake(name: str, settings: Settings) -> IntakePlan:
    """Give the intake of this name, ready to serve; raise ConfigurationError with every mistake of all its files."""
    path = find_intake(settings.home, name)
    written = document.read(path)
    value, problems = variables.fill(written, environment(settings.home))
    collect = _Collector(problems)
    intake = collect(lambda: document.validate(written, Intake, value))
    file = _text(value, "mapping")
    used = _mapping(collect, written, ("mapping",), (file, MESSAGE), settings) if file else None
    problems += find_intake_mistakes(written, value, settings, problems)
    problems += [*_misnamed(written, value, "intake"), *check_chat_writer(settings.home, _text(value, "tenant"))]
    kind = _text(value, "source", "kind")
    if used is not None and kind in KINDS and used.reads.partition(".")[0] != kind:
        problems.append(written.problem(("mapping",), f"reads {used.reads}, and the source is of kind {kind}"))
    source = collect(lambda: make_source(kind, intake.options())) if intake is not None and kind is not None else None
    if problems or intake is None or source is None or used is None:
        raise ConfigurationError(sorted(problems, key=_in_file))
    warnings = (*unused_keys(written, value), *used.warnings)
    told = remedies(written, settings.home, intake.target.url)
    return IntakePlan(intake, path, settings.home, source, used, warnings, told)


class _Collector:
    """Run steps that may each find mistakes, and keep all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        # What a variable that is not set left empty is wrong for no other reason.
        self._told = {(problem.file, problem.field) for problem in problems if problem.field}

    def __call__(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except ConfigurationError as error:
            self.problems.extend(one for one in error.problems if (one.file, one.field) not in self._told)
            return None


def _mapping_names(value: Any) -> dict[str, str]:
    named = value.get("mappings") if isinstance(value, dict) else None
    if not isinstance(named, dict):
        return {}
    return {channel: file for channel, file in named.items() if channel in WRITES and isinstance(file, str)}


def _in_file(problem: Problem) -> tuple[str, int]:
    return str(problem.file or ""), problem.line or 0


def _conditions(value: Any) -> list[tuple[int, Condition]]:
    """Give the conditions of the filter that have the right shape; what is wrong with the others is told elsewhere."""
    written = value.get("filter") if isinstance(value, dict) else None
    found = []
    for at, one in enumerate(written if isinstance(written, list) else ()):
        with suppress(ValidationError):
            found.append((at, Condition.model_validate(one)))
    return found


def _foreign(written: document.Document, job: Job, mappings: Mapping[str, mapping.Mapping]) -> Iterator[Problem]:
    """Warn of mappings that were written for records of another source: their paths lead nowhere here."""
    kind = job.source.kind.partition("-")[0]
    for channel, one in mappings.items():
        if one.reads.partition(".")[0] != kind:
            message = f"reads {one.reads}, and the source is of kind {job.source.kind}"
            yield written.problem(("mappings", channel), message)


def _text(value: Any, *keys: str) -> str | None:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _agents(
    collect: _Collector, written: document.Document, file: str, settings: Settings
) -> enrichment.Directory | None:
    """Give the agents of the file that the job names; tell its mistakes, and that it is missing at the job's line."""
    if not (settings.home / file).exists():
        hint = "put your list of agents there, or correct the name; see docs/job-file.md"
        message = f"there is no agents file {settings.home / file}"
        collect.problems.append(written.problem(("agents", "file"), message, hint=hint))
        return None
    return collect(lambda: enrichment.read_directory(settings.home / file))


def _misnamed(written: document.Document, value: Any, key: str) -> Iterator[Problem]:
    """Tell where the name in the file is not the file's."""
    stem = written.path.stem
    if (name_in_file := _text(value, key)) not in {None, stem}:
        hint = f"write `{key}: {stem}` or rename the file"
        yield written.problem((key,), f"is {name_in_file!r}, but the file is {written.path.name}", hint=hint)


def _mapping(
    collect: _Collector,
    written: document.Document,
    at: document.Location,
    wanted: tuple[str, str],
    settings: Settings,
) -> mapping.Mapping | None:
    """Give the mapping that the file names here and that writes what is wanted, right or not; tell its mistakes."""
    file, writes = wanted
    if not (settings.home / file).exists():
        hint = "copy it from the folder that `connector init DIR` makes, or see the spelling"
        collect.problems.append(written.problem(at, f"there is no file {settings.home / file}", hint=hint))
        return None
    loaded = collect(lambda: mapping.load(settings.home / file, hash_key=settings.mask_key))
    if loaded is not None and loaded.writes != writes:
        said = f"{Path(file).name} writes {loaded.writes}, needed here is {writes}"
        collect.problems.append(written.problem(at, said))
    return loaded
