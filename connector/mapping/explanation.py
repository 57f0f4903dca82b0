"""Tell in sentences why a field has its value: what was read, what was done to it, what stood in for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.document import Document, Position
from connector.errors import ConfigurationError, Problem
from connector.mapping.coercion import Kind
from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Context, Draft, Span, Trace
from connector.mapping.node import Findings, Node
from connector.mapping.policy import compile_consent
from connector.mapping.records import shape_of
from connector.mapping.rule import compile_field
from connector.mapping.spans import BEGINNING, END
from connector.mapping.targets import ALIASES, TargetField, target_field
from connector.mapping.telling import Show, Teller, literal, same
from connector.mistake import did_you_mean

__all__ = ["Explanation", "Given", "explain", "explain_consent", "explain_segments", "find_rule"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a mapping is applied to, and what keys its masks."""

    record: Any
    context: Context
    hash_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a field has its value, or none."""

    position: Position
    """Where the rule stands."""
    value: Any
    refused: str | None
    """The reason where the record cannot go on without the field."""
    sentences: tuple[str, ...]


def explain(source: Document, name: str, given: Given, show: Show) -> Explanation:
    """Give why the field of this name has its value under the mapping in the file, which must load without mistakes.

    Raises ConfigurationError where the file has no rule for such a field.
    """
    node, target = find_rule(source, name, given.hash_key)
    teller = Teller(given.record, given.context, show)
    evaluate = compile_field(node, target).evaluate
    sentences = list(teller.of_rule(node))
    try:
        value, trace = evaluate(given.record, given.context)
    except FieldRefusedError as error:
        why = teller.why(Trace(error.source, error.reason))
        sentences.append(f"The field must not be empty, so the record is refused{why}.")
        return _explanation(node, None, error.reason, sentences)
    sentences += _outcome(value, trace, target, teller)
    return _explanation(node, value, None, sentences)


def _explanation(node: Node, value: Any, refused: str | None, sentences: list[str]) -> Explanation:
    place = node.document.position(node.location)
    return Explanation(place, value, refused, tuple(sentences))


def find_rule(source: Document, name: str, hash_key: bytes | None = None) -> tuple[Node, TargetField]:
    """Give the rule of a field and what the target says of it; raise ConfigurationError where there is none."""
    given = source.value
    findings = Findings(hash_key=hash_key, shape=shape_of(str(given.get("reads"))))
    fields = Node(source, findings, given).child("fields")
    written = next((one for one in given["fields"] if name in {one, ALIASES.get(one)}), None)
    target = target_field(str(given.get("writes")), ALIASES.get(written) or written) if written else None
    if written is None or target is None:
        hint = did_you_mean(name, given["fields"]) or f"it has rules for {', '.join(given['fields'])}"
        raise ConfigurationError([Problem(f"has no rule for {name!r}", source.path, hint=hint)])
    return fields.child(written), target


def _outcome(value: Any, trace: Trace, target: TargetField, teller: "Teller") -> Iterator[str]:
    """Tell what followed after the rule itself: a default, nothing, or a form that fits the field."""
    why = teller.why(trace)
    if trace.is_default:
        yield f"So `else` gave {literal(value)}{why}."
    elif value is None:
        yield f"So the field stays empty{why}."
    elif target.kind is not Kind.ANY and not same(value, teller.last):
        yield f"As {target.kind} that is {teller.show(value)}."


def explain_consent(source: Document, given: Given, show: Show) -> Explanation:
    """Give what the record says of consent, what the mapping takes it for, and what follows.

    Raises ConfigurationError where the file says nothing about consent.
    """
    root = Node(source, Findings(shape=shape_of(str(source.value.get("reads")))), source.value)
    found = compile_consent(root.child("consent")) if root.has("consent") else None
    if found is None:
        raise ConfigurationError([Problem("says nothing about consent", source.path)])
    spec, read = found
    teller = Teller(given.record, given.context, show)
    sentences = list(teller.of_rule(Node(source, root.findings, list(spec.paths), ("consent", "path"))))
    word = read(given.record, given.context)
    means = spec.values.get(word) if word is not None else None
    if means is None:
        why = "The record says nothing of consent" if word is None else "`values` do not list this word"
        sentences.append(f"{why}, so nobody knows: {_UNKNOWN[spec.unknown]} (`unknown: {spec.unknown}`).")
    elif means:
        sentences.append("`values` take this word for yes.")
    else:
        sentences.append(f"`values` take this word for no: {_REFUSED[spec.refused]} (`refused: {spec.refused}`).")
    return Explanation(source.position(("consent",)), means, None, tuple(sentences))


def explain_segments(source: Document, draft: Draft) -> Explanation:
    """Give which stretches of its recording the record names, in seconds after the recording's start."""
    spans, written = draft.spans, source.value.get("segments")
    if spans is None or not isinstance(written, dict):
        raise ConfigurationError([Problem("says nothing about segments: the whole recording is sent", source.path)])
    sentences = [f"The recording starts where `{_short(written.get('from'))}` says"]
    if spans.origin is None:
        sentences[0] += ", and that is no time: nobody knows what lies where in it."
    else:
        sentences[0] += f": {spans.origin:%Y-%m-%d %H:%M:%S} UTC."
        sentences.append(f"`keep` ({_short(written.get('keep'))}) names {_stretches(spans.keep, spans.origin)}.")
    if spans.origin is not None and "cut" in written:
        sentences.append(f"`cut` ({_short(written.get('cut'))}) names {_stretches(spans.cut, spans.origin)}.")
    return Explanation(source.position(("segments",)), None, None, tuple(sentences))


def _stretches(spans: Sequence[Span], origin: datetime) -> str:
    if not spans:
        return "no stretch"
    told = [f"{_second(span.start, origin, BEGINNING)} to {_second(span.end, origin, END)}" for span in spans]
    silent = sum(span.talk_seconds == 0 for span in spans)
    beside = f", of which {silent} without talk {'counts' if silent == 1 else 'count'} for nothing" if silent else ""
    return f"{len(told)} stretch{'es' if len(told) > 1 else ''}: {', '.join(told)}{beside}"


def _second(moment: datetime, origin: datetime, open_end: datetime) -> str:
    if moment == open_end:
        return "the beginning" if open_end == BEGINNING else "the end"
    return f"{(moment - origin).total_seconds():g} s"


def _short(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_UNKNOWN = {"hold": "the call waits", "skip": "the call is left out"}
_REFUSED = {
    "skip": "the call is left out",
    "send": "the call is sent with hasConsent false",
    "send_without_audio": "the call is sent with hasConsent false, and without its recording",
}
