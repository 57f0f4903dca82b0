"""Say who writes the cases of a tenant's chats: the job from transcripts, or the intake live."""

from pathlib import Path

from connector import document
from connector.errors import ConfigurationError, Problem

__all__ = ["LIVE", "are_chats_live", "check_chat_writer"]

LIVE = "live"


def are_chats_live(home: Path, tenant: str) -> bool:
    """Tell whether any file of the tenant in jobs/ says `chats: live`; a file that is no YAML says nothing."""
    return LIVE in _stated(home, tenant).values()


def check_chat_writer(home: Path, tenant: str | None) -> list[Problem]:
    """Give a mistake for each file that says another writer than one of the same tenant."""
    stated = {path: told for path, told in _stated(home, tenant).items() if told is not None}
    if len(set(stated.values())) < 2:  # noqa: PLR2004 - two words are a contradiction
        return []
    others = ", ".join(f"{path.name} says {told}" for path, told in stated.items())
    return [Problem(f"one case has one writer, and {others}", path, field="chats") for path in stated]


def _stated(home: Path, tenant: str | None) -> dict[Path, object]:
    found = {}
    for path in sorted((home / "jobs").glob("*.yaml")):
        try:
            value = document.read(path).value
        except ConfigurationError:
            continue
        if isinstance(value, dict) and value.get("tenant") == tenant:
            found[path] = value.get("chats")
    return found
