"""Make one function of all rules of a mapping: where all is well, a rule costs neither a call nor a turn of a loop."""

from collections.abc import Iterable, Sequence
from typing import Any

from connector.mapping.failure import FieldRefusedError
from connector.mapping.model import Context, Field, Run, Trace, trace_of
from connector.mapping.recipe import Else, Recipe, source_of
from connector.mapping.writing import Writing

__all__ = ["lay_out"]


def lay_out(fields: Sequence[Field], unruled: Iterable[str]) -> Run:
    """Give the function that works all these rules out on a record; it raises nothing.

    A rule whose recipe comes to nothing on a record is asked itself.
    """
    writing = Writing()
    refusals, traces = dict.fromkeys(unruled, "no_rule"), {}
    rules = []
    for field in fields:
        recipe = _certain(field.recipe)
        traces[field.name] = trace_of(source_of(recipe) if recipe else "")
        ask = f"otherwise({writing.name(field)}, record, context, values, traces, refusals)"
        if recipe is None:
            rules.append(ask)
            continue
        rules += writing.rule(recipe, f"values[{field.name!r}]", ask)
    # Most fields are found where their rule looks first: their traces are laid ready, only the others are written.
    begin = ["values, traces, refusals = {}, TRACES.copy(), REFUSALS.copy()"]
    body = [*writing.objects(), *begin, *rules, "return values, traces, refusals"]
    source = "\n    ".join(["def run(record, context):", *body])
    names = {**writing.names, "otherwise": _otherwise, "TRACES": traces, "REFUSALS": refusals}
    exec(compile(source, "<mapping>", "exec"), names)  # noqa: S102 - written here; what users wrote is literals in it
    run: Run = names["run"]
    return run


def _certain(recipe: Recipe | None) -> Recipe | None:
    """Give the recipe without the literal it ends with: why that was needed, the rule itself tells."""
    while isinstance(recipe, Else):
        recipe = recipe.inner
    return recipe


def _otherwise(  # noqa: PLR0913, PLR0917 - what the function works with
    field: Field,
    record: Any,
    context: Context,
    values: dict[str, Any],
    traces: dict[str, Trace],
    refusals: dict[str, str],
) -> None:
    """Ask the rule, and write down what it says."""
    try:
        value, traces[field.name] = field.evaluate(record, context)
    except FieldRefusedError as error:
        traces[field.name] = trace_of(error.source, error.reason)
        refusals[field.name] = error.reason
        return
    if value is not None:
        values[field.name] = value
