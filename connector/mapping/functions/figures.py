"""Work on numbers and on truth."""

from decimal import ROUND_HALF_UP, Decimal

from connector.mapping.coercion import number_of, text_of
from connector.mapping.functions.registry import FAILS, example, function

__all__ = ["boolean", "multiply", "number", "round_"]

_YES = ("true", "yes", "y", "1", "on")
_NO = ("false", "no", "n", "0", "off")


@function(
    example("7.5", 7.5),
    example("27", 27),
    example("1.234,5", 1234.5, {"decimal": ",", "thousands": "."}),
    example("soon", FAILS),
)
def number(value: str, decimal: str = ".", thousands: str = "") -> float:
    """Read a number from text; say which signs divide thousands and decimals where they are not English."""
    digits = value.replace(thousands, "") if thousands else value
    return number_of(digits.replace(decimal, ".") if decimal != "." else digits)


@function(example(1.5, 90, 60), example(250, 0.25, {"by": 0.001}))
def multiply(value: float, by: float) -> float:
    """Multiply by a number, for example to make seconds of minutes."""
    return number_of(text_of(float(Decimal(repr(value)) * Decimal(repr(by)))))


@function(example(2.5, 3), example(1.005, 1.01, 2), example(-2.5, -3))
def round_(value: float, digits: int = 0) -> float:
    """Round to so many decimals, halves away from zero, as people do."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return int(rounded) if digits <= 0 else float(rounded)


@function(
    example("Yes", True),
    example(0, False),
    example("ja", True, {"yes": ["ja"], "no": ["nej"]}),
    example("perhaps", FAILS),
)
def boolean(value: str, yes: tuple[str, ...] = _YES, no: tuple[str, ...] = _NO) -> bool:
    """Read yes or no from a word, in letters of any case; another word fails."""
    word = value.strip().casefold()
    for words, meaning in ((yes, True), (no, False)):
        if word in map(str.casefold, words):
            return meaning
    raise ValueError("neither yes nor no")
