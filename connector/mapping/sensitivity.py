"""Know which fields of the target hold personal data, so that what is kept and shown of their values is bounded."""

import re
from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Sensitivity", "sensitivity"]


class Sensitivity(StrEnum):
    """What a field's values can say about a person."""

    OPEN = "open"
    """Ids, times, numbers and words of closed lists."""
    SHARED = "shared"
    """Words a centre chose; a value that several records share most likely names no single person."""
    PERSONAL = "personal"
    """Names, numbers and addresses of people."""
    WRITTEN = "written"
    """What people wrote: never kept, in any form but its length."""


_OPEN = re.compile(
    r"externalIdentity|agentId|dateTime|labels|status|audioChannels|salesPersonAudioChannel|team|cutAudio"
    r"|spokenLanguage|stereoConfig|monoConfig|customNumberProp\d+|caseUid|source|created|updated|inbox|priority|tags"
    r"|message\.(messageUid|created|direction|type|from\.id|attachments)"
)
_PERSONAL = re.compile(r"agentName|agentEmail|customer|message\.(from|to)\.(name|email)|message\.to\.id")
_WRITTEN = re.compile(r"message\.(text|subject)")
_BY_FIELD = ((_OPEN, Sensitivity.OPEN), (_PERSONAL, Sensitivity.PERSONAL), (_WRITTEN, Sensitivity.WRITTEN))

_PERSONAL_PATH = re.compile(
    r"phone|mobile|e_?-?mail|caller|cnam|address|birth|surname|(first|last|middle|full|display|user|given|family)_?name"
    r"|(agent|end_?user|participant|customer|contact|person|requester|author|sender|visitor|assignee)[^ ]*name",
    re.IGNORECASE,
)
_WRITTEN_PATH = re.compile(r"(^|[._])subject$", re.IGNORECASE)
"""A subject that is told as one is what somebody wrote; a call's is made of the centre's own words."""


def sensitivity(field: str, paths: Iterable[str] = ()) -> Sensitivity:
    """Give what the values of this target field can say about a person, read from these paths.

    A field that is not known is SHARED, and PERSONAL where a path sounds like a person's name, number or address,
    and WRITTEN where one is a subject.
    """
    paths = tuple(paths)
    found = next((one for pattern, one in _BY_FIELD if pattern.fullmatch(field)), Sensitivity.SHARED)
    if found is Sensitivity.SHARED and any(_WRITTEN_PATH.search(path) for path in paths):
        return Sensitivity.WRITTEN
    if found is Sensitivity.SHARED and any(_PERSONAL_PATH.search(path) for path in paths):
        return Sensitivity.PERSONAL
    return found
