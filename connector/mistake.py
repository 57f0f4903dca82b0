"""Say in plain words what is wrong in a file that a person wrote, and what to write instead."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

__all__ = ["Mistake", "of_syntax", "of_value"]


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
_REMEDIES: Final = {"a list": "write [a, b], or lines that begin with -", "keys with values": "write {key: value}"}


def of_value(kind: str, message: str, context: Mapping[str, Any], value: Any) -> Mistake:
    """Give the mistake that the checking library found of this kind; of the value only its kind is told."""
    if kind == "missing":
        return Mistake("is missing")
    if kind == "string_too_short" or (kind == "too_short" and not value):
        return Mistake("must not be empty")
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


_TYPED: Final = {name for name in _MUST_BE if name.endswith(("_type", "_parsing"))}

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
