"""Say in plain words what is wrong in what a person wrote, and what to write instead."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from connector.errors import Problem

__all__ = ["Mistake", "did_you_mean", "in_model", "of_syntax", "problems", "where"]


class Mistake(NamedTuple):
    """What is wrong, and the remedy where one is known."""

    message: str
    hint: str = ""


_MUST_BE: Final[Mapping[str, str]] = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "enum": "{expected}",
}
_KINDS: Final = ((bool, "true or false"), (int | float, "a number"), (str, "text"), (list, "a list"), (dict, "keys"))
# True of every name that has a pattern, though some of them may have other signs as well.
_NAME_LIKE: Final = "begin with a letter from a to z or a digit, and go on with such and dashes; at most 100 together"
_REMEDIES: Final = {"a list": "write [a, b], or lines that begin with -", "keys with values": "write {key: value}"}


def _of_value(kind: str, message: str, context: Mapping[str, Any], value: Any) -> Mistake:
    """Give the mistake that the checking library found of this kind; of the value only its kind is told."""
    if kind == "string_too_short" or (kind in {"too_short", "string_pattern_mismatch"} and not value):
        return Mistake("must not be empty")
    if kind == "string_pattern_mismatch":
        return Mistake("has a sign that cannot stand there", _NAME_LIKE)
    if (form := _MUST_BE.get(kind)) is None:
        return Mistake(message.removeprefix("Value error, ").replace("Input should", "must"))
    wanted = form.format_map(context)
    if value is None:
        return Mistake(f"must be {wanted}, and there is no value", "put one behind the colon, or leave the key out")
    stands = next((words for kinds, words in _KINDS if isinstance(value, kinds)), "")
    if wanted == "text":
        hint = "put it in quotes" if isinstance(value, bool | int | float) else ""
        return Mistake(f"must be text, and is {stands}", hint)
    told = f"must be {wanted}" if kind not in _TYPED or not stands else f"must be {wanted}, and is {stands}"
    return Mistake(told, _REMEDIES.get(wanted, ""))


_TYPED: Final = {name for name in _MUST_BE if name.endswith("_type")}

_QUOTE: Final = "put the value in quotes"
_TOO_DEEP: Final = Mistake(
    "is indented differently from the lines it belongs to, or has a second colon",
    "keys that belong together begin in one column; put a value with a colon in quotes",
)
# The first row whose words the parser says speaks; what it says of the place around the problem counts too.
_SYNTAX: Final[tuple[tuple[str, Mistake], ...]] = (
    (r"could not find expected ':'", Mistake("has no colon with a space after it", "write `key: value`")),
    (r"character '\\t'", Mistake("a tab stands here", "indent with spaces")),
    (r"character '(?P<sign>.)' that cannot start", Mistake("a value cannot begin with {sign}", _QUOTE)),
    (r"mapping values are not allowed", _TOO_DEEP),
    (r"end of stream.*quoted scalar", Mistake("a quote is opened here and never closed", "close it")),
    (
        r"expected ',' or '(?P<sign>.)'",
        Mistake("a comma or {sign} is missing before this, counted from line {opened}", "add it there"),
    ),
    (
        r"expected <block end>, but found '(?:<block (?:mapping|sequence) start>|\?)'",
        Mistake("is indented differently from the lines it belongs to", "keys of one block begin in one column"),
    ),
    (r"expected <block end>, but found '-'", Mistake("an item of a list stands among keys", "take the - away")),
    (
        r"expected <block end>",
        Mistake(
            "something stands here that belongs to nothing", "put a value in quotes as a whole, or close what is open"
        ),
    ),
    (r"undefined alias", Mistake("a value cannot begin with *", _QUOTE)),
    (r"another document", Mistake("a second document begins here", "keep one in a file, and take --- away")),
    (
        r"sequence entries are not allowed",
        Mistake("an item of a list cannot stand here", "put it on a line of its own"),
    ),
    (r"unknown escape", Mistake("a backslash with this sign means nothing in double quotes", "use single quotes")),
)


def of_syntax(problem: str, around: str, opened: int) -> Mistake:
    """Give the mistake for what the parser says of a place and of what stands around it, which began in this line."""
    for pattern, mistake in _SYNTAX:
        if (found := re.search(pattern, f"{problem} {around}")) is not None:
            words = {**found.groupdict(), "opened": opened}
            return Mistake(mistake.message.format_map(words), mistake.hint.format_map(words))
    return Mistake(f"is not YAML: {problem}")


def problems(error: ValidationError, model: type[BaseModel], field: Callable[[str], str]) -> list[Problem]:
    """Give a problem for each thing a model refuses; `field` gives the name people know a place like a.b by."""
    found = ((in_model(one, model), ".".join(map(str, where(one)))) for one in error.errors(include_url=False))
    # Where it is the whole that is wrong, nothing follows the name of the whole.
    return [Problem(mistake.message, field=field(place).rstrip(". "), hint=mistake.hint) for mistake, place in found]


def in_model(error: ErrorDetails, model: type[BaseModel]) -> Mistake:
    """Give the mistake for what a model refuses; of the value only its kind is told."""
    if error["type"] == "extra_forbidden":
        return Mistake("is not a known key", did_you_mean(str(error["loc"][-1]), _names(model)))
    if error["type"] == "missing":
        return Mistake("is missing", _meant(model, error["loc"]))
    mistake = _of_value(error["type"], error["msg"], error.get("ctx", {}), error["input"])
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        return mistake._replace(hint=did_you_mean(error["input"], re.findall(r"'([^']*)'", mistake.message)))
    if error["type"] in {"model_type", "model_attributes_type"} and (keys := _keys(model, error["loc"])):
        return mistake._replace(hint=f"the keys there are {', '.join(keys)}")
    return mistake


def where(error: ErrorDetails) -> tuple[str | int, ...]:
    """Give the place of what a model refuses, from the model's own place on."""
    return tuple(part for part in error["loc"] if isinstance(part, str | int))


def _names(model: type[BaseModel]) -> set[str]:
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(field.alias or name)
        for nested in _models(field.annotation):
            names |= _names(nested)
    return names


def _meant(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """Give what the model says of a key, as a remedy."""
    part = _part(model, location[:-1])
    field = _field(part, location[-1]) if part else None
    told = (field.description or "") if field else ""
    return told[:1].lower() + told[1:].rstrip(".")


def _keys(model: type[BaseModel], location: Iterable[str | int]) -> list[str]:
    """Give the keys that belong into this part of the model."""
    part = _part(model, location)
    return [field.alias or name for name, field in part.model_fields.items()] if part else []


def _part(model: type[BaseModel], location: Iterable[str | int]) -> type[BaseModel] | None:
    """Give the model of this part of a model."""
    part: type[BaseModel] | None = model
    for name in location:
        field = _field(part, name) if part else None
        part = next(iter(_models(field.annotation)), None) if field else None
    return part


def _field(model: type[BaseModel], name: str | int) -> FieldInfo | None:
    return next((field for key, field in model.model_fields.items() if name in {key, field.alias}), None)


def _models(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the remedy for a word that is not among the known ones, or nothing where none is near."""
    names = list(known)
    same = [name for name in names if name.casefold() == word.casefold()]
    near = same or difflib.get_close_matches(word, names, n=1)
    return f"did you mean {near[0]!r}?" if near else ""
