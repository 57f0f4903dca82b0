"""Find the recordings that belong to a session among the files that bear its id."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connector.session import naming
from connector.session.model import FileName, FileRole
from connector.storage.model import FileInfo

__all__ = ["Recording", "pair"]

Classify = Callable[[str], FileName]


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording, in one file or in several parts."""

    parts: tuple[FileInfo, ...]
    """In their order; never empty."""


def pair(
    metadata_path: str, candidates: Iterable[FileInfo], classify: Classify = naming.classify
) -> tuple[Recording, ...]:
    """Give the recordings nearest to the metadata: those with which it shares the deepest folder.

    The candidates are files of the session's channel and id, in any order; what is no recording by its name, such as
    the leftovers of redaction tools, is passed over. Parts in one folder and of one form make one recording. More than
    one result means that only their content can tell whether they are the same.
    """
    folders = metadata_path.split("/")[:-1]
    nearest: list[FileInfo] = []
    depth = -1
    for candidate in candidates:
        if classify(candidate.path).role is not FileRole.RECORDING:
            continue
        shared = _shared(folders, candidate.path.split("/")[:-1])
        if shared > depth:
            nearest, depth = [], shared
        if shared == depth:
            nearest.append(candidate)
    return _joined(nearest, classify)


def _shared(folders: list[str], others: list[str]) -> int:
    count = 0
    for one, other in zip(folders, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _joined(files: Iterable[FileInfo], classify: Classify) -> tuple[Recording, ...]:
    """Put the parts of one recording together: same folder, same form, each number once."""
    groups: dict[tuple[str, str, int], list[FileInfo]] = {}
    taken: dict[tuple[str, str, int], int] = {}
    for number, file in sorted(((classify(file.path).part or 0, file) for file in set(files)), key=_order):
        folder, _, name = file.path.rpartition("/")
        form = name.rpartition(".")[2].lower()
        again = taken.get((folder, form, number), 0)
        taken[folder, form, number] = again + 1
        groups.setdefault((folder, form, again), []).append(file)
    return tuple(Recording(tuple(parts)) for _, parts in sorted(groups.items()))


def _order(numbered: tuple[int, FileInfo]) -> tuple[int, str]:
    return numbered[0], numbered[1].path
