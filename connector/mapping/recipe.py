"""Say how a rule comes to its value where all is well, so that it can be written as plain steps.

A recipe is no second meaning of a rule: what it gives is what the rule gives, or nothing, and then the rule is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["UNSURE", "Const", "Else", "Fitted", "Joined", "Listed", "Read", "Recipe", "When", "Worked", "source_of"]


Context = dict[str, Any]

UNSURE = object()
"""Stands for a value that only the rule itself can tell."""


@dataclass(frozen=True, slots=True)
class Read:
    """What stands at the first of these paths, as `find` reads it; the others are left to the rule.

    `find` raises PathError where the path cannot be worked out on a record.
    """

    paths: tuple[str, ...]
    find: Callable[[Any, Context], Any]


@dataclass(frozen=True, slots=True)
class Const:
    """A literal of the file."""

    value: Any


@dataclass(frozen=True, slots=True)
class Worked:
    """What functions make of it."""

    inner: "Recipe"
    work: Callable[[Any], tuple[Any, str, bool]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """It as text (`str`) or as a number (`int`), where it is that already."""

    inner: "Recipe"
    wanted: type


@dataclass(frozen=True, slots=True)
class Joined:
    """Literals and texts, with `by` between them."""

    parts: tuple["str | Recipe", ...]
    by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Literals and texts as a list, each once."""

    parts: tuple["str | Recipe", ...]


@dataclass(frozen=True, slots=True)
class When:
    """It, where the condition holds."""

    inner: "Recipe"
    condition: Callable[[Any, Context], bool]


@dataclass(frozen=True, slots=True)
class Else:
    """It, else this literal (or UNSURE), whatever the reason."""

    inner: "Recipe"
    literal: Any


Recipe = Read | Const | Worked | Fitted | Joined | Listed | When | Else


def source_of(recipe: Recipe) -> str:
    """Give what the trace of a value names that came about by this recipe."""
    match recipe:
        case Read(paths):
            return paths[0]
        case Const():
            return "const"
        case Joined():
            return "join"
        case Listed():
            return "list"
        case _:
            return source_of(recipe.inner)
