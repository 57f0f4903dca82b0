"""Know what kinds of records a mapping can read, and which fields the documentation gives them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from connector.document import read
from connector.mapping.coercion import Kind
from connector.mapping.path import compile_path, plain_steps
from connector.mistake import did_you_mean

__all__ = ["RECORDS", "Shape", "shape_of", "source_kinds"]

RECORDS = MappingProxyType(
    {
        "ccai.call": "metadata file of a call of the CCAI Platform",
        "ccai.chat": "metadata file of a chat of the CCAI Platform",
        "ccai-events.message": "chat message that the CCAI Platform's agent adapter told of",
        "files.record": "one row or object of a file of any make",
        "zendesk.comment": "comment on a Zendesk ticket, as the trigger sends it",
        "sangoma.message": "message event of Sangoma CX",
        "ultimate.message": "message event of Zendesk AI agents",
    }
)
"""What `reads` can name: the kind of source, a dot, the record. Other records of these kinds may be named as well."""

_FOLDER = Path(__file__).parent / "records"
_FIRST_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_(])|"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Shape:
    """The known fields of a record: name -> type, or what stands below it; None where none are known."""

    fields: dict[str, Any] | None = None
    noun: str = "field"
    where: str = "is documented here"
    """What a field is called, and where one that is not known was looked for; for messages."""

    def look_up(self, path: str) -> tuple[Kind, str]:
        """Give the known type of what a path names, and a doubt where there is no such field."""
        if self.fields is None:
            return Kind.ANY, ""
        steps = plain_steps(path)
        if steps is not None:
            return self._walk(steps)
        first = _FIRST_NAME.match(path)
        return Kind.ANY, self._walk(plain_steps(first[0]) or ())[1] if first else ""

    def look_up_name(self, name: str) -> str:
        """Give a doubt where this is neither the bare name of a field nor a path that names one."""
        if self.fields is None or name in self.fields:
            return ""
        try:
            compile_path(name)
        except ValueError:
            return self._walk((name,))[1]
        return self.look_up(name)[1]

    def _walk(self, steps: tuple[str | int, ...]) -> tuple[Kind, str]:
        below: Any = self.fields
        for step in steps:
            if below == "any":
                return Kind.ANY, ""
            if isinstance(step, int):
                below = below[0] if isinstance(below, list) and below else "any"
            elif not isinstance(below, dict):
                return Kind.ANY, f"{step!r} is asked of {_KINDS.get(str(below), Kind.LIST)}"
            elif step not in below:
                return Kind.ANY, f"no {self.noun} {step!r} {self.where}: {did_you_mean(step, below)}".rstrip(": ")
            else:
                below = below[step]
        return _kind(below), ""


_KINDS = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "time": Kind.TEXT,
    "any": Kind.ANY,
}


def _kind(below: Any) -> Kind:
    if isinstance(below, dict):
        return Kind.OBJECT
    return Kind.LIST if isinstance(below, list) else _KINDS[str(below)]


def source_kinds() -> tuple[str, ...]:
    """Give the kinds of source that records can come from."""
    return tuple(dict.fromkeys(name.partition(".")[0] for name in RECORDS))


@cache
def shape_of(reads: str) -> Shape:
    """Give the documented fields of this kind of record."""
    path = _FOLDER / f"{reads}.yaml"
    return Shape(read(path).value) if reads in RECORDS and path.is_file() else Shape()
