"""Show an option that takes no value without one in the help."""

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

__all__ = ["Command", "Group"]


class Command(TyperCommand):
    """A command whose help names the type of what is to be written behind an option, and none where nothing is."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the parameters, `--help` among them."""
        return _bare(super().get_params(ctx))


class Group(TyperGroup):
    """A group of commands whose help does the same."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the parameters, `--help` among them."""
        return _bare(super().get_params(ctx))


def _bare(parameters: list[Any]) -> list[Any]:
    for one in parameters:
        if isinstance(one, TyperOption) and one.is_flag and one.metavar is None:
            one.metavar = ""
    return parameters
