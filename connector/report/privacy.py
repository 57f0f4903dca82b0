"""Hide personal data in what a report shows, and keep what an analyst needs: its form."""

import re

__all__ = ["scrub", "shape"]

LONGEST_SHAPE = 60

_EMAIL = re.compile(r"[^\s@<>()\"',;:/\\]{1,64}@[^\s@<>()\"',;:/\\]{1,255}")
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|00)[ (]{0,2}\d(?:[ ()./-]{0,2}\d){5,17}(?!\w)")


def shape(text: str) -> str:
    """Give the form of a text and nothing of its content: `Kim +45 31` becomes `Xxx +99 99`."""
    kept = text[:LONGEST_SHAPE]
    drawn = "".join(_sign(sign) for sign in kept)
    return f"{drawn}…" if len(text) > LONGEST_SHAPE else drawn


def _sign(sign: str) -> str:
    if sign.isdigit():
        return "9"
    if sign.isalpha():
        return "X" if sign.isupper() else "x"
    return sign


def scrub(text: str) -> str:
    """Give the text with e-mail addresses and international phone numbers in it reduced to their form."""
    return _PHONE.sub(_drawn, _EMAIL.sub(_drawn, text))


def _drawn(found: re.Match[str]) -> str:
    return shape(found[0])
