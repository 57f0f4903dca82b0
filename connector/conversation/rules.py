"""Say which rules of the target a record breaks, all of them at once and without any value."""

from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from connector.errors import RulesBrokenError
from connector.reason import Code

__all__ = ["Broken", "error_for", "from_refusals", "from_validation"]

_WORDS = {
    "missing": "is missing",
    "string_type": "is not text",
    "string_too_short": "is blank",
    "string_unicode": "is not valid text",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "bool_type": "is neither true nor false",
    "tuple_type": "is not a list",
    "extra_forbidden": "is no field of the target",
    "string_pattern_mismatch": "has a name other than letters and digits",
}
_LACKS = frozenset({"missing", "string_too_short"})


class Broken(NamedTuple):
    """A field with the rule it breaks; `lacks` where it has no value rather than a wrong one."""

    field: str
    rule: str
    lacks: bool = False


def from_refusals(refusals: dict[str, str]) -> Iterator[Broken]:
    """Give the fields that the mapping refused the record for."""
    for field, reason in refusals.items():
        lacks = not reason.endswith("_failed") and not reason.startswith("not_")
        yield Broken(field, f"is missing ({reason})" if lacks else f"does not fit ({reason})", lacks)


def from_validation(
    error: ValidationError, *, required: Container[str], known: Container[str] = ()
) -> Iterator[Broken]:
    """Give the fields that a model refused, in Capturi's names; those known already are left out."""
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        field = _place(found["loc"])
        if field not in known:
            lacks = found["type"] in _LACKS and field in required
            yield Broken(field, _WORDS.get(found["type"]) or _sentence(found["msg"]), lacks)


def error_for(broken: Iterable[Broken]) -> RulesBrokenError:
    """Give the error that carries all of them: FIELD_MISSING where a required field has no value."""
    found = list(dict.fromkeys(broken))
    code = Code.FIELD_MISSING if any(one.lacks for one in found) else Code.FIELD_INVALID
    hint = "see in the mapping report which rule fills the field, and what it read"
    return RulesBrokenError(code, [(one.field, one.rule) for one in found], hint=hint)


def _place(location: tuple[Any, ...]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "should")
