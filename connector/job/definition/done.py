"""Check what a job says about the files of delivered sessions."""

from collections.abc import Mapping
from typing import Any

from connector.job.definition.mail import KIND as MAIL_KIND
from connector.storage import finishing

__all__ = ["checked_done", "usable_done"]


def checked_done(value: str, kind: str | None) -> str:
    """Give the value back; raise ValueError where it is wrong, whatever the storage is."""
    if value != finishing.LEAVE and kind == MAIL_KIND:
        raise ValueError("is for files: what becomes of an e-mail is said in options.done, mark or move:FOLDER")
    if not finishing.well_formed(value) or value == finishing.MARK:
        raise ValueError("must be leave, tag, or move:FOLDER with a folder below the storage's own, like move:done")
    return value


def usable_done(source: Any) -> str:
    """Give what a source, right or wrong, says rightly of its files; `leave` for everything else."""
    said = source.get("done") if isinstance(source, Mapping) else None
    try:
        return checked_done(said, source.get("kind")) if isinstance(said, str) else finishing.LEAVE
    except ValueError:
        return finishing.LEAVE
