"""Read a trigger's body whose values were put between quotes as they are: by the keys of its template.

A quote ends a value only where the rest of the body goes on as the template does. What a person wrote may look like
such a rest: behind the text of a comment the last one that fits counts, elsewhere the first. Where no reading fits from
the first brace to the last there is none.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from connector.message.zendesk.template import KEYS, MACHINE_KEYS, SUCCESSOR

__all__ = ["rescue"]

MOST_STEPS: Final = 20_000
MOST_PASSES: Final = 20
"""How often the whole body may be looked through before it counts as hopeless."""
DEEPEST: Final = 6
MOST_KEYS: Final = 40
FEW_SIGNS: Final = 64

_KEY: Final = re.compile(r'\s*"([^"\\\x00-\x1f]{1,64})"\s*:\s*')
_END: Final = re.compile(r'"(?=\s*(?:(?P<close>[}\]])|,\s*"(?P<key>[^"\\\x00-\x1f]{1,64})"\s*:))')
_BARE: Final = re.compile(r'([^\s",{}\[\]:]{0,40})\s*(?=[,}\]])')
_BLANK: Final = re.compile(r"\s*")
_COMMA: Final = re.compile(r"\s*,")
_BRACE: Final = re.compile(r"\s*\}")
_BRACKET: Final = re.compile(r"\s*\]")
_NOTHING: Final = frozenset({"", "null"})
_RAW: Final = re.compile(r"[\x00-\x1f]")

_Reading = Iterator[tuple[Any, int]]


def rescue(text: str) -> dict[str, Any] | None:
    """Give the object that the body was meant to be, or None; numbers and words without quotes become text."""
    if not text.lstrip().startswith("{"):
        return None
    reader = _Reader(text)
    for value, end in reader.value(len(text) - len(text.lstrip()), "", 0):
        if not text[end:].strip():
            found: dict[str, Any] = value
            return found
    return None


class _Reader:
    """Try one reading after the other; each method gives what may stand at a place, with the place behind it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = MOST_STEPS
        self.signs = MOST_PASSES * (len(text) + FEW_SIGNS)

    def spends(self, signs: int = 0) -> bool:
        """Give whether there is patience left for one more step that looks at so many signs."""
        self.steps -= 1
        self.signs -= signs
        return self.steps > 0 and self.signs > 0

    def value(self, at: int, key: str, depth: int) -> _Reading:
        if not self.spends() or depth > DEEPEST:
            return iter(())
        sign = self.text[at : at + 1]
        if sign == "{":
            return self.members(at + 1, {}, depth + 1)
        if sign == "[":
            return self.items(at + 1, [], key, depth + 1)
        return self.quoted(at + 1, key) if sign == '"' else self.bare(at)

    def members(self, at: int, found: dict[str, Any], depth: int) -> _Reading:
        named = _KEY.match(self.text, at)
        if named is None:
            if not found and (end := _BRACE.match(self.text, at)):
                yield {}, end.end()
            return
        key = named[1]
        # A key that stands there already belongs to what a person wrote.
        if key in found or len(found) >= MOST_KEYS:
            return
        for value, behind in self.value(named.end(), key, depth):
            more = {**found, key: value}
            if comma := _COMMA.match(self.text, behind):
                yield from self.members(comma.end(), more, depth)
            elif end := _BRACE.match(self.text, behind):
                yield more, end.end()

    def items(self, at: int, found: list[Any], key: str, depth: int) -> _Reading:
        if not found and (end := _BRACKET.match(self.text, at)):
            yield [], end.end()
            return
        if len(found) >= MOST_KEYS:
            return
        begin = _BLANK.match(self.text, at)
        for value, behind in self.value(begin.end() if begin else at, key, depth):
            if comma := _COMMA.match(self.text, behind):
                yield from self.items(comma.end(), [*found, value], key, depth)
            elif end := _BRACKET.match(self.text, behind):
                yield [*found, value], end.end()

    def bare(self, at: int) -> _Reading:
        """Give what stands without quotes: a number, a word, or nothing where a placeholder was empty."""
        if word := _BARE.match(self.text, at):
            yield (None if word[1] in _NOTHING else word[1]), word.end()

    def quoted(self, at: int, key: str) -> _Reading:
        if key in MACHINE_KEYS:
            end = self.text.find('"', at)
            ends = [end] if end >= 0 else []
        else:
            ends = self.ends(at, key)
        for end in ends:
            if not self.spends(end - at):
                return
            yield _unescaped(self.text[at:end]), end + 1

    def ends(self, at: int, key: str) -> list[int]:
        """Give the quotes that may end a value, the likeliest first."""
        if not self.spends(len(self.text) - at):
            return []
        ranks: tuple[list[int], ...] = ([], [], [], [])
        for found in _END.finditer(self.text, at):
            next_key, escaped = found["key"], _is_escaped(self.text, found.start(), at)
            if next_key is not None and next_key == SUCCESSOR.get(key):
                ranks[1 if escaped else 0].append(found.start())
            else:
                fits = not escaped and (next_key is None or next_key in KEYS)
                ranks[2 if fits else 3].append(found.start())
        # Behind the text the last one counts.
        return [*reversed(ranks[0]), *reversed(ranks[1]), *ranks[2], *ranks[3]]


def _is_escaped(text: str, at: int, begin: int) -> bool:
    before = text[max(begin, at - FEW_SIGNS) : at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _unescaped(raw: str) -> str:
    """Give the text that was meant: with its escapes read, unless line breaks stand in it as they are."""
    if "\\" not in raw or _RAW.search(raw):
        return raw
    try:
        found: str = json.loads('"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', raw) + '"')
    except ValueError:
        return raw
    return found
