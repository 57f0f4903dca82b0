"""Find the mappings and the sessions that a mapping command is about."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connector.cli.app import errors
from connector.cli.mapping_view import say
from connector.errors import ConfigurationError, Problem
from connector.mistake import did_you_mean
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.loader import IntakePlan, Plan
    from connector.job.look.sessions import Looked
    from connector.mapping import Mapping
    from connector.session import Session

__all__ = [
    "DEFAULT_TENANT",
    "SUFFIXES",
    "Where",
    "find_mapping",
    "find_plan",
    "is_mapping",
    "load_mapping",
    "look",
    "the_one",
    "warn",
]

DEFAULT_TENANT = "tenant"
SUFFIXES = (".yaml", ".yml")


class Where(NamedTuple):
    """Where sessions are read: in a folder of this machine, or where the job reads them."""

    files: Path | None = None
    tenant: str = DEFAULT_TENANT


def find_mapping(settings: Settings, name: str) -> Path:
    """Give the mapping file for a path or for a name in mappings/; raise ConfigurationError naming those there are."""
    if name.endswith(SUFFIXES):
        given = Path(name)
        return given if given.is_absolute() or given.is_file() else settings.home / given
    folder = settings.home / "mappings"
    path = folder / f"{name}.yaml"
    if path.is_file():
        return path
    known = _mapping_names(settings.home)
    if path.with_suffix(".yml").is_file():
        hint = f"mappings/{name}.yml is not read: rename it to {name}.yaml"
        raise ConfigurationError([Problem(f"there is no mapping {name!r}", path, hint=hint)])
    hint = did_you_mean(name, known) or (f"there are {', '.join(known)}" if known else "")
    raise ConfigurationError([Problem(f"there is no mapping {name!r}", path, hint=hint)])


def load_mapping(settings: Settings, path: Path) -> "Mapping":
    """Give the mapping of a file; raises ConfigurationError with every mistake."""
    from connector import mapping  # noqa: PLC0415

    return mapping.load(path, hash_key=settings.mask_key)


def find_plan(settings: Settings, name: str, where: Where) -> "Plan":
    """Give the plan to look with: of the job of this name, or of a mapping with a folder or with the job that uses it.

    Raises ConfigurationError where there is neither, or a file is wrong.
    """
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.look import makeshift  # noqa: PLC0415

    if _is_job(settings, name):
        plan = loader.load(name, settings)
        return makeshift.plan_in_folder(plan, where.files) if where.files else plan
    path = find_mapping(settings, name)
    found = load_mapping(settings, path)
    if where.files is not None:
        return makeshift.plan_for_folder(path, found, where.files, home=settings.home, tenant=where.tenant)
    job = makeshift.job_with(settings.home, path)
    if job is None:
        hint = f"say --files FOLDER; the jobs here are {', '.join(loader.names(settings.home)) or 'none'}"
        raise ConfigurationError([Problem("no job uses this mapping, so there is nothing to read", path, hint=hint)])
    return loader.load(job, settings)


def _is_job(settings: Settings, name: str) -> bool:
    from connector.job.definition import loader  # noqa: PLC0415

    if name.endswith(SUFFIXES):
        return _has_key(settings, name, "job")
    jobs, mappings = loader.names(settings.home), _mapping_names(settings.home)
    if name not in {*jobs, *mappings}:
        known = {"jobs": jobs, "intakes": loader.intakes(settings.home), "mappings": mappings}
        told = "; ".join(f"{what}: {', '.join(names) or 'none'}" for what, names in known.items())
        hint = did_you_mean(name, [one for names in known.values() for one in names]) or told
        raise ConfigurationError([Problem(f"there is no job and no mapping {name!r}", settings.home, hint=hint)])
    return name in jobs


def is_mapping(settings: Settings, name: str) -> bool:
    """Tell whether the name, or the path, is that of a mapping and neither a job's nor an intake's."""
    from connector.job.definition import loader  # noqa: PLC0415

    if name.endswith(SUFFIXES):
        return _has_key(settings, name, "mapping") and _has_key(settings, name, "writes")
    used = {*loader.names(settings.home), *loader.intakes(settings.home)}
    return name not in used and name in _mapping_names(settings.home)


def _has_key(settings: Settings, name: str, key: str) -> bool:
    from connector import document  # noqa: PLC0415
    from connector.job.definition import loader  # noqa: PLC0415

    value = document.read(loader.find(settings.home, name)).value
    return isinstance(value, dict) and key in value


def _mapping_names(home: Path) -> list[str]:
    return [one.stem for one in sorted((home / "mappings").glob("*.yaml")) if not one.stem.endswith(".test")]


def the_one(found: "Sequence[Session]", name: str) -> "Session":
    """Give the one session found under a name, the newest; raise ConfigurationError where a file holds many."""
    if len(found) > 1 and found[0].file == found[1].file:
        hint = f"name one by its id, for example {found[0].id}"
        raise ConfigurationError([Problem(f"{name!r} holds several sessions", hint=hint)])
    for other in found[1:]:
        say(errors, f"There is a {other.channel.value} {other.id} as well: {other.file.path}", "yellow")
    return found[0]


def warn(plan: "Plan | IntakePlan") -> None:
    """Print what the plan's files are warned of."""
    for warning in plan.warnings:
        say(errors, f"warning: {warning}", "yellow")


def look(plan: "Plan", limit: int, name: str | None = None) -> "Looked":
    """Give real sessions of the plan's source."""
    from connector.job.look.sessions import read_sessions  # noqa: PLC0415

    return asyncio.run(read_sessions(plan, limit, name))
