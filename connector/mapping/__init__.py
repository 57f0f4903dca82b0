"""Make a draft of a source's record by the rules of a YAML file; every value keeps its source, every gap its reason."""

from connector.mapping.condition import Condition, compile_condition
from connector.mapping.engine import apply
from connector.mapping.loader import load, parse
from connector.mapping.model import ConsentSpec, Draft, Mapping, Placed, SegmentsSpec, Span, SpansReading, Trace
from connector.mapping.statistics import Statistics

__all__ = [
    "Condition",
    "ConsentSpec",
    "Draft",
    "Mapping",
    "Placed",
    "SegmentsSpec",
    "Span",
    "SpansReading",
    "Statistics",
    "Trace",
    "apply",
    "compile_condition",
    "load",
    "parse",
]
