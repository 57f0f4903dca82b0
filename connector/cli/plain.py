"""Print so that nothing a source wrote steers the terminal or turns the direction of writing."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

__all__ = ["PlainConsole", "visible"]

MARK = "\N{REPLACEMENT CHARACTER}"


def visible(text: str) -> str:
    """Give the text with a mark for every sign that cannot be seen; ends of lines stay."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == "\n" else MARK for sign in text)


class PlainConsole(Console):
    """A console of which only its own styles and bars steer the terminal, whatever the texts are."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Give the pieces to print, those of text without signs that cannot be seen."""
        for piece in super().render(renderable, options):
            told: Any = piece if piece.control or piece.text.isprintable() else piece._replace(text=visible(piece.text))
            yield told
