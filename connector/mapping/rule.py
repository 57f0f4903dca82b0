"""Compile one rule: where its value comes from, what is done to it, and what follows where there is none."""

from dataclasses import replace
from typing import Any

from connector.mapping.chain import Step, compile_chain, mismatch, run_chain, work_of
from connector.mapping.coercion import COERCE, MISFIT, Kind, has_value
from connector.mapping.condition import read_conditions
from connector.mapping.failure import DATA_FAULTS
from connector.mapping.model import Field, trace_of
from connector.mapping.node import Node
from connector.mapping.origin import NOTHING, ORIGINS, Made, from_paths, made_of
from connector.mapping.recipe import UNSURE, Const, Else, Fitted, Recipe, When, Worked
from connector.mapping.settling import LEAVE, ON_ERROR, only_when, settle
from connector.mapping.targets import TargetField

__all__ = ["RULE_KEYS", "compile_field", "compile_part"]

RULE_KEYS = (*ORIGINS, "by", "skip_empty", "as", "else", "when", "required", "on_error", "note")


def compile_field(node: Node, target: TargetField) -> Field:
    """Give the rule that stands here, for this field of the target; note everything that is wrong with it."""
    made = _compile(node, target)
    return Field(target.name, _required(node, target), made.paths, made.evaluate, made.recipe)


_TAKEN_AS_IS: dict[Kind, type] = {Kind.TEXT: str, Kind.NUMBER: int}
"""Per type of field, the type of value that it takes without any work, as most fields find it."""


def _compile(node: Node, target: TargetField | None) -> Made:
    """Compile a rule of a field, or (without a target) one that stands inside join or list."""
    if not isinstance(node.value, str) and not node.is_table(RULE_KEYS):
        return NOTHING
    made = _const(node, target) if node.has("const") else _worked_out(node, target)
    evaluate, recipe = made.evaluate, made.recipe
    if node.has("when"):
        condition = read_conditions(node.child("when"))
        evaluate, recipe = only_when(evaluate, condition), When(recipe, condition) if recipe else None
    otherwise = _literal(node.child("else"), target, "leave else out") if node.has("else") else None
    on_error, required = _on_error(node, target), _required(node, target)
    evaluate = settle(evaluate, otherwise, on_error, required=required)
    return replace(made, evaluate=evaluate, recipe=_settled(recipe, otherwise, on_error, required=required))


def _settled(recipe: Recipe | None, otherwise: Any, on_error: str, *, required: bool) -> Recipe | None:
    """Give the recipe with what follows where it comes to nothing; only a literal that always follows can be told."""
    if recipe is None or (otherwise is None and not required and on_error == LEAVE):
        return recipe
    return Else(recipe, otherwise if on_error == "else" else UNSURE)


def _worked_out(node: Node, target: TargetField | None) -> Made:
    if isinstance(node.value, str):
        made = from_paths(node)
    elif sum(node.has(key) for key in ORIGINS) == 1:
        made = made_of(node, compile_part)
    else:
        node.problem(f"must have exactly one of {', '.join(ORIGINS)}")
        return NOTHING
    steps, kind = compile_chain(node.child("as"), made.kind) if node.has("as") else ([], made.kind)
    if target is not None:
        remedy = mismatch(kind, target.kind)
        if remedy is not None:
            node.problem(f"{target.name} is {target.kind}, and this gives {kind}", remedy)
    # Only the function utc gives a time, and nothing but one: there is nothing left to fit, and moments never repeat.
    # Nor is there in what `list` gives: texts, each once.
    fits = target is None or kind is Kind.TIME or (node.has("list") and target.kind is Kind.LIST and not steps)
    fitting = [] if fits or target is None else _fitting(target)
    # A list belongs to its draft alone, so it is made anew.
    remember = bool(steps) and kind is not Kind.TIME and (target is None or target.kind is not Kind.LIST)
    work = work_of([*steps, *fitting], remember=remember)
    evaluate = run_chain(made.evaluate, work)
    recipe = made.recipe
    if recipe is not None and work is not None:
        taken = _TAKEN_AS_IS.get(target.kind) if target is not None and not steps and not target.choices else None
        recipe = Fitted(recipe, taken) if taken else Worked(recipe, work)
    return replace(made, evaluate=evaluate, kind=kind, recipe=recipe)


def compile_part(node: Node) -> Made:
    """Give a rule that stands inside join or list."""
    return _compile(node, None)


def _const(node: Node, target: TargetField | None) -> Made:
    if any(node.has(key) for key in (*ORIGINS, "by", "skip_empty", "as") if key != "const"):
        node.problem("has const, and beside it only when, note and required make sense")
    value, trace = _literal(node.child("const"), target, "leave the rule out"), trace_of("const")
    # A list belongs to its draft alone: the rule is asked for it.
    recipe = None if value is None or isinstance(value, list) else Const(value)
    return Made(lambda _record, _context: (value, trace), recipe=recipe)


def _literal(node: Node, target: TargetField | None, remedy: str) -> Any:
    """Give the literal that stands here as its field takes it; note where the field cannot take it."""
    value = node.value
    if not has_value(value) or isinstance(value, dict) or (target is None and isinstance(value, list)):
        node.problem("must be a text, a number, true or false", remedy)
        return None
    for step, reason, _ in _fitting(target) if target is not None else ():
        try:
            value = step(value)
        except DATA_FAULTS:
            node.problem(f"{node.value!r} does not fit: {reason}", _offer(target))
            return None
    return value


def _offer(target: TargetField | None) -> str:
    if target is None:
        return ""
    offer = ", ".join(str(choice) for choice in target.choices)
    return f"one of {offer}" if offer else f"{target.name} is {target.kind}"


def _fitting(target: TargetField) -> list[Step]:
    """Give the steps that make a value fit its field."""
    steps: list[Step] = [(COERCE[target.kind], MISFIT[target.kind], "no_value")]
    if target.choices:
        allowed = {choice: choice for choice in target.choices}
        steps.append((lambda value: allowed[value], "not_allowed", "no_value"))
    return steps


def _required(node: Node, target: TargetField | None) -> bool:
    needed = target is not None and target.required
    if not node.has("required"):
        return needed
    asked = node.flag("required", default=False)
    if needed and not asked:
        node.child("required").problem("the target refuses to do without this field", "leave required out")
    return asked


def _on_error(node: Node, target: TargetField | None) -> str:
    if not node.has("on_error"):
        if node.has("else"):
            return "else"
        return "refuse" if target is not None and target.required else LEAVE
    chosen = node.choice("on_error", ON_ERROR, "empty")
    place = node.child("on_error")
    if chosen == "else" and not node.has("else"):
        place.problem("there is no else to take", "add else, or say empty or refuse")
    if node.has("const"):
        place.problem("a literal cannot fail", "leave on_error out")
    return chosen
