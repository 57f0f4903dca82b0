"""Read limit, offset and other numbers from a query string."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

__all__ = ["read_number"]


def read_number(request: Request, name: str, *, default: int, most: int) -> int:
    """Give a query parameter as a whole number from 0 to `most`; answer 400 where it is none."""
    word = request.query_params.get(name)
    if word is None:
        return default
    if not word.isdigit() or len(word) > len(str(most)) or int(word) > most:
        raise HTTPException(400, f"{name} must be a whole number of at most {most}")
    return int(word)
