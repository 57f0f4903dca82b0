"""Compile the parts of a mapping that are no fields: `consent` and `segments`."""

from collections.abc import Callable
from typing import Any, cast

from connector.mapping.coercion import has_value, text_of
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.model import ConsentSpec, Context, SegmentsSpec, SpansReading
from connector.mapping.node import Node
from connector.mapping.reference import compile_first
from connector.mapping.spans import reader_of

__all__ = ["CONSENT_KEYS", "REDACTED", "REFUSED", "SEGMENTS_KEYS", "UNKNOWN", "compile_consent", "compile_segments"]

CONSENT_KEYS = ("path", "values", "unknown", "refused", "note")
SEGMENTS_KEYS = ("keep", "from", "cut", "redacted", "note")
UNKNOWN = ("hold", "skip")
REFUSED = ("skip", "send", "send_without_audio")
REDACTED = ("silenced", "removed")

ReadConsent = Callable[[Any, Context], str | None]
ReadSpans = Callable[[Any, Context], SpansReading]


def compile_consent(node: Node) -> tuple[ConsentSpec, ReadConsent] | None:
    """Give what the file says about consent, and what reads the word of a record; note what is wrong."""
    if not node.is_table(CONSENT_KEYS, needs=("path", "values")) or not (node.has("path") and node.has("values")):
        return None
    references = compile_first(node.child("path"))
    read = references.read

    def read_consent(record: Any, context: Context) -> str | None:
        value = read(record, context)
        try:
            return text_of(value).strip() if has_value(value) else None
        except DATA_FAULTS:
            return None

    spec = ConsentSpec(
        paths=references.paths,
        values=_values(node.child("values")),
        unknown=cast("Any", node.choice("unknown", UNKNOWN, "hold")),
        refused=cast("Any", node.choice("refused", REFUSED, "skip")),
    )
    return spec, read_consent


def _values(node: Node) -> dict[str, bool]:
    if not isinstance(node.value, dict) or not node.value:
        node.problem("must be words with true or false", "write {WORD: true, OTHER: false}")
        return {}
    for word, meaning in node.items():
        if not isinstance(meaning.value, bool):
            meaning.problem(f"{word} must be true or false, not {meaning.value!r}")
    return {word.strip(): meaning for word, meaning in node.value.items() if isinstance(meaning, bool)}


def compile_segments(node: Node) -> tuple[SegmentsSpec, ReadSpans] | None:
    """Give what the file says about the parts to send, and what reads them of a record; note what is wrong."""
    if not node.is_table(SEGMENTS_KEYS, needs=("keep", "from")) or not (node.has("keep") and node.has("from")):
        return None
    keep, origin = compile_first(node.child("keep")), compile_first(node.child("from"))
    cut = compile_first(node.child("cut")) if node.has("cut") else None
    spec = SegmentsSpec(
        keep=keep.paths,
        origin=origin.paths,
        cut=cut.paths if cut else (),
        redacted=cast("Any", node.choice("redacted", REDACTED, "silenced")),
    )
    return spec, reader_of(keep.read, origin.read, cut.reads if cut else ())
