"""Tell a message that several browsers told from one that was written twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

__all__ = ["Told", "number_of"]


class Told(NamedTuple):
    """One telling of some words: which of several equal messages it was taken for, who told it, and when.

    The teller is `BROWSER/N`, its N-th telling, or empty where it has no name.
    """

    number: int
    teller: str
    at: datetime


def number_of(told: Sequence[Told], teller: str, at: datetime, window: timedelta) -> int:
    """Give which of several equal messages this telling is of, counted from 1; one told already is an echo.

    A browser never tells a message twice, so what it told before it does not tell again; what another told a short
    while ago for the first time is the same message. A numbered telling that comes again is the one it was. Tellings
    without a name may all come from different browsers.
    """
    first: dict[int, datetime] = {}
    for one in told:
        if one.teller == teller and not teller.endswith("/") and teller:
            return one.number
        first[one.number] = min(one.at, first.get(one.number, one.at))
    browser = teller.partition("/")[0]
    mine = max((one.number for one in told if browser and one.teller.partition("/")[0] == browser), default=0)
    near = [number for number, began in first.items() if number > mine and abs(at - began) <= window]
    return min(near) if near else max(first, default=0) + 1
