"""Read a mapping as it was at a revision of git."""

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.mapping import Mapping

__all__ = ["load_revision"]

_NAMED = re.compile(r"(?P<revision>[\w./~^@{}-]+):(?P<path>[^:]+\.ya?ml)")
LONGEST_SECONDS = 30


def load_revision(settings: Settings, name: str) -> "Mapping | None":
    """Give the mapping that REVISION:PATH names, with today's CSV tables beside it; None where it is no such name.

    The path is relative to the project folder. Raises ConfigurationError where git knows no such file.
    """
    found = _NAMED.fullmatch(name)
    if found is None or Path(name).is_file():
        return None
    from connector import mapping  # noqa: PLC0415

    text = _show(settings.home, found["revision"], found["path"], name)
    return mapping.parse(text, settings.home / found["path"], hash_key=settings.mask_key)


def _show(home: Path, revision: str, path: str, name: str) -> str:
    try:
        shown = subprocess.run(  # noqa: S603 - no shell, and a revision that begins with a dash is no option here
            ["git", "-C", str(home), "show", "--no-textconv", f"{revision.lstrip('-')}:./{path}"],  # noqa: S607
            capture_output=True,
            check=True,
            timeout=LONGEST_SECONDS,
        )
        return shown.stdout.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigurationError([Problem("git is not installed here", field=name)]) from error
    except (subprocess.SubprocessError, UnicodeDecodeError) as error:
        hint = "write REVISION:PATH, with the path from the project folder"
        raise ConfigurationError([Problem("git knows no such file", field=name, hint=hint)]) from error
