"""Propose the shipped mapping of a known platform for sample records, with what the samples say about each rule."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connector import document
from connector.document import Document
from connector.mapping.engine import apply
from connector.mapping.form import Form
from connector.mapping.loader import parse
from connector.mapping.observation import Observed
from connector.mapping.statistics import FieldCounts, Statistics
from connector.mapping.suggestion import consent_block
from connector.mapping.vocabulary import words_of
from connector.mapping.wording import say_reason, say_source

__all__ = ["suggest_from"]

Sample = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A record, and what a mapping reads beside it."""

MOST_SOURCES = 4


def suggest_from(path: Path, name: str, samples: Sequence[Sample], source: str) -> str:
    """Give the text of the mapping in the file under another name, each rule with its coverage of the samples.

    What it says of consent is replaced: no word is taken for yes, and every word that was seen is named.
    """
    text = path.read_text(encoding="utf-8")
    written = document.parse(text, path)
    rules = parse(text, path)
    statistics = Statistics(rules)
    words: Counter[str] = Counter()
    for record, context in samples:
        draft = apply(rules, record, dict(context))
        statistics.add(draft)
        if draft.consent is not None:
            words[draft.consent] += 1
    notes = _notes(written, statistics.fields)
    consent = _consent(rules.consent.paths[0], words, len(samples)) if rules.consent else []
    lines = _without_head(text.splitlines(), notes, written, consent, name)
    head = [
        f"# A mapping of calls, proposed from {source}.",
        "# It is the shipped one; what your samples say stands above each rule. Look for TODO: only you can say those.",
    ]
    return "\n".join([*head, *lines]) + "\n"


def _notes(written: Document, fields: Mapping[str, FieldCounts]) -> dict[int, str]:
    """Give, by the line of each rule, what the samples say about it."""
    found: dict[int, str] = {}
    for name in written.value["fields"]:
        counts = fields.get(name)
        if counts is not None:
            found[written.position(("fields", name)).line] = _told(name, counts)
    return found


def _told(name: str, counts: FieldCounts) -> str:
    if not counts.filled:
        why = ", ".join(say_reason(reason) for reason, _ in counts.reasons.most_common(1))
        return f"TODO {name}: empty in all {counts.seen:,} samples ({why or 'no value'})"
    sources = ", ".join(
        f"{say_source(source)} ({count:,})" for source, count in counts.sources.most_common(MOST_SOURCES)
    )
    return f"filled in {counts.filled:,} of {counts.seen:,} samples, from {sources}"


def _consent(path: str, words: Counter[str], count: int) -> list[str]:
    filled = sum(words.values())
    seen = Observed(path, words_of([path]), count, filled, Counter({Form.WORD: filled}), words)
    return list(consent_block(seen))


def _without_head(
    lines: Sequence[str], notes: Mapping[int, str], written: Document, consent: Sequence[str], name: str
) -> Iterator[str]:
    """Give the lines of the mapping from its name on, with the notes, and with this in place of its consent."""
    first = written.position(("mapping",)).line
    begin, end = _consent_lines(lines, written)
    for number, line in enumerate(lines, 1):
        if number == first:
            yield f"mapping: {name}"
        elif number == begin:
            yield from consent
        elif number > first and not begin < number <= end:
            if number in notes:
                yield f"  # {notes[number]}"
            yield line


def _consent_lines(lines: Sequence[str], written: Document) -> tuple[int, int]:
    """Give the first line of the comment above `consent`, and the last line that belongs to it."""
    if "consent" not in written.value:
        return 0, 0
    begin = end = written.position(("consent",)).line
    while begin > 1 and lines[begin - 2].startswith("#"):
        begin -= 1
    while end < len(lines) and lines[end].startswith((" ", "\t")):
        end += 1
    return begin, end
