"""Keep the newest fields of a case that are known, so that what comes late rolls nothing back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.mapping.instant import parse_instant

__all__ = ["PATCHABLE", "Known", "changed_fields", "later_fields", "newest_fields"]

PATCHABLE = ("subject", "inbox", "status", "tags", "customFields")
"""What a change of a case can carry beside its time; by the documentation `priority` is not among it."""

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The newest fields known of a case, as the target takes them, and how new they are."""

    fields: Fields = field(default_factory=dict)
    at: datetime | None = None
    whole: bool = False
    """Whether they came with a message, and are all there are."""


def newest_fields(known: Known, told: Fields, at: datetime, *, tells_case: bool = True) -> dict[str, Any]:
    """Give the fields a message goes with that told these, as new as `at`: its own, or newer ones that are known.

    Where a message does not tell all there is about its case (`tells_case`), what it leaves out stays as it was. A case
    never begins later nor changes earlier than was told before.
    """
    if known.at is None or at >= known.at:
        fields = dict(told) if tells_case else {**known.fields, **told}
    else:
        fields = dict(known.fields) if known.whole else {**told, **known.fields}
    return {**fields, **_bounds(known.fields, told)}


def later_fields(known: Known, told: Fields, at: datetime) -> dict[str, Any]:
    """Give the fields of a case after it was told these, without a message; of older ones an earlier begin counts."""
    newer = {} if known.at is not None and at < known.at else told
    return {**known.fields, **newer, **_bounds(known.fields, told)}


def changed_fields(before: Fields, after: Fields) -> dict[str, Any]:
    """Give what a change must carry to make the one of the other: nothing where all it can carry is the same."""
    changed = {name: after[name] for name in PATCHABLE if name in after and after[name] != before.get(name)}
    return changed | {"updated": after["updated"]} if changed and "updated" in after else changed


def _bounds(known: Fields, told: Fields) -> dict[str, Any]:
    """Give the earliest begin and the latest change of the two."""
    bounds = {}
    for name, choose in (("created", min), ("updated", max)):
        texts = [fields[name] for fields in (known, told) if name in fields]
        if texts:
            bounds[name] = choose(texts, key=parse_instant)
    return bounds
