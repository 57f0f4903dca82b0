"""Read a request's body in pieces, never more of it than may be kept, and not for ever."""

from typing import Final

from connector.errors import NotAdmittedError
from connector.web.bounds import Parcel
from connector.web.incoming import Incoming
from connector.web.patience import Patience

__all__ = ["discard", "read_body"]

TOO_LARGE: Final = 413
TOO_SLOW: Final = 408
MOST_DISCARDED: Final = 64 << 20
"""So much of a body that nobody wants is read: a sender who is still sending would not see his answer."""


async def read_body(request: Incoming, largest_bytes: int, patience: Patience, parcel: Parcel) -> bytes:
    """Give the body, counted in the parcel.

    Raises NotAdmittedError where it is larger or slower than allowed, TryAgainError where too much is held already.
    """
    pieces: list[bytes] = []
    size_bytes = 0
    try:
        with patience.limit():
            async for piece in request.pieces():
                size_bytes += len(piece)
                if size_bytes > MOST_DISCARDED:
                    break
                if size_bytes <= largest_bytes:
                    parcel.take(len(piece))
                    pieces.append(piece)
    except TimeoutError as error:
        if size_bytes <= largest_bytes:
            raise NotAdmittedError(TOO_SLOW, "the body took too long") from error
    if size_bytes > largest_bytes:
        raise NotAdmittedError(TOO_LARGE, "the body is too large")
    return b"".join(pieces)


async def discard(request: Incoming, patience: Patience) -> None:
    """Read away a body that nobody wants, as far as that does any good."""
    if request.headers.get("expect", "").lower() == "100-continue":
        return  # he waits for a word before he sends it
    skipped = 0
    try:
        with patience.limit():
            async for piece in request.pieces():
                skipped += len(piece)
                if skipped > MOST_DISCARDED:
                    return
    except TimeoutError:
        return
