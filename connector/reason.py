"""Say with one word why a conversation did not go, and what follows from that word."""

from enum import StrEnum
from typing import NamedTuple

__all__ = ["Code", "Outcome", "Verdict"]


class Outcome(StrEnum):
    """What became of an entry in a run; the counts of a run are counts of these."""

    UNCHANGED = "unchanged"
    DELIVERED = "delivered"
    HELD = "held"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Code(StrEnum):
    """Why an entry is held, skipped or refused; docs/reasons.md explains each to people."""

    SETTLING = "settling"
    AUDIO_AWAITED = "audio_awaited"
    AGENT_UNKNOWN = "agent_unknown"
    CONSENT_UNKNOWN = "consent_unknown"
    LIMIT_REACHED = "limit_reached"
    TRY_AGAIN = "try_again"
    OUTCOME_UNKNOWN = "outcome_unknown"
    TRANSCRIPT_AWAITED = "transcript_awaited"
    NOT_FINISHED = "not_finished"
    NOT_HANDLED = "not_handled"
    VOICEMAIL = "voicemail"
    AUDIO_MISSING = "audio_missing"
    TRANSCRIPT_MISSING = "transcript_missing"
    CONSENT_REFUSED = "consent_refused"
    FILTERED = "filtered"
    UNREADABLE = "unreadable"
    FIELD_MISSING = "field_missing"
    FIELD_INVALID = "field_invalid"
    AUDIO_INVALID = "audio_invalid"
    AUDIO_TOO_LARGE = "audio_too_large"
    TARGET_REFUSED = "target_refused"

    @property
    def usual_outcome(self) -> Outcome:
        """Tell the outcome the contract gives this code; a job's policy may move it."""
        if self in _HELD:
            return Outcome.HELD
        return Outcome.SKIPPED if self in _SKIPPED else Outcome.REFUSED


_HELD = frozenset(
    {
        Code.SETTLING,
        Code.AUDIO_AWAITED,
        Code.AGENT_UNKNOWN,
        Code.CONSENT_UNKNOWN,
        Code.LIMIT_REACHED,
        Code.TRY_AGAIN,
        Code.OUTCOME_UNKNOWN,
        Code.TRANSCRIPT_AWAITED,
    }
)
_SKIPPED = frozenset(
    {
        Code.NOT_FINISHED,
        Code.NOT_HANDLED,
        Code.VOICEMAIL,
        Code.AUDIO_MISSING,
        Code.TRANSCRIPT_MISSING,
        Code.CONSENT_REFUSED,
        Code.FILTERED,
    }
)


class Verdict(NamedTuple):
    """Why an entry does not go on: its outcome, the code, and a sentence for people without personal data."""

    outcome: Outcome
    code: Code
    detail: str = ""

    @classmethod
    def usual(cls, code: Code, detail: str = "") -> "Verdict":
        """Give the verdict with the outcome the contract names for the code."""
        return cls(code.usual_outcome, code, detail)
