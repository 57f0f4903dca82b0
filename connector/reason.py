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
    FORGOTTEN = "forgotten"
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

    @property
    def meaning(self) -> str:
        """Say it in words for people."""
        return _MEANING[self]


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
        Code.FORGOTTEN,
    }
)


_MEANING = {
    Code.SETTLING: "just ended, or just written, and may still change; the next run looks again",
    Code.AUDIO_AWAITED: "the recording is not there yet",
    Code.AGENT_UNKNOWN: "the agent is not in the agents file",
    Code.CONSENT_UNKNOWN: "the mapping does not know this word of consent",
    Code.LIMIT_REACHED: "a limit of the job is used up",
    Code.TRY_AGAIN: "the target had passing trouble",
    Code.OUTCOME_UNKNOWN: "sent, but no answer came back",
    Code.TRANSCRIPT_AWAITED: "the transcript is not there yet or cannot be split",
    Code.NOT_FINISHED: "still going on",
    Code.NOT_HANDLED: "no human agent spoke with the customer",
    Code.VOICEMAIL: "a voicemail",
    Code.AUDIO_MISSING: "the recording never came",
    Code.TRANSCRIPT_MISSING: "the transcript never came or holds no message",
    Code.CONSENT_REFUSED: "the customer refused the recording",
    Code.FILTERED: "left out by a rule of the job or the intake: its filter, internal notes, bots",
    Code.FORGOTTEN: "its customer was erased; nothing is sent or kept",
    Code.UNREADABLE: "the file or the request cannot be read",
    Code.FIELD_MISSING: "a field Capturi requires has no value",
    Code.FIELD_INVALID: "a field has a value Capturi would refuse",
    Code.AUDIO_INVALID: "the recording cannot be used",
    Code.AUDIO_TOO_LARGE: "the recording is larger than Capturi takes",
    Code.TARGET_REFUSED: "Capturi refused it",
}


class Verdict(NamedTuple):
    """Why an entry does not go on: its outcome, the code, and a sentence for people without personal data."""

    outcome: Outcome
    code: Code
    detail: str = ""
    wait_seconds: float | None = None
    """How long the target asked to be left alone; 0 where the trouble was not the entry's, so that it need not wait."""

    @classmethod
    def usual(cls, code: Code, detail: str = "", *, wait_seconds: float | None = None) -> "Verdict":
        """Give the verdict with the outcome the contract names for the code."""
        return cls(code.usual_outcome, code, detail, wait_seconds)
