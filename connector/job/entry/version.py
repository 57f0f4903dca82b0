"""Tell versions of one session apart: by the time of its last change, and for a row by its content as well."""

from connector.session import Session

__all__ = ["is_older", "version_of"]


def version_of(session: Session) -> str | None:
    """Give what the ledger keeps of this version: its `updated_at`, and behind it the digest of a row."""
    changed = session.updated_at.isoformat() if session.updated_at else ""
    return f"{changed} {session.digest}".lstrip() if session.digest else changed or None


def is_older(session: Session, known: str | None) -> bool:
    """Tell whether the ledger knows a newer version; where either tells no time of change, it does not."""
    if session.updated_at is None or not known:
        return False
    changed = known.partition(" ")[0]
    return "T" in changed and session.updated_at.isoformat() < changed
