"""Read the parts of a request in the way every call of the sandbox wants them."""

from typing import Any
from urllib.parse import unquote

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

__all__ = ["last_segment", "read_json", "refuse"]

LARGEST_JSON_BYTES = 10_000_000
_JSON = frozenset({"application/json"})


async def read_json(request: Request, kinds: frozenset[str] = _JSON) -> Any:
    """Give the JSON body; answer 415 where it is said to be something else, 400 where it is none, 413 over 10 MB."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        raise HTTPException(415, "the body must be application/json")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_JSON_BYTES:
            raise HTTPException(413, f"the body is larger than {LARGEST_JSON_BYTES} bytes")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, "the body is not valid JSON") from error


def refuse(problems: list[str]) -> None:
    """Answer 400 with all broken rules, where there are any."""
    if problems:
        raise HTTPException(400, "\n".join(problems))


def last_segment(request: Request, prefix: str) -> str:
    """Give what stands in the path behind the prefix, percent-decoded once; 404 where it is no single segment."""
    raw = request.scope["raw_path"].removeprefix(prefix.encode())
    if not raw or b"/" in raw:
        raise HTTPException(404, "there is nothing at this path")
    try:
        return unquote(raw.decode("ascii"), errors="strict")
    except UnicodeDecodeError as error:
        raise HTTPException(400, "the id in the path is not percent-encoded UTF-8") from error
