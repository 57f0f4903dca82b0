"""Apply a job's own words about folders and file names to what a storage lists."""

from fnmatch import fnmatchcase
from functools import lru_cache

from connector import session
from connector.job.definition.mail import KIND, classify_mail
from connector.job.definition.model import Source
from connector.session import FileName, FileRole
from connector.storage.finishing import LEAVE

__all__ = ["classify", "done_in_storage", "is_unknown", "wants_folder"]


def classify(source: Source, path: str) -> FileName:
    """Give what the file's name says; a name that the job lists as metadata is metadata whatever it looks like."""
    if source.reading is not None:
        return source.reading.classify(path)
    if source.kind == KIND:
        return classify_mail(path)
    name = session.classify(path)
    if source.patterns and name.role is FileRole.OTHER:
        file_name = path.rpartition("/")[2].lower()
        if any(fnmatchcase(file_name, pattern.lower()) for pattern in source.patterns):
            return FileName(FileRole.METADATA)
    return name


def is_unknown(source: Source, path: str, name: FileName) -> bool:
    """Tell whether nothing is known of a file that people should know of: hidden ones are nobody's business."""
    if name.role is not FileRole.OTHER or path.rpartition("/")[2].startswith("."):
        return False
    return source.kind != KIND or session.classify(path).role is FileRole.OTHER


def done_in_storage(source: Source) -> str:
    """Give what becomes of files in the storage of metadata: what `done` says, which is not for e-mails."""
    return LEAVE if source.kind == KIND else source.done


def wants_folder(folders: list[str], path: str) -> bool:
    """Tell whether the file lies in, or below, one of the folders; `*` stands for any part of a name."""
    folder = path.rpartition("/")[0]
    return _wants(tuple(folders), folder)


@lru_cache(maxsize=4096)
def _wants(folders: tuple[str, ...], folder: str) -> bool:
    return any(
        fnmatchcase(folder, wanted.strip("/")) or fnmatchcase(folder, f"{wanted.strip('/')}/*") for wanted in folders
    )
