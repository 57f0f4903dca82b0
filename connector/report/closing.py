"""Give the facts that the step closing an entry carries for the report."""

from typing import Any

from connector.conversation.consent import is_word
from connector.conversation.facts import AudioFacts
from connector.mapping.disguise import disguise
from connector.mapping.model import Draft

__all__ = ["OTHER_WORD", "agent_facts", "audio_facts", "consent_facts", "mapping_facts"]

LONGEST_NAME = 100
OTHER_WORD = "(another value)"
"""Stands for a value of consent that is no word of a platform: a wrong path may lead to a name or a number."""


def mapping_facts(draft: Draft, *, team: str = "") -> dict[str, Any]:
    """Give team and queue of a mapped session; `team` is the agent's, where the mapping fills none."""
    values = draft.values
    # A case's subject is what a customer wrote; a call's is the menu or queue it came through.
    queue = values.get("inbox" if "caseUid" in draft.traces else "subject")
    told = {"team": str(values.get("team") or team)[:LONGEST_NAME], "queue": str(queue or "")[:LONGEST_NAME]}
    return {name: value for name, value in told.items() if value}


def consent_facts(seen: str | None, became: bool | None) -> dict[str, Any]:  # noqa: FBT001 - a value, not a switch
    """Give the record's word of consent and what became of it: yes, no, or None for unknown."""
    word = (seen or "").strip()
    # What the mapping lists stands in a file of the project: it tells of nobody.
    told = not word or became is not None or is_word(word)
    return {"consent": [word[:LONGEST_NAME] if told else OTHER_WORD, became]}


def agent_facts(agent_id: str = "", number: str = "", email: str = "") -> dict[str, Any]:
    """Give by what an agent who is not in the agents file can be found; of an e-mail address only the form."""
    return {"agent": {name: value for name, value in _known(agent_id, number, email) if value}}


def _known(agent_id: str, number: str, email: str) -> tuple[tuple[str, str], ...]:
    shown = (("id", agent_id), ("number", number), ("email", email))
    return tuple((name, disguise(value) if "@" in value else value[:LONGEST_NAME]) for name, value in shown)


def audio_facts(audio: AudioFacts, *, told_seconds: float | None = None) -> dict[str, Any]:
    """Give what a recording is; `told_seconds` is the length that the record gives it."""
    facts = {
        "form": f"{audio.container} {audio.codec}",
        "seconds": round(audio.duration_seconds, 1),
        "exact": audio.duration_exact,
        "channels": audio.channels,
        "identical": audio.channels_identical,
        "told": None if told_seconds is None else round(told_seconds, 1),
    }
    return {"audio": {name: value for name, value in facts.items() if value is not None}}
