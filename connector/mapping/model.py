"""Hold a compiled mapping and the draft it makes of one record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from connector.errors import Problem
from connector.mapping.recipe import Recipe

__all__ = [
    "ConsentSpec",
    "Context",
    "Draft",
    "Evaluate",
    "Field",
    "Mapping",
    "Placed",
    "Run",
    "SegmentsSpec",
    "Span",
    "SpansReading",
    "Trace",
    "Work",
    "trace_of",
]

Context = dict[str, Any]
Evaluate = Callable[[Any, Context], tuple[Any, "Trace"]]
"""One compiled rule: record and context in, the value (None: no value) and its trace out."""

Work = Callable[[Any], tuple[Any, str, bool]]
"""The functions of a rule: a value in; what came of it (None: nothing), why nothing did, whether that is a failure."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a field's value came from, and why it is empty or not what its rule meant.

    `source` is the path that was read, or `const`, `else`, `join`, `list`; empty where nothing was found. `reason` is
    None where all went well, else `no_value`, `path_error`, `condition_not_met`, `FUNCTION_failed`, `FUNCTION_empty`
    or what the target field's type did not allow (`not_text`, `not_a_number` …). `failed` tells that a value was
    there and did not fit: what `on_error` is about.
    """

    source: str
    reason: str | None = None
    failed: bool = False

    @property
    def is_default(self) -> bool:
        """Tell whether nothing was found, and the value is the one that the rule names for that."""
        return self.source == "else"


Run = Callable[[Any, Context], tuple[dict[str, Any], dict[str, Trace], dict[str, str]]]
"""All rules of a mapping: record and context in; values, traces and refusals out, each by the name of its field."""


def _nothing(_record: Any, _context: Context) -> tuple[dict[str, Any], dict[str, Trace], dict[str, str]]:
    return {}, {}, {}


trace_of = lru_cache(maxsize=8192)(Trace)
"""Give the one shared Trace of this source and reason: a run has few different ones and millions of uses."""


class Span(NamedTuple):
    """A stretch of time, aware and in UTC; of an agent, with his seconds of talk, where it comes from a leg."""

    start: datetime
    end: datetime
    agent_id: str | None = None
    talk_seconds: float | None = None


class SpansReading(NamedTuple):
    """What a record says about the parts of its recording.

    `origin` is the moment the recording starts, None where the record does not say. A cut whose start or end cannot be
    read reaches to the beginning or end of time: too much is cut rather than too little.
    """

    keep: tuple[Span, ...]
    cut: tuple[Span, ...]
    origin: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentSpec:
    """Which words of the record mean yes and no, and what follows from no and from any other word."""

    paths: tuple[str, ...]
    values: dict[str, bool]
    unknown: Literal["hold", "skip"] = "hold"
    refused: Literal["skip", "send", "send_without_audio"] = "skip"


@dataclass(frozen=True, slots=True)
class SegmentsSpec:
    """Which parts of the recording are sent, and whether redaction left silence or shortened the file."""

    keep: tuple[str, ...]
    origin: tuple[str, ...]
    cut: tuple[str, ...] = ()
    redacted: Literal["silenced", "removed"] = "silenced"


@dataclass(frozen=True, slots=True)
class Field:
    """One rule of a mapping: the target field's v3 name, whether a record is refused without it, the paths it reads.

    `recipe` says how its value comes about where all is well, None where nothing but `evaluate` can tell.
    """

    name: str
    required: bool
    paths: tuple[str, ...]
    evaluate: Evaluate
    recipe: Recipe | None = None


class Placed(NamedTuple):
    """A path into the record, and where a person wrote it: a problem that still lacks its words.

    With `is_name` it may as well be the bare name of a column, whatever signs that has.
    """

    path: str
    place: Problem
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked and compiled.

    `hash` is the SHA-256 (hexadecimal) over the file and its CSV tables. `unruled` are the fields that the target
    requires and the file has no rule for: every draft is refused for them. `run` works all rules out. `placed` are all
    paths into the record that the file names, wherever it does.
    """

    name: str
    reads: str
    writes: str
    hash: str
    fields: tuple[Field, ...]
    unruled: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    placed: tuple[Placed, ...] = ()
    consent: ConsentSpec | None = None
    segments: SegmentsSpec | None = None
    split: Literal["none", "agent"] = "none"
    read_consent: Callable[[Any, Context], str | None] | None = None
    read_spans: Callable[[Any, Context], SpansReading] | None = None
    run: Run = _nothing


@dataclass(slots=True)
class Draft:
    """What a mapping made of one record.

    `values` holds only fields that have a value, `traces` every field of the mapping, `refusals` the fields without
    which the record cannot go on, with the reason. `consent` is the word found in the record, None where it says none.
    """

    values: dict[str, Any]
    traces: dict[str, Trace]
    refusals: dict[str, str]
    consent: str | None = None
    spans: SpansReading | None = None
