"""Show people what the sandbox got: an overview, lists, and each thing in full."""

from collections.abc import Sequence
from datetime import UTC
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connector.sandbox.field import moment_of
from connector.sandbox.paging import read_number
from connector.sandbox.rehearsal import Rehearsal, rehearsal_of

if TYPE_CHECKING:
    import jinja2

__all__ = ["routes"]

SHOWN_IN_OVERVIEW = 15
SHOWN_IN_LIST = 200
FASTEST_REFRESH_SECONDS = 5
_KB = 1000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def routes() -> list[Route]:
    """Give the address of the page."""
    return [Route("/", _page), Route("/favicon.ico", _no_icon)]


async def _no_icon(_request: Request) -> Response:
    return Response(status_code=204)


async def _page(request: Request) -> Response:
    """Show what the query names: a conversation, a case, a request, a list; else the overview."""
    rehearsal = rehearsal_of(request)
    for name, show in (("conversation", _conversation), ("case", _case), ("request", _request)):
        if wanted := request.query_params.get(name, "").strip():
            values = show(rehearsal, wanted)
            return _render(f"{name}.html", values) if values else _missing(name, wanted)
    if (listed := request.query_params.get("list")) in _LISTS:
        start = read_number(request, "from", default=0, most=10**9)
        return _render("list.html", _list(rehearsal, listed, start, SHOWN_IN_LIST))
    return _render("overview.html", _overview(rehearsal, request))


def _conversation(rehearsal: Rehearsal, wanted: str) -> dict[str, Any] | None:
    memory = rehearsal.memory
    found = memory.conversations.get(wanted) or memory.by_external_identity.get(wanted)
    return {"one": found, "body": _pretty(found.body)} if found else None


def _case(rehearsal: Rehearsal, wanted: str) -> dict[str, Any] | None:
    found = rehearsal.memory.cases.get(wanted)
    return {"one": found} if found else None


def _request(rehearsal: Rehearsal, wanted: str) -> dict[str, Any] | None:
    found = rehearsal.log.find(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    return {"one": found[0], "carried": found[1]} if found else None


def _missing(name: str, wanted: str) -> Response:
    return _render("missing.html", {"name": name, "wanted": wanted}, 404)


_LISTS = {
    "conversations": lambda rehearsal: rehearsal.memory.conversations.values(),
    "cases": lambda rehearsal: rehearsal.memory.cases.values(),
    "requests": lambda rehearsal: rehearsal.log,
}


def _list(rehearsal: Rehearsal, name: str, start: int, count: int) -> dict[str, Any]:
    known = _LISTS[name](rehearsal)
    rows: Sequence[Any] = list(islice(reversed(known), start, start + count))
    older = start + count if start + count < len(known) else None
    return {"list": name, "rows": rows, "total": len(known), "start": start, "older": older}


def _overview(rehearsal: Rehearsal, request: Request) -> dict[str, Any]:
    conversations = rehearsal.memory.conversations.values()
    cases = rehearsal.memory.cases.values()
    return {
        "lists": [_list(rehearsal, name, 0, SHOWN_IN_OVERVIEW) for name in _LISTS],
        "counts": [
            (len(conversations), "conversations", f"{sum(one.audio is not None for one in conversations)} with audio"),
            (len(cases), "cases", f"{sum(len(one.messages) for one in cases)} messages"),
            (len(rehearsal.log), "requests", f"{sum(one.is_error for one in rehearsal.log)} answered with an error"),
        ],
        "faults": rehearsal.dice.faults.text,
        "address": str(request.base_url).rstrip("/"),
        "keep": rehearsal.options.keep,
        "refresh": FASTEST_REFRESH_SECONDS if "refresh" in request.query_params else None,
    }


def _render(template: str, values: dict[str, Any], status: int = 200) -> Response:
    return HTMLResponse(_templates().get_template(template).render(values), status, _HEADERS)


@cache
def _templates() -> "jinja2.Environment":
    # Most sandboxes serve programs only: the template engine is loaded when a person comes.
    import jinja2  # noqa: PLC0415 - see above

    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"size": _size, "moment": _moment, "pretty": _pretty}
    return environment


def _pretty(value: Any) -> str:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return str(value)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < _KB:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= _KB
    return f"{size:.2f} GB"


def _moment(text: str) -> str:
    moment = moment_of(text)
    try:
        shown = moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:  # an offset that leads out of the years 1 to 9999
        return text
    return shown.isoformat(" ", "seconds").removesuffix("+00:00")
