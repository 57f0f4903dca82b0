"""Describe the values of one field in little room: types, lengths, how many different ones, the frequent, examples."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import nsmallest
from typing import Any

from connector.mapping.disguise import disguise
from connector.mapping.sensitivity import Sensitivity

__all__ = ["Profile", "erased"]

MOST_MARKS = 128
"""So many smallest marks tell the number of different values: exactly below it, to about a tenth beyond."""
MARK_BYTES = 6
MOST_COUNTED, KEPT_COUNTED, KEPT_TOP = 400, 200, 20
MOST_EXAMPLES = 3
LONGEST_VALUE = 200
SHARED_BY = 3
"""A word that so many records share most likely names no single person."""

_TYPES = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}


@dataclass(slots=True)
class Profile:
    """What the looked-at values of one field were; two profiles add up, as plain data they are stored.

    Values of personal fields are kept as examples only, of written text nothing is.
    """

    sensitivity: Sensitivity
    looked_at: int = 0
    types: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    marks: set[int] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)
    shortest: int | None = None
    longest: int | None = None
    total_length: int = 0
    counted: int | None = 0
    """How many different values there were, while all of them are counted; None once some were let go."""

    def add(self, value: Any) -> None:
        """Look at one value; a list counts as its entries, its length is their number."""
        self.looked_at += 1
        self.types[_TYPES.get(value.__class__, "other")] += 1
        is_list = value.__class__ is list
        entries = [_text(one) for one in (value if is_list else (value,))]
        self._measure(len(value) if is_list else len(entries[0]))
        for text in entries:
            if text in self.counts:
                self.counts[text] += 1
            else:
                self._meet(text)

    def _measure(self, length: int) -> None:
        self.total_length += length
        if self.shortest is None or length < self.shortest:
            self.shortest = length
        if self.longest is None or length > self.longest:
            self.longest = length

    def _meet(self, text: str) -> None:
        """Count a text that is not among the counted ones."""
        self.marks.add(_mark(text))
        if len(self.marks) >= 2 * MOST_MARKS:
            self.marks = set(nsmallest(MOST_MARKS, self.marks))
        self.counts[text] = 1
        if self.counted is not None:
            self.counted += 1
        if len(self.counts) >= MOST_COUNTED:
            self.counts = dict(Counter(self.counts).most_common(KEPT_COUNTED))
            self.counted = None
        if len(self.examples) < MOST_EXAMPLES and text not in self.examples:
            self.examples.append(text)

    @property
    def distinct(self) -> int:
        """Tell how many different values there were, estimated where they were too many to count."""
        if self.counted is not None:
            return self.counted
        marks = nsmallest(MOST_MARKS, self.marks)
        if len(marks) < MOST_MARKS:
            return len(marks)
        estimate = round((MOST_MARKS - 1) * (1 << 8 * MARK_BYTES) / marks[-1])
        return min(estimate, max(self.total_length if "list" in self.types else self.looked_at, MOST_MARKS))

    @property
    def distinct_is_exact(self) -> bool:
        """Tell whether the number of different values is counted and not estimated."""
        return self.counted is not None or len(self.marks) < MOST_MARKS

    def merge(self, other: "Profile") -> None:
        """Add what another profile looked at."""
        if not self.looked_at:
            self.counted = other.counted
        elif other.looked_at:
            both_exact = self.distinct_is_exact and other.distinct_is_exact
            together = len(self.marks | other.marks)
            self.counted = together if both_exact and together < MOST_MARKS else None
        # A mapping that changed may have read the same field from people's names before: the stricter word holds.
        self.sensitivity = max(self.sensitivity, other.sensitivity, key=list(Sensitivity).index)
        self.looked_at += other.looked_at
        self.types.update(other.types)
        self.counts = dict(Counter(self.counts) + Counter(other.counts))
        self.marks |= other.marks
        fresh = [text for text in other.examples if text not in self.examples]
        self.examples = [*self.examples, *fresh][:MOST_EXAMPLES]
        self.shortest = min((one for one in (self.shortest, other.shortest) if one is not None), default=None)
        self.longest = max((one for one in (self.longest, other.longest) if one is not None), default=None)
        self.total_length += other.total_length

    def to_dict(self, *, masked: bool = False) -> dict[str, Any]:
        """Give the profile as plain data, without what must not be kept of such values.

        With `masked` what may tell of a person is kept as its form alone.
        """
        keeps_counts = self.sensitivity in (Sensitivity.OPEN, Sensitivity.SHARED)
        top = Counter(self.counts).most_common(KEPT_TOP) if keeps_counts else []
        examples = self.examples if self.sensitivity is not Sensitivity.WRITTEN else []
        if masked:
            top = list(self._forms(top).items())
            examples = list(self._forms([(text, self.counts.get(text, 0)) for text in examples]))
        return {
            "looked_at": self.looked_at,
            "types": dict(self.types),
            "top": [list(pair) for pair in top],
            "marks": b"".join(mark.to_bytes(MARK_BYTES) for mark in nsmallest(MOST_MARKS, self.marks)).hex(),
            "examples": list(examples),
            "lengths": [self.shortest, self.longest, self.total_length],
            "counted": self.counted,
        }

    def _forms(self, counted: Iterable[tuple[str, int]]) -> dict[str, int]:
        """Give these texts, or where one may tell of a person its form, with how often each came."""
        told: Counter[str] = Counter()
        for text, count in counted:
            is_open = self.sensitivity is Sensitivity.OPEN
            is_shared = self.sensitivity is Sensitivity.SHARED and count >= SHARED_BY
            told[text if is_open or is_shared else disguise(text)] += count
        return dict(told)

    @classmethod
    def from_dict(cls, sensitivity: Sensitivity, data: Mapping[str, Any]) -> "Profile":
        """Give the profile that to_dict wrote down."""
        raw = bytes.fromhex(data["marks"])
        marks = {int.from_bytes(raw[start : start + MARK_BYTES]) for start in range(0, len(raw), MARK_BYTES)}
        counts = {str(text): int(count) for text, count in data["top"]}
        shortest, longest, total = data["lengths"]
        return cls(sensitivity, data["looked_at"], Counter(data["types"]), counts, marks, list(data["examples"]),
                   shortest, longest, total, data["counted"])  # fmt: skip


def erased(data: Mapping[str, Any], texts: Collection[str]) -> dict[str, Any] | None:
    """Give the plain data of a profile without any trace of these texts, None where it has none."""
    forgotten = {_mark(text).to_bytes(MARK_BYTES).hex() for text in texts}
    width = 2 * MARK_BYTES
    marks = [data["marks"][start : start + width] for start in range(0, len(data["marks"]), width)]
    kept = {
        "examples": [text for text in data["examples"] if text not in texts],
        "top": [pair for pair in data["top"] if pair[0] not in texts],
        "marks": "".join(mark for mark in marks if mark not in forgotten),
    }
    return None if all(data[name] == value for name, value in kept.items()) else {**data, **kept}


def _text(value: Any) -> str:
    if value.__class__ is not str:
        value = f"{value}"
    return value[:LONGEST_VALUE] if len(value) > LONGEST_VALUE else value  # type: ignore[no-any-return]


def _mark(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES).digest())
