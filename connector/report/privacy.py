"""Hide personal data in what a report shows, and keep what an analyst needs: its form."""

import re
from dataclasses import dataclass

from connector.mapping.disguise import disguise
from connector.mapping.sensitivity import Sensitivity, sensitivity

__all__ = ["SHARED_BY", "Privacy"]

SHARED_BY = 3
"""A word that so many records share names no single person."""

_EMAIL = re.compile(r"[^\s@<>()\"',;:/\\]{1,64}@[^\s@<>()\"',;:/\\]{1,255}")
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|00)[ (]{0,2}\d(?:[ ()./-]{0,2}\d){5,17}(?!\w)")


@dataclass(frozen=True, slots=True)
class Privacy:
    """What may be shown of a value; everything, where personal data was asked for."""

    unmasked: bool = False

    def show(self, field: str, text: str, count: int) -> str:
        """Give the value of a target field that came `count` times, or its form where it may tell of a person."""
        if self.unmasked:
            return text
        found = sensitivity(field)
        if found is Sensitivity.OPEN or (found is Sensitivity.SHARED and count >= SHARED_BY):
            return self.scrub(text)
        return disguise(text)

    def scrub(self, text: str) -> str:
        """Give the text with e-mail addresses and international phone numbers in it reduced to their form."""
        return text if self.unmasked else _PHONE.sub(_form, _EMAIL.sub(_form, text))


def _form(found: re.Match[str]) -> str:
    return disguise(found[0])
