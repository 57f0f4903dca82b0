"""Reduce a text to its form, which tells a number from a name and nothing about a person."""

__all__ = ["disguise"]

LONGEST_FORM = 60


def disguise(text: str) -> str:
    """Give the form of a text: `Kim +45 31` becomes `Xxx +99 99`; what is long is cut with a mark."""
    form = "".join(map(_sign, text[:LONGEST_FORM]))
    return f"{form}…" if len(text) > LONGEST_FORM else form


def _sign(sign: str) -> str:
    if sign.isalpha():
        return "X" if sign.isupper() else "x"
    return "9" if sign.isnumeric() else sign
