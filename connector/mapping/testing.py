"""Run the examples of NAME.test.yaml: a record goes in, and each difference from the expected draft is named."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from connector import document
from connector.document import Position
from connector.errors import ConfigurationError
from connector.mapping import engine
from connector.mapping.loader import load
from connector.mapping.model import Draft, Span, SpansReading
from connector.mapping.model import Mapping as Rules
from connector.mapping.node import Findings, Node
from connector.mapping.spans import BEGINNING, END

__all__ = ["Difference", "ExampleResult", "mapping_beside", "run_examples"]

FILE_KEYS = ("mapping", "context", "examples", "note")
EXAMPLE_KEYS = ("name", "input", "context", "expect", "traces", "refusals", "consent", "spans", "exact", "note")
LARGEST_INPUT_BYTES = 10_000_000
TEST_SUFFIX = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise than the example says; None stands for no value."""

    field: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        """Read as `subject: expected 'Orders', got nothing`."""
        return f"{self.field}: expected {_shown(self.expected)}, got {_shown(self.actual)}"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What one example showed; it holds where there are no differences."""

    name: str
    position: Position
    differences: tuple[Difference, ...]


def mapping_beside(path: Path) -> Path:
    """Give the mapping file that this test file belongs to: NAME.yaml beside NAME.test.yaml."""
    return path.with_name(path.name.removesuffix(TEST_SUFFIX) + ".yaml")


def run_examples(path: Path, mapping: Rules | None = None) -> tuple[ExampleResult, ...]:
    """Give the result of every example of a test file, for the mapping beside it or another one.

    Raises ConfigurationError where the test file or the mapping is no good.
    """
    source = document.read(path)
    findings = Findings()
    root = Node(source, findings, source.value)
    examples = list(_examples(root)) if root.is_table(FILE_KEYS, needs=("examples",)) else []
    prepared = [(one, _record(one)) for one in examples]
    if findings.problems:
        raise ConfigurationError(findings.problems)
    rules = mapping or load(mapping_beside(path))
    shared = source.value.get("context") or {}
    return tuple(_run(rules, one, record, shared) for one, record in prepared)


def _examples(root: Node) -> Iterator[Node]:
    if not root.has("examples"):
        return
    node = root.child("examples")
    if not isinstance(node.value, list) or not node.value:
        node.problem("must be a list of examples")
        return
    for one in node.entries():
        if one.is_table(EXAMPLE_KEYS, needs=("name", "input")):
            for key in ("context", "expect", "traces", "refusals", "spans"):
                if one.has(key) and not isinstance(one.value[key], dict):
                    one.child(key).problem("must be keys with values")
            yield one


def _record(example: Node) -> Any:
    """Give the record of the example: written in it, or in a JSON file beside the test file."""
    if not example.has("input"):
        return None
    node = example.child("input")
    if not isinstance(node.value, str):
        return node.value
    path = (node.folder / node.value).resolve()
    if not path.is_relative_to(node.folder.resolve()):
        node.problem("must be a file below the folder of the test file")
        return None
    try:
        return json.loads(path.read_bytes()[:LARGEST_INPUT_BYTES])
    except (OSError, ValueError) as error:
        node.problem(f"{node.value} cannot be read: {error}")
        return None


def _run(rules: Rules, example: Node, record: Any, shared: dict[str, Any]) -> ExampleResult:
    given = example.value
    draft = engine.apply(rules, record, {**shared, **(given.get("context") or {})})
    differences = (
        *_values(given, draft),
        *_traces(given.get("traces") or {}, draft),
        *_refusals(given, draft),
        *_consent(given, rules, draft),
        *_spans(given.get("spans"), draft.spans),
    )
    return ExampleResult(str(given["name"]), example.document.position(example.location), differences)


def _values(given: Mapping[str, Any], draft: Draft) -> Iterator[Difference]:
    expected = given.get("expect") or {}
    for name in dict.fromkeys((*expected, *(draft.values if given.get("exact") else ()))):
        wanted, found = expected.get(name), draft.values.get(name)
        if wanted != found or isinstance(wanted, bool) is not isinstance(found, bool):
            yield Difference(name, wanted, found)


def _traces(expected: Mapping[str, Any], draft: Draft) -> Iterator[Difference]:
    """Compare what is said of a field's trace: its source as text, or {source: …, reason: …}."""
    for name, wanted in expected.items():
        trace = draft.traces.get(name)
        parts = wanted if isinstance(wanted, dict) else {"source": wanted}
        for part, value in parts.items():
            found = getattr(trace, part, None)
            if value != found:
                yield Difference(f"{name} ({part})", value, found)


def _refusals(given: Mapping[str, Any], draft: Draft) -> Iterator[Difference]:
    """Compare the refusals, where the example speaks of them or says that it is exact."""
    if "refusals" not in given and not given.get("exact"):
        return
    wanted = given.get("refusals") or {}
    for name in dict.fromkeys((*wanted, *draft.refusals)):
        if wanted.get(name) != draft.refusals.get(name):
            yield Difference(f"{name} (refused)", wanted.get(name), draft.refusals.get(name))


def _consent(given: Mapping[str, Any], rules: Rules, draft: Draft) -> Iterator[Difference]:
    """Compare the word that the record says of consent, and what the mapping takes it for: true, false or nothing."""
    if "consent" not in given:
        return
    known = rules.consent.values if rules.consent else {}
    found = {"word": draft.consent, "means": known.get(draft.consent or "")}
    wanted = given["consent"] if isinstance(given["consent"], dict) else {"word": given["consent"]}
    for part, value in wanted.items():
        if value != found.get(part):
            yield Difference(f"consent ({part})", value, found.get(part))


def _spans(expected: Mapping[str, Any] | None, actual: SpansReading | None) -> Iterator[Difference]:
    """Compare spans as [from, to] in seconds after the start of the recording."""
    if expected is None:
        return
    found = _seconds(actual) if actual is not None else {}
    for name in dict.fromkeys((*expected, *found)):
        if expected.get(name) != found.get(name):
            yield Difference(f"spans.{name}", expected.get(name), found.get(name))


def _seconds(spans: SpansReading) -> dict[str, Any]:
    origin = spans.origin
    if origin is None:
        return {"origin": None}
    return {
        "keep": [_stretch(span, origin) for span in spans.keep],
        "cut": [_stretch(span, origin) for span in spans.cut],
    }


def _stretch(span: Span, origin: datetime) -> list[float | None]:
    """Give a span in seconds after the start of the recording; None where it has no end on that side."""
    ends = ((span.start, BEGINNING), (span.end, END))
    return [None if moment == open_end else (moment - origin).total_seconds() for moment, open_end in ends]


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)
