"""Find the way to the next page of a list, in both ways in which Zendesk cuts lists."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

__all__ = ["next_page"]


def next_page(page: Mapping[str, Any], asked: Mapping[str, str]) -> dict[str, str] | None:
    """Give what to ask for after this page, None after the last one.

    A list is cut by cursors where it can be; one that cannot names the address of its next page, of which only what
    is asked counts: the token goes to no other address than its own.
    """
    meta = page.get("meta")
    if isinstance(meta, dict):
        after = meta.get("after_cursor") if meta.get("has_more") else None
        return {**asked, "page[after]": str(after)} if after else None
    address = page.get("next_page")
    if not isinstance(address, str):
        return None
    wanted = dict(parse_qsl(urlsplit(address).query))
    return wanted if wanted and wanted != dict(asked) else None
