"""Describe the grammar of mapping files as a JSON Schema, for editors that complete and check while one types."""

from typing import Any

from connector.mapping.condition import CONDITION_KEYS
from connector.mapping.functions import FUNCTIONS, Function, Parameter
from connector.mapping.functions.words import HashKey, Table
from connector.mapping.loader import SPLIT
from connector.mapping.policy import REDACTED, REFUSED, UNKNOWN
from connector.mapping.records import RECORDS
from connector.mapping.settling import ON_ERROR
from connector.mapping.targets import ALIASES, TARGETS, TargetField

__all__ = ["schema"]

_TEXT = {"type": "string"}
_PATH = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_LITERAL = {"type": ["string", "number", "boolean"]}
_RULE = {"$ref": "#/$defs/rule"}


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a mapping file; what it lets pass, `load` still checks."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping file",
        "type": "object",
        "additionalProperties": False,
        "required": ["mapping", "reads", "writes", "fields"],
        "properties": {
            "mapping": {**_TEXT, "description": "Name of the mapping."},
            "reads": {**_TEXT, "examples": list(RECORDS), "description": "Kind of record that it reads."},
            "writes": {"enum": list(TARGETS), "description": "What it fills."},
            "fields": {"type": "object", "properties": _fields(), "additionalProperties": _RULE},
            "consent": _consent(),
            "segments": _segments(),
            "split": {"enum": list(SPLIT), "description": "agent: one conversation per human agent."},
            "note": _TEXT,
        },
        "$defs": {"rule": _rule(), "condition": _condition(), "function": _functions()},
    }


def _fields() -> dict[str, Any]:
    known: dict[str, TargetField] = {name: one for fields in TARGETS.values() for name, one in fields.items()}
    today = {name: {**_RULE, "description": f"{one.description} ({one.kind})"} for name, one in known.items()}
    return {**today, **{name: {**_RULE, "deprecated": True} for name in ALIASES}}


def _rule() -> dict[str, Any]:
    parts = {"type": "array", "items": {"anyOf": [_LITERAL, _RULE]}, "minItems": 1}
    function = {"$ref": "#/$defs/function"}
    condition = {"$ref": "#/$defs/condition"}
    properties = {
        "path": {**_PATH, "description": "Where the value stands; the first path that has a value wins."},
        "const": {"description": "The value itself."},
        "join": {**parts, "description": "Texts, $references and rules that make one text."},
        "list": {**parts, "description": "Texts, $references and rules that make a list."},
        "by": {**_LITERAL, "description": "What stands between the parts of join."},
        "skip_empty": {"type": "boolean", "description": "An empty part of join is left out, and does not empty it."},
        "as": {"anyOf": [function, {"type": "array", "items": function}], "description": "Functions, in order."},
        "else": {"description": "The value where there is none."},
        "when": {"anyOf": [condition, {"type": "array", "items": condition}], "description": "Only where this holds."},
        "required": {"type": "boolean", "description": "The record is refused without a value."},
        "on_error": {"enum": list(ON_ERROR), "description": "What follows where the value does not fit."},
        "note": _TEXT,
    }
    return {"anyOf": [_TEXT, {"type": "object", "additionalProperties": False, "properties": properties}]}


def _condition() -> dict[str, Any]:
    words = {"type": "array", "items": _LITERAL}
    tests: dict[str, Any] = {
        "path": _PATH,
        "equals": _LITERAL,
        "in": words,
        "not_in": words,
        "exists": {"type": "boolean"},
        "matches": {**_TEXT, "description": "Regular expression (RE2), found anywhere in the text."},
        "note": _TEXT,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["path"],
        "properties": {key: tests[key] for key in CONDITION_KEYS},
    }


def _functions() -> dict[str, Any]:
    named = [_called(one) for one in FUNCTIONS.values()]
    return {"anyOf": [{"enum": list(FUNCTIONS)}, *named]}


def _called(function: Function) -> dict[str, Any]:
    arguments: dict[str, Any] = {"description": function.description}
    if not any(one.annotation is Table for one in function.parameters):
        written = [one for one in function.parameters if HashKey.__name__ not in str(one.annotation)]
        table = {
            "type": "object",
            "additionalProperties": False,
            "properties": {one.name: _argument(one) for one in written},
        }
        arguments["anyOf"] = [_LITERAL, {"type": "null"}, table]
    return {"type": "object", "additionalProperties": False, "required": [function.name],
            "properties": {function.name: arguments}}  # fmt: skip


def _argument(one: Parameter) -> dict[str, Any]:
    if one.default is None:
        return {}
    return {"default": list(one.default) if isinstance(one.default, tuple) else one.default}


def _consent() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["path", "values"],
        "properties": {
            "path": _PATH,
            "values": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "unknown": {"enum": list(UNKNOWN), "default": "hold"},
            "refused": {"enum": list(REFUSED), "default": "skip"},
            "note": _TEXT,
        },
    }


def _segments() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["keep", "from"],
        "properties": {
            "keep": _PATH,
            "from": _PATH,
            "cut": _PATH,
            "redacted": {"enum": list(REDACTED), "default": "silenced"},
            "note": _TEXT,
        },
    }
