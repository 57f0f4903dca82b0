"""Check what a job says about the files of delivered sessions."""

from collections.abc import Mapping
from typing import Any

from connector.job.definition.mail import KIND as MAIL_KIND
from connector.storage import finishing

__all__ = ["checked_done", "usable_done"]


def checked_done(value: str, kind: str | None, *, has_files: bool = True) -> str:
    """Give the value back; raise ValueError where it is wrong, whatever the storage is.

    `has_files` says whether the job names a storage of recordings, the only files of one that reads e-mails.
    """
    if value != finishing.LEAVE and kind == MAIL_KIND and not has_files:
        message = "is for files, and this job names no source.recordings: what becomes of an e-mail is said in"
        raise ValueError(f"{message} options.done, mark or move:FOLDER")
    if not finishing.well_formed(value) or value == finishing.MARK:
        raise ValueError("must be leave, tag, or move:FOLDER with a folder below the storage's own, like move:done")
    return value


def usable_done(source: Any, *, of_recordings: bool) -> str:
    """Give what a source, right or wrong, says rightly of the files of one of its storages; else `leave`."""
    said = source.get("done") if isinstance(source, Mapping) else None
    if not isinstance(said, str) or (source.get("kind") == MAIL_KIND and not of_recordings):
        return finishing.LEAVE
    try:
        return checked_done(said, source.get("kind"))
    except ValueError:
        return finishing.LEAVE
