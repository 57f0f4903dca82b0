"""Write a proposed mapping, and the job and agents file that go with it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter, ValidationError

from connector.cli.app import errors, output
from connector.cli.mapping_view import say
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.project.proposal import Proposal
    from connector.job.project.sampling import Samples
    from connector.mapping.guess import Said
    from connector.session.rows import FormatName

__all__ = ["Wanted", "write_suggestion"]

TODO = "# TODO "
MOST_BROKEN = 3


class Wanted(NamedTuple):
    """What was asked for on the command line."""

    format: "FormatName | None"
    out: Path | None
    job: str | None
    tenant: str
    said: "Said"


def write_suggestion(settings: Settings, folder: Path, wanted: Wanted) -> None:
    """Write, or print, what is proposed for sample files; raise ConfigurationError where a file is there already."""
    from connector import mapping  # noqa: PLC0415
    from connector.job.project.proposal import default_name, propose  # noqa: PLC0415
    from connector.job.project.sampling import take_samples  # noqa: PLC0415

    _reject_name(wanted.job)
    path = _path(settings, wanted)
    samples = take_samples(folder, wanted.format)
    _reject_messages(settings, folder, samples)
    proposal = propose(samples, path.stem if path else default_name(folder), wanted.said, tenant=wanted.tenant)
    mapping.parse(proposal.mapping, path or settings.home / f"{proposal.name}.yaml")
    for one in samples.broken[:MOST_BROKEN]:
        say(errors, f"not readable: {one}", "yellow")
    if path is None:
        sys.stdout.write(proposal.mapping)
        say(errors, f"{samples.told()}; {_count(proposal.todos)}")
        return
    files = {path: proposal.mapping, **_job_files(settings, samples.folder, path, proposal, wanted)}
    if there := [file for file in files if file.exists()]:
        hint = "name another; nothing is written over"
        raise ConfigurationError([Problem("is there already", file, hint=hint) for file in there])
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        _tell(settings, file, text)
    name = wanted.job or str(_near(settings, path))
    say(output, f"Next: connector mapping preview {name}")


def _reject_name(job: str | None) -> None:
    """Raise ConfigurationError where no job can have this name: a file of it would lie elsewhere, or not load."""
    from connector.job.definition.model import Name  # noqa: PLC0415

    if job is None:
        return
    try:
        TypeAdapter(Name).validate_python(job)
    except ValidationError as error:
        hint = "write letters, digits, `_`, `.` and `-`, a letter or digit first, 100 at most"
        raise ConfigurationError([Problem(f"{job!r} is no name of a job", field="--job", hint=hint)]) from error


def _reject_messages(settings: Settings, folder: Path, samples: "Samples") -> None:
    """Raise ConfigurationError where most of the samples are requests of a sender of messages."""
    from collections import Counter  # noqa: PLC0415

    from connector.job.look.message_samples import sender_of  # noqa: PLC0415

    senders = Counter(sender for one in samples.records if (sender := sender_of(one)) is not None)
    kind, count = next(iter(senders.most_common(1)), ("", 0))
    if 2 * count <= len(samples.records):
        return
    name = "zendesk-comment" if kind == "zendesk" else f"{kind}-message"
    there = "copy" if (settings.home / "mappings" / f"{name}.yaml").is_file() else "take and copy the shipped"
    hint = f"{there} mappings/{name}.yaml and try it: `connector mapping preview {name} --files {folder}`"
    message = f"holds requests of the kind {kind}; a mapping is proposed for calls alone"
    raise ConfigurationError([Problem(message, folder, hint=hint)])


def _path(settings: Settings, wanted: Wanted) -> Path | None:
    if wanted.out is not None:
        return wanted.out if wanted.out.is_absolute() else Path.cwd() / wanted.out
    return settings.home / "mappings" / f"{wanted.job}.yaml" if wanted.job else None


def _job_files(settings: Settings, folder: Path, path: Path, proposal: "Proposal", wanted: Wanted) -> dict[Path, str]:
    if wanted.job is None:
        return {}
    storage, mapping = _near(settings, folder), _near(settings, path)
    text = proposal.job(wanted.job, storage=storage.as_posix(), mapping=mapping.as_posix(), tenant=wanted.tenant)
    files = {settings.home / "jobs" / f"{wanted.job}.yaml": text}
    if proposal.agents is not None:
        files[settings.home / f"agents-{wanted.job}.csv"] = proposal.agents
    return files


def _tell(settings: Settings, path: Path, text: str) -> None:
    """Print that a file was written, and each line of it that only a person can complete."""
    near = _near(settings, path)
    say(output, f"Wrote {near}")
    for number, line in enumerate(text.splitlines(), 1):
        _, mark, todo = line.partition(TODO)
        if mark:
            say(output, f"  {near}:{number}  {todo}")


def _count(todos: int) -> str:
    return f"{todos} thing{'s' if todos != 1 else ''} only you can say: look for TODO" if todos else "complete"


def _near(settings: Settings, path: Path) -> Path:
    return path.relative_to(settings.home) if path.is_relative_to(settings.home) else path
