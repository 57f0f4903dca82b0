"""Write what a message shows beside its text (buttons, cards, files) as lines of text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from connector.session.field import rows, word

__all__ = ["button_line", "card_lines", "file_lines", "joined", "table", "written"]


def table(value: Any) -> Mapping[str, Any]:
    """Give the object as it is, and an empty one for anything else."""
    return value if type(value) is dict else {}


def written(value: Any) -> str:
    """Give a text as it was written, and nothing for anything else."""
    return value if type(value) is str else ""


def joined(*parts: str) -> str:
    """Give the parts that say something, one below the other."""
    return "\n".join(part for part in parts if part.strip())


def button_line(buttons: Iterable[Mapping[str, Any]], name: str = "text") -> str:
    """Give the buttons as `[Yes] [No]`, by what stands on them."""
    return " ".join(f"[{label}]" for button in buttons if (label := word(button.get(name))))


def card_lines(cards: Iterable[Mapping[str, Any]], buttons: str) -> Iterator[str]:
    """Give each card as `title: description [Choose]`; `buttons` names the list of its buttons."""
    for card in cards:
        told = ": ".join(part for name in ("title", "description") if (part := word(card.get(name))))
        yield " ".join(part for part in (told, button_line(rows(card, buttons))) if part)


def file_lines(attachments: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give each file as `[image: 501.png]`, by its kind and its name where it has one."""
    for one in attachments:
        kind = word(one.get("file_type")) or "file"
        name = word(one.get("fallback_title")) or _file_name(one.get("data_url"))
        yield f"[{kind}: {name}]" if name else f"[{kind}]"


def _file_name(address: Any) -> str:
    try:
        return unquote(urlsplit(written(address)).path.rpartition("/")[2])
    except ValueError:
        return ""
