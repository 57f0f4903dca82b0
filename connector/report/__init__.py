"""Show from the ledger what a run did to every conversation and every field, in a form a person can keep.

Reading and writing reports needs pandas, which a run has no room for: names of those parts are looked up when used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from connector.report.closing import agent_facts, audio_facts, consent_facts, mapping_facts

if TYPE_CHECKING:
    from connector.report.choice import Wish, choose
    from connector.report.making import make
    from connector.report.model import Report
    from connector.report.reading import read
    from connector.report.writer import write, write_files

__all__ = [
    "Report",
    "Wish",
    "agent_facts",
    "audio_facts",
    "choose",
    "consent_facts",
    "make",
    "mapping_facts",
    "read",
    "write",
    "write_files",
]

_HOMES = {
    "Report": "model",
    "Wish": "choice",
    "choose": "choice",
    "make": "making",
    "read": "reading",
    "write": "writer",
    "write_files": "writer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
