"""Write recipes as lines of Python, for all rules of a mapping to run in one function without a call of their own.

Names, keys and literals come from a file that a user wrote: they stand in the lines as literals, never as code.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from connector.mapping.coercion import LARGEST_NUMBER
from connector.mapping.path import PathError, plain_steps, split_root
from connector.mapping.recipe import UNSURE, Const, Else, Fitted, Joined, Listed, Read, Recipe, When, Worked

__all__ = ["Writing"]

CONTEXT, RECORD = 0, 1

Place = tuple[int, str, int | None]
"""Where an object is found: the number of the object that holds it, its key there, its index where that is a list."""

Lines = list[str]

_BLANK = "value.__class__ is not str or not value or value.isspace()"
_NUMBER = f"(value.__class__ is int or value.__class__ is float) and {-LARGEST_NUMBER} < value < {LARGEST_NUMBER}"
_AS_TEXT = f'f"{{value}}" if value.__class__ is int and {-LARGEST_NUMBER} < value < {LARGEST_NUMBER} else'
_IS_THERE = "value is not None and value is not UNSURE"


class Writing:
    """The lines written so far, with the objects that they read and the names that they use.

    The lines of a recipe leave its value in `value`: None where there surely is none, UNSURE where the rule has to be
    asked.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"EMPTY": {}, "UNSURE": UNSURE, "PathError": PathError}
        self._places: dict[Place, int] = {}
        self._kept = 0
        self._write: dict[type, Callable[[Any], Lines]] = {
            Read: self._whole,
            Const: lambda const: [f"value = {self.name(const.value)}"],
            Worked: self._worked,
            Fitted: self._fitted,
            Joined: self._joined,
            Listed: self._listed,
            When: self._when,
            Else: self._else,
        }

    def name(self, value: Any) -> str:
        """Give a name by which the lines know this value."""
        found = f"n{len(self.names)}"
        self.names[found] = value
        return found

    def objects(self) -> Lines:
        """Give the lines that find every object which is read from: o0 is the context, o1 the record."""
        lines = ["o0 = context", "o1 = record if record.__class__ is dict else EMPTY"]
        for (holder, key, index), number in self._places.items():
            it = f"o{number}"
            lines.append(f"{it} = o{holder}.get({key!r})")
            if index is not None:
                lines.append(f"{it} = {it}[{index}] if {it}.__class__ is list and {index} < len({it}) else None")
            lines += [f"if {it}.__class__ is not dict:", f"    {it} = EMPTY"]
        return lines

    def rule(self, recipe: Recipe, target: str, otherwise: str) -> Lines:
        """Give the lines that put the value into the target, and run the line `otherwise` where there is none."""
        if isinstance(recipe, Fitted) and isinstance(recipe.inner, Read) and recipe.wanted is str:
            # What most rules are, in the fewest steps.
            lines = [*self._found(recipe.inner), f"if {_BLANK}:", f"    value = {_AS_TEXT} UNSURE"]
            lines += ["if value is UNSURE:", f"    {otherwise}"]
        else:
            lines = [*self._steps(recipe), "if value is None or value is UNSURE:", f"    {otherwise}"]
        return [*lines, "else:", f"    {target} = value"]

    def _steps(self, recipe: Recipe) -> Lines:
        return self._write[type(recipe)](recipe)

    def _whole(self, recipe: Read) -> Lines:
        """Read a text or a whole number."""
        kept = f"    value = value if value.__class__ is int else {_lack(recipe)}"
        return [*self._found(recipe), f"if {_BLANK}:", kept]

    def _text(self, recipe: Recipe) -> Lines:
        """Leave a text, or else None, UNSURE, or what is no text."""
        if not isinstance(recipe, Read):
            return self._steps(recipe)
        return [*self._found(recipe), f"if {_BLANK}:", f"    value = {_AS_TEXT} {_lack(recipe)}"]

    def _found(self, recipe: Read) -> Lines:
        place = self._place(recipe.paths[0])
        if place is not None:
            return [f"value = o{place[0]}.get({place[1]!r})"]
        find = self.name(recipe.find)
        return ["try:", f"    value = {find}(record, context)", "except PathError:", "    value = UNSURE"]

    def _worked(self, recipe: Worked) -> Lines:
        return self._through(recipe, "UNSURE")

    def _through(self, recipe: Worked, otherwise: str) -> Lines:
        done = [
            f"    value = {self.name(recipe.work)}(value)[0]",
            "    if value is None:",
            f"        value = {otherwise}",
        ]
        return [*self._steps(recipe.inner), f"if {_IS_THERE}:", *done]

    def _fitted(self, recipe: Fitted) -> Lines:
        inner = recipe.inner
        if isinstance(inner, Read) and recipe.wanted is int:
            return [*self._found(inner), f"if not ({_NUMBER}):", f"    value = {_lack(inner)}"]
        return [*self._text(inner), f"if {_BLANK}:", "    value = UNSURE"]

    def _joined(self, recipe: Joined) -> Lines:
        lines: Lines = []
        parts: list[str] = []
        tests: list[str] = []
        for part in recipe.parts:
            if isinstance(part, str):
                parts.append(repr(part))
            else:
                parts.append(self._variable())
                lines += [*self._text(part), f"{parts[-1]} = value"]
                tests.append(f"{parts[-1]}.__class__ is str")
        return [
            *lines,
            f"value = {recipe.by!r}.join([{', '.join(parts)}]) if {' and '.join(tests) or True} else UNSURE",
        ]

    def _listed(self, recipe: Listed) -> Lines:
        found = self._variable()
        lines = [f"{found} = []"]
        for part in recipe.parts:
            if isinstance(part, str):
                lines.append(f"{found}.append({part!r})")
            else:
                lines += [*self._text(part), "if value.__class__ is str:", f"    {found}.append(value)"]
                lines += ["elif value is not None:", f"    {found}.append(UNSURE)"]
        return [*lines, f"value = list(dict.fromkeys({found})) if {found} and UNSURE not in {found} else UNSURE"]

    def _when(self, recipe: When) -> Lines:
        kept = [f"    {line}" for line in self._text(recipe.inner)]
        return [f"if {self.name(recipe.condition)}(record, context):", *kept, "else:", "    value = None"]

    def _else(self, recipe: Else) -> Lines:
        literal = self.name(recipe.literal)
        inner = recipe.inner
        lines = self._through(inner, literal) if isinstance(inner, Worked) else self._text(inner)
        return [*lines, "if value is None:", f"    value = {literal}"]

    def _variable(self) -> str:
        self._kept += 1
        return f"kept{self._kept}"

    def _place(self, path: str) -> tuple[int, str] | None:
        """Give the object that holds the value of this path, and its key there; number the objects above it.

        None where the path is richer than names, each with one index at most, or does not end with a name.
        """
        root, rest = split_root(path)
        plain = plain_steps(rest)
        steps = [*([] if root is None else [root]), *(plain or ())]
        # An index goes with the name before it; a path that begins with one, or has two in a row, has its own reader.
        if plain is None or any(map(_are_indexes, pairwise([0, *steps]))) or not (steps and isinstance(steps[-1], str)):
            return None
        holder = RECORD if root is None else CONTEXT
        for name, after in pairwise(steps):
            if isinstance(name, str):
                place = (holder, name, after if isinstance(after, int) else None)
                holder = self._places.setdefault(place, RECORD + 1 + len(self._places))
        return holder, str(steps[-1])


def _lack(recipe: Read) -> str:
    """Give what stands for a value that does not fit: where there is none at the only path, there surely is none."""
    return "None if value is None else UNSURE" if len(recipe.paths) == 1 else "UNSURE"


def _are_indexes(pair: tuple[str | int, str | int]) -> bool:
    return all(isinstance(step, int) for step in pair)
