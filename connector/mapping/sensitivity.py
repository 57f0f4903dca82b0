"""Know which fields of the target hold personal data, so that what is kept and shown of their values is bounded."""

import re
from enum import StrEnum

__all__ = ["Sensitivity", "sensitivity"]


class Sensitivity(StrEnum):
    """What a field's values can say about a person."""

    OPEN = "open"
    """Ids, times, numbers and words of closed lists."""
    SHARED = "shared"
    """Words a centre chose; a value that several records share names no single person."""
    PERSONAL = "personal"
    """Names, numbers and addresses of people."""
    WRITTEN = "written"
    """What people wrote: never kept, in any form but its length."""


_OPEN = re.compile(
    r"externalIdentity|agentId|dateTime|status|audioChannels|salesPersonAudioChannel|team|cutAudio|spokenLanguage"
    r"|stereoConfig|monoConfig|customNumberProp\d+|caseUid|source|created|updated|inbox|priority"
    r"|message\.(messageUid|created|direction|type|from\.id|attachments)"
)
_PERSONAL = re.compile(r"agentName|agentEmail|customer|message\.(from|to)\.(name|email)|message\.to\.id")
_WRITTEN = re.compile(r"message\.(text|subject)")


def sensitivity(field: str) -> Sensitivity:
    """Give what the values of this target field can say about a person; a field that is not listed is SHARED."""
    for pattern, found in (
        (_OPEN, Sensitivity.OPEN),
        (_PERSONAL, Sensitivity.PERSONAL),
        (_WRITTEN, Sensitivity.WRITTEN),
    ):
        if pattern.fullmatch(field):
            return found
    return Sensitivity.SHARED
