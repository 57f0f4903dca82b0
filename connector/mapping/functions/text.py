"""Work on text and on lists of text."""

from collections.abc import Sequence

from connector.mapping.coercion import has_value, text_of
from connector.mapping.functions.registry import FAILS, example, function
from connector.mapping.functions.words import Pattern

__all__ = ["extract", "join", "limit", "lower", "replace", "split", "trim", "upper"]


@function(example("  Orders ", "Orders"), example("A B", "A B"), fallible=False)
def trim(value: str) -> str:
    """Take white space off both ends."""
    return value.strip()


@function(example("Voice INBOUND", "voice inbound"), example("Å", "å"), fallible=False)
def lower(value: str) -> str:
    """Write everything in small letters."""
    return value.lower()


@function(example("da", "DA"), example("æ", "Æ"), fallible=False)
def upper(value: str) -> str:
    """Write everything in capitals."""
    return value.upper()


@function(
    example("a-b-c", "a.b.c", {"find": "-", "by": "."}),
    example("order 4711!", "4711", {"pattern": "[^0-9]+", "by": ""}),
    example("2026-03", "03/2026", {"pattern": "([0-9]+)-([0-9]+)", "by": r"\2/\1"}),
    fallible=False,
)
def replace(value: str, find: str | None = None, by: str = "", pattern: Pattern | None = None) -> str:
    r"""Put `by` wherever the text `find` or the pattern stands; in `by`, \1 is the pattern's first group."""
    if pattern is not None:
        return pattern.substitute(by, value)
    return value.replace(find, by) if find else value


@function(
    example("Orders/Order info", "Orders", "^[^/]+"),
    example("ticket #4711 (open)", "4711", "#([0-9]+)"),
    example("no number", FAILS, "[0-9]+"),
)
def extract(value: str, pattern: Pattern) -> str:
    """Give the part that the pattern matches, or its first group where it has one; no match fails."""
    return pattern.first(value)


@function(example("a, b,,c", ["a", "b", "c"], ","), example("one", ["one"], {"by": ";"}), fallible=False)
def split(value: str, by: str = ",") -> list[str]:
    """Cut the text into a list wherever `by` stands; each part is trimmed, empty ones are dropped.

    An empty `by` cuts at white space.
    """
    return [part for part in map(str.strip, value.split(by or None)) if part]


@function(example(["a", "b"], "a, b"), example(["a", None, 5], "a/5", {"by": "/"}), fallible=False)
def join(value: list[str], by: str = ", ") -> str:
    """Make one text of a list, with `by` between the entries; empty entries are dropped."""
    return by.join(text_of(entry) for entry in value if has_value(entry))


@function(example("a long subject", "a long", 6), example(["a", "b", "c"], ["a", "b"], {"length": 2}), fallible=False)
def limit(value: str | list[str], length: int) -> str | list[str]:
    """Keep at most so many characters of a text, or so many entries of a list."""
    kept: Sequence[str] = value[:length]
    return kept.rstrip() if isinstance(kept, str) else list(kept)
