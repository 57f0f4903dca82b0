"""Turn drafts into what Capturi accepts: rules checked, recording looked at, segments worked out."""

from connector.conversation.audio import inspect
from connector.conversation.builder import Circumstances, build
from connector.conversation.case import build_case
from connector.conversation.case_message import build_case_message, build_case_patch
from connector.conversation.case_model import Case, CaseMessage, CasePatch, Contact, Message
from connector.conversation.consent import ConsentDecision, decide
from connector.conversation.facts import AudioFacts
from connector.conversation.freshness import Known, changed_fields, later_fields, newest_fields
from connector.conversation.model import Conversation, Segment
from connector.conversation.parts import Joined, join
from connector.conversation.segments import compute
from connector.conversation.wav import is_plain_wav
from connector.conversation.wire import to_wire

__all__ = [
    "AudioFacts",
    "Case",
    "CaseMessage",
    "CasePatch",
    "Circumstances",
    "ConsentDecision",
    "Contact",
    "Conversation",
    "Joined",
    "Known",
    "Message",
    "Segment",
    "build",
    "build_case",
    "build_case_message",
    "build_case_patch",
    "changed_fields",
    "compute",
    "decide",
    "inspect",
    "is_plain_wav",
    "join",
    "later_fields",
    "newest_fields",
    "to_wire",
]
