"""Decide from the record's word of consent whether a recording may be sent; an unknown word is never a yes."""

import re
from typing import NamedTuple

from connector.mapping.model import ConsentSpec
from connector.reason import Code, Outcome, Verdict

__all__ = ["ConsentDecision", "decide", "is_word"]

_WORD = re.compile(r"([A-Za-z]{1,20}([_-][A-Za-z]{1,20}){0,4}|-?[0-9]{1,2})\Z")
_SMALL = re.compile(r"[^\W\d_]{1,20}([_-][^\W\d_]{1,20}){0,4}\Z")


class ConsentDecision(NamedTuple):
    """What follows from a consent: `verdict` says why the conversation does not go, None where it does."""

    has_consent: bool | None
    """What the target is told; None where nobody knows."""
    verdict: Verdict | None
    send_audio: bool


_GIVEN = ConsentDecision(has_consent=True, verdict=None, send_audio=True)


def decide(spec: ConsentSpec, seen: str | None) -> ConsentDecision:
    """Give the decision for the word found in the record; None and blank count as unknown, like any unlisted word."""
    word = (seen or "").strip()
    has_consent = spec.values.get(word) if word else None
    if has_consent:
        return _GIVEN
    if has_consent is None:
        outcome = Outcome.HELD if spec.unknown == "hold" else Outcome.SKIPPED
        verdict = Verdict(outcome, Code.CONSENT_UNKNOWN, _unknown(word))
        return ConsentDecision(has_consent=None, verdict=verdict, send_audio=False)
    if spec.refused == "skip":
        verdict = Verdict.usual(Code.CONSENT_REFUSED, "the customer refused the recording")
        return ConsentDecision(has_consent=False, verdict=verdict, send_audio=False)
    return ConsentDecision(has_consent=False, verdict=None, send_audio=spec.refused == "send")


def _unknown(word: str) -> str:
    if not word:
        return "the record says nothing about consent"
    named = f"the word {word!r}" if is_word(word) else "a value"
    return f"the record has {named} that the mapping's consent values do not list"


def is_word(value: str) -> bool:
    """Tell whether this looks like a platform's word for consent, in any language, or its code of two digits at most.

    A wrong path may lead to a name or a number, and those are repeated nowhere: letters beyond ASCII count in small
    words only.
    """
    return bool(_WORD.match(value) or (value.islower() and _SMALL.match(value)))
