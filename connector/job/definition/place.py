"""Find the files of jobs and intakes in a project folder, by name or by path."""

import re
from pathlib import Path
from typing import Final

from connector.errors import ConfigurationError, Problem
from connector.mistake import did_you_mean

__all__ = ["find", "find_intake", "intakes", "is_intake", "names", "unread"]

INTAKE: Final = re.compile(rb"^(?:\xef\xbb\xbf)?[\"']?intake[\"']?[ \t]*:", re.MULTILINE)


def names(home: Path) -> list[str]:
    """Give the names of the jobs of a project folder."""
    return sorted(path.stem for path in (home / "jobs").glob("*.yaml") if not is_intake(path))


def intakes(home: Path) -> list[str]:
    """Give the names of the intakes of a project folder."""
    return sorted(path.stem for path in (home / "jobs").glob("*.yaml") if is_intake(path))


def unread(home: Path) -> list[Problem]:
    """Give a warning for each file beside the jobs that only its ending keeps from being one."""
    hint = "rename it to end in .yaml"
    return [Problem("is not read", path, hint=hint) for path in sorted((home / "jobs").glob("*.yml"))]


def is_intake(path: Path) -> bool:
    """Tell whether a file is meant to be an intake, right or not."""
    try:
        return INTAKE.search(path.read_bytes()) is not None
    except OSError:
        return False


def find(home: Path, name: str) -> Path:
    """Give the file for a job's or an intake's name, or for a path; raise ConfigurationError naming what there is."""
    if name.endswith((".yaml", ".yml")):
        given = Path(name)
        return given if given.is_absolute() or given.is_file() else home / given
    path = home / "jobs" / f"{name}.yaml"
    if path.is_file():
        return path
    known = [*names(home), *intakes(home)]
    if path.with_suffix(".yml").is_file():
        near = f"jobs/{name}.yml is not read: rename it to {name}.yaml"
    else:
        near = did_you_mean(name, known)
    hint = near or (f"there are {', '.join(known)}" if known else "`connector init DIR` makes a project folder")
    raise ConfigurationError([Problem(f"there is no job {name!r}", path, hint=hint)])


def find_intake(home: Path, name: str) -> Path:
    """Give the file for an intake's name, or for a path; raise ConfigurationError naming the intakes that there are."""
    path = find(home, name)
    if not is_intake(path):
        known = intakes(home)
        hint = f"the intakes here are {', '.join(known)}" if known else "there is no intake here; see docs/messages.md"
        raise ConfigurationError([Problem("is a job and no intake", path, hint=hint)])
    return path
