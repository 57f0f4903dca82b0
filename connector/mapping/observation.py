"""Observe what fields sample records have: how often each is filled, with how many values, of which forms."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.mapping.form import Form, form_of
from connector.mapping.vocabulary import WORDS, words_of

__all__ = ["Observed", "evidence", "observe", "written_path"]

Names = tuple[str | int, ...]

MOST_VALUES = 1_000
MOST_FIELDS = 1_000
DEEPEST = 5
LONGEST_NAME = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST = 0.6
"""A form counts as a field's own where at least this share of its values has it."""
_NEARLY_ALL = 0.8
"""So many records need a value where each is to have its own: exports have a broken row now and then."""


@dataclass(slots=True)
class Observed:
    """What was seen of one field; `path` is how a mapping names it."""

    path: str
    words: tuple[str, ...]
    """The words of its name, in lower case."""
    records: int = 0
    """How many records were looked at in all."""
    filled: int = 0
    forms: Counter[Form] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    """How often each value came, of at most MOST_VALUES different ones."""

    @property
    def coverage(self) -> float:
        """Give the share of records in which it has a value."""
        return self.filled / self.records if self.records else 0.0

    @property
    def form(self) -> Form:
        """Give the form that most of its values have; text where they have no form in common."""
        if not self.filled:
            return Form.EMPTY
        common, count = self.forms.most_common(1)[0]
        return common if count >= _MOST * self.filled else Form.TEXT

    @property
    def is_unique(self) -> bool:
        """Tell whether every record has a value of its own, as far as nearly all of them have one."""
        different = len(self.values)
        is_filled = self.filled > 0 and self.filled >= _NEARLY_ALL * self.records
        return is_filled and (different == self.filled or different >= MOST_VALUES)

    @property
    def typical(self) -> list[str]:
        """Give its values that have its form; what else stands there is taken for a mistake in a record."""
        own = self.form
        return [value for value in self.values if form_of(value) is own]

    def about(self, *kinds: str) -> bool:
        """Tell whether its name has a word of one of these kinds."""
        return any(word in WORDS[kind] for kind in kinds for word in self.words)


def evidence(one: Observed, what: str = "") -> str:
    """Give what was seen of a field in a few words; values are not told."""
    share = f"all {one.records:,}" if one.filled == one.records else f"{one.filled:,} of {one.records:,}"
    different = "each its own" if one.is_unique else f"{len(one.values):,} different"
    form = "word" if one.form is Form.LANGUAGE else one.form.value
    return f"{one.path}: in {share} records, {what or form}, {different}"


def observe(records: Iterable[Mapping[str, Any]]) -> list[Observed]:
    """Give every field of the records, those of objects in them as well, in the order in which they were met."""
    found: dict[str, Observed] = {}
    count = 0
    for record in records:
        count += 1
        for names, value in _leaves(record):
            path = written_path(names)
            if path not in found:
                if len(found) >= MOST_FIELDS:
                    continue
                found[path] = Observed(path, words_of(name for name in names if isinstance(name, str)))
            _add(found[path], value)
    for one in found.values():
        one.records = count
    return list(found.values())


def _leaves(value: Mapping[str, Any], names: Names = ()) -> Iterator[tuple[Names, Any]]:
    for name, below in value.items():
        if len(str(name)) > LONGEST_NAME:
            continue
        here: Names = (*names, str(name))
        inner = below
        if isinstance(below, list) and below and isinstance(below[0], Mapping):
            # Of a list of objects the first one is looked at.
            here, inner = (*here, 0), below[0]
        if isinstance(inner, Mapping) and len(here) < DEEPEST:
            yield from _leaves(inner, here)
        else:
            yield here, inner


def _add(seen: Observed, value: Any) -> None:
    form = form_of(value)
    if form is Form.EMPTY or (form is Form.LIST and not value):
        return
    seen.filled += 1
    seen.forms[form] += 1
    text = value.strip() if isinstance(value, str) else json.dumps(value, default=str)
    if text in seen.values or len(seen.values) < MOST_VALUES:
        seen.values[text] += 1


def written_path(names: Names) -> str:
    """Give the names as a path of a mapping: dotted, in quotation marks where a name needs them, [n] in a list."""
    path = ""
    for name in names:
        if isinstance(name, int):
            path += f"[{name}]"
        else:
            told = name if _NAME.fullmatch(name) else json.dumps(name, ensure_ascii=not name.isprintable())
            path += f".{told}" if path else told
    return path
