"""Make plans for looking: at a folder instead of a job's storage, through another mapping, or without a job at all."""

from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connector.document import read
from connector.errors import ConfigurationError, Problem
from connector.job.definition.files import KIND as FILES_KIND
from connector.job.definition.files import storage_options
from connector.job.definition.loader import Plan, names
from connector.job.definition.model import Job, Mappings, Source, Target
from connector.job.definition.remedy import Remedies
from connector.mapping import Mapping

__all__ = ["channel_of", "job_with", "plan_for_folder", "plan_in_folder", "plan_through"]

KINDS = ("ccai", FILES_KIND)
CHANNELS = {"capturi.conversation": "call", "capturi.case": "chat"}
NO_TOKEN = SecretStr("none")
FOLDER = Remedies(storage="see --files", recordings="see --files")
"""A folder that was named on the command line stands in no file."""


def channel_of(mapping: Mapping, path: Path) -> str:
    """Give the channel that the mapping is for; raise ConfigurationError where it is for no sessions."""
    channel = CHANNELS.get(mapping.writes)
    if channel is None:
        raise ConfigurationError([Problem(f"writes {mapping.writes}, and is not for files of sessions", path)])
    return channel


def plan_through(plan: Plan, channel: str, mapping: Mapping) -> Plan:
    """Give the plan with another mapping for a channel."""
    return replace(plan, mappings={**plan.mappings, channel: mapping})


def plan_in_folder(plan: Plan, folder: Path) -> Plan:
    """Give the plan that reads a folder of this machine instead of the job's storage."""
    source = plan.job.source
    own = storage_options(source.kind, source.options)
    options = {name: value for name, value in source.options.items() if name not in own}
    moved = Source.model_validate(
        source.model_dump(exclude={"storage", "options", "recordings"})
        | {"storage": str(folder.resolve()), "options": options}
    )
    return replace(plan, job=plan.job.model_copy(update={"source": moved}), remedies=FOLDER)


def plan_for_folder(path: Path, mapping: Mapping, folder: Path, *, home: Path, tenant: str) -> Plan:
    """Give a plan that reads a folder through a mapping, without a job.

    Foreign rows are told apart by what the mapping makes their external id of. Raises ConfigurationError where no
    files of this machine hold what the mapping reads.
    """
    kind, channel = mapping.reads.partition(".")[0], channel_of(mapping, path)
    if kind not in KINDS:
        raise ConfigurationError([Problem(f"reads {mapping.reads}, which comes in no files", path)])
    options: Table[str, Any] = {"id": _id_path(mapping)} if kind == FILES_KIND else {}
    job = Job(
        job="preview",
        tenant=tenant,
        source=Source(kind=kind, storage=str(folder.resolve()), options=dict(options), settle=0),
        mappings=Mappings.model_validate({channel: str(path)}),
        target=Target(token=NO_TOKEN),
    )
    found = {channel: mapping}
    return Plan(job, path, home, found, None, lambda _record, _context: None, mapping.warnings, remedies=FOLDER)


def _id_path(mapping: Mapping) -> str:
    """Give the path that the external id is made of, as far as it lies in the record."""
    paths = next((one.paths for one in mapping.fields if one.name == "externalIdentity"), ())
    return next((path for path in paths if not path.startswith("$")), "id")


def job_with(home: Path, path: Path) -> str | None:
    """Give the name of a job of the project that maps with this file; None where there is none."""
    for name in names(home):
        written = read(home / "jobs" / f"{name}.yaml").value
        named = written.get("mappings") if isinstance(written, dict) else None
        used = named.values() if isinstance(named, dict) else ()
        if any(isinstance(one, str) and (home / one).resolve() == path.resolve() for one in used):
            return name
    return None
