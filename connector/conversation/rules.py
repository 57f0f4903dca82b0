"""Say which rules of the target a record breaks, all of them at once and without any value."""

from collections.abc import Callable, Container, Iterable, Iterator
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from connector.errors import RulesBrokenError
from connector.reason import Code

__all__ = ["Broken", "Rules", "checked", "from_refusals", "rules_of"]

ModelT = TypeVar("ModelT", bound=BaseModel)
MadeT = TypeVar("MadeT")

_WORDS = {
    "missing": "is missing",
    "string_type": "is not text",
    "string_too_short": "is blank",
    "string_too_long": "is too long for an id",
    "string_unicode": "is not valid text",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "bool_type": "is neither true nor false",
    "tuple_type": "is not a list",
    "extra_forbidden": "is no field of the target",
    "string_pattern_mismatch": "has a name other than letters and digits",
}
_AGENT_ID = "agentId"
_HINT = "see in the mapping report which rule fills the field, and what it read"
_AGENT_HINT = (
    "an agent's id comes from an `agents:` file of the job, from another field that the mapping reads, or with "
    "`kind: files` from the column that source.options.agent.id names"
)
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


class Rules(NamedTuple, Generic[MadeT]):
    """What checks values, raising ValidationError, and the fields that it does not do without."""

    check: Callable[[dict[str, Any]], MadeT]
    required: Container[str]


def rules_of(model: type[ModelT]) -> Rules[ModelT]:
    """Give the rules of a model."""
    return Rules(model.model_validate, _required(model))


def checked(rules: Rules[MadeT], values: dict[str, Any], broken: list[Broken], refusals: Container[str]) -> MadeT:
    """Give what the rules make of these values, where nothing is broken already and nothing in them is.

    Raises RulesBrokenError with all that is: FIELD_MISSING where a required field has no value, FIELD_INVALID else.
    Fields with a refusal are not named twice.
    """
    try:
        made = rules.check(values)
    except ValidationError as error:
        raise _error_for([*broken, *_from_validation(error, rules.required, refusals)]) from error
    if broken:
        raise _error_for(broken)
    return made


@cache
def _required(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items() if field.is_required())


def _from_validation(error: ValidationError, required: Container[str], known: Container[str]) -> Iterator[Broken]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        field = _place(found["loc"])
        if field not in known:
            lacks = found["type"] in _LACKS and field in required
            yield Broken(field, _WORDS.get(found["type"]) or _sentence(found["msg"]), lacks)


def _error_for(broken: Iterable[Broken]) -> RulesBrokenError:
    found = list(dict.fromkeys(broken))
    code = Code.FIELD_MISSING if any(one.lacks for one in found) else Code.FIELD_INVALID
    hint = _AGENT_HINT if any(one.lacks and one.field == _AGENT_ID for one in found) else _HINT
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
