"""Say what is done with files that did their duty, and where those go that are moved."""

import re
from collections.abc import Iterable, Iterator

from connector.errors import ConfigurationError, FileStaysError, Problem, SkipError
from connector.reason import Code

__all__ = [
    "LEAVE",
    "MARK",
    "TAG",
    "VALUE",
    "crowded",
    "failed",
    "folder_of",
    "goals",
    "is_below",
    "linked",
    "require_known",
    "well_formed",
]

LEAVE, TAG, MARK = "leave", "tag", "mark"
VALUE = "conversation-connector", "done"
"""Key and value of the tag."""
MOST_GOALS = 20

_MOVE = re.compile(r"move:\s*(?P<folder>[^/\\\0][^\0]*?)/*\s*")


def well_formed(action: str) -> bool:
    """Tell whether this is leave, tag, mark, or move:FOLDER with a folder below the storage's own."""
    found = _MOVE.fullmatch(action)
    return action in {LEAVE, TAG, MARK} or (
        found is not None and {"", ".", ".."}.isdisjoint(found["folder"].split("/"))
    )


def folder_of(action: str) -> str | None:
    """Give the folder that files are moved to; None where they are not moved."""
    found = _MOVE.fullmatch(action)
    return found["folder"] if found else None


def is_below(path: str, folder: str | None) -> bool:
    """Tell whether a file lies in the folder for files that are done with."""
    return folder is not None and path.startswith(f"{folder}/")


def goals(folder: str, path: str) -> Iterator[str]:
    """Give where a file may be moved to: the first of these paths that is free.

    A file of the same name may have been put away before, as an earlier export of the same session; it keeps its place.
    """
    yield f"{folder}/{path}"
    for number in range(2, MOST_GOALS + 1):
        yield f"{folder}/again-{number}/{path}"


def require_known(action: str, known: Iterable[str], place: str) -> None:
    """Raise ConfigurationError where this kind of storage does not know the action."""
    verb = action.partition(":")[0]
    if verb in known and well_formed(action):
        return
    told = " or ".join(["leave", *(f"{one}:FOLDER" if one == "move" else one for one in sorted(known))])
    message = f"{action} cannot be done here: {place}" if verb not in known else f"{action} names no folder"
    hint = f"write {told}" if verb not in known else "name a folder below the storage's own, like move:done"
    raise ConfigurationError([Problem(message, field="done", hint=hint)])


def failed(path: str, why: str, hint: str) -> SkipError:
    """Give the error of a file that could not be put away; it stays where it is, and the next run tries again."""
    return SkipError(Code.TRY_AGAIN, f"{path} cannot be put away: {why}", hint=hint)


def linked(path: str) -> FileStaysError:
    """Give the error of a file that is a link."""
    hint = "move what it leads to, and take the link away"
    return FileStaysError(Code.TRY_AGAIN, f"{path} cannot be put away: it is a link", hint=hint)


def crowded(path: str, folder: str) -> FileStaysError:
    """Give the error of a file for whose name no place is free."""
    why = f"too many files of its name lie in {folder}"
    return FileStaysError(Code.TRY_AGAIN, f"{path} cannot be put away: {why}", hint=f"clear {folder} out")
