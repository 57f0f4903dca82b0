"""Say what a person can do about each reason code."""

from connector.reason import Code

__all__ = ["advice", "meaning"]

_ADVICE = {
    Code.SETTLING: "Nothing: the next run takes it.",
    Code.AUDIO_AWAITED: "Nothing yet. If many wait, see whether recordings still come, and how they are named.",
    Code.AGENT_UNKNOWN: "Add the agent to the agents file; the next run takes what was held or left out for it.",
    Code.CONSENT_UNKNOWN: "Add the word to `consent: values:` in the mapping, after asking what it stands for.",
    Code.LIMIT_REACHED: "Nothing: a later run takes it. Raise the limits of the job if this goes on.",
    Code.TRY_AGAIN: "Nothing: the next run tries again. If it goes on, ask Capturi.",
    Code.OUTCOME_UNKNOWN: "Nothing: the next run asks Capturi again, and nothing arrives twice.",
    Code.TRANSCRIPT_AWAITED: "If the transcript is there but cannot be split, set `transcript_pattern` in the job.",
    Code.NOT_FINISHED: "Nothing: it is taken when the source writes it as ended.",
    Code.NOT_HANDLED: "Nothing, if calls that no agent answered are not wanted.",
    Code.VOICEMAIL: "Nothing, if voicemails are not wanted.",
    Code.AUDIO_MISSING: "Ask the platform why the recording is missing, or set `audio: missing:` to hold or send.",
    Code.TRANSCRIPT_MISSING: "Ask the platform whether the chat's transcript was exported.",
    Code.CONSENT_REFUSED: "Nothing: the customer said no. `consent: refused:` in the mapping decides what follows.",
    Code.FILTERED: "Nothing, if the job's filter and `not_before` are as meant.",
    Code.UNREADABLE: "Have the file exported again; a newer file is taken by itself.",
    Code.FIELD_MISSING: "Give the field another path or an `else` in the mapping; the next run judges it again.",
    Code.FIELD_INVALID: "Mend the rule of the field in the mapping; the next run judges it again.",
    Code.AUDIO_INVALID: "Listen to the recording, and have it exported again; a newer file is taken by itself.",
    Code.AUDIO_TOO_LARGE: "Have the recording exported in a smaller format, such as mp3.",
    Code.TARGET_REFUSED: "Read Capturi's answer. Mend the mapping or Capturi's set-up, then `connector retry`.",
}


_KNOWN = {code.value: code for code in Code}


def advice(code: str) -> str:
    """Give what a person can do; nothing for a code that this version does not know."""
    return _ADVICE[_KNOWN[code]] if code in _KNOWN else ""


def meaning(code: str) -> str:
    """Give the code in words for people."""
    return _KNOWN[code].meaning if code in _KNOWN else ""
