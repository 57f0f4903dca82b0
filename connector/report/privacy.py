"""Hide personal data in what a report shows, and keep what an analyst needs: its form."""

import re
from dataclasses import dataclass
from itertools import pairwise

from connector.mapping.disguise import disguise
from connector.mapping.sensitivity import Sensitivity

__all__ = ["SHARED_BY", "Privacy"]

SHARED_BY = 3
"""A word that so many records share most likely names no single person."""

_EMAIL = re.compile(r"[^\s@<>()\"',;:/\\]{1,64}@[^\s@<>()\"',;:/\\]{1,255}")
_PHONE = re.compile(
    # An underscore parts the words of a name of a file, though it counts as part of a word.
    r"(?:(?<![^\W_])(?<!\.)\+|(?<![\w.:-])00)[ (]{0,2}\d(?:[ ()./-]{0,2}\d){5,17}(?![^\W_])"
    # Within an id or an address, where a row of digits may as well be a number of the source's own.
    r"|(?<=[:_-])00 ?\d(?: ?\d){7,15}(?![^\W_])"
)
_SHORT_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,3})?")
_WORD_OF_NAME = re.compile(r"[^\W\d_]['\u2019.\w-]*")


@dataclass(frozen=True, slots=True)
class Privacy:
    """What may be shown of a value; everything, where personal data was asked for."""

    unmasked: bool = False

    def show(self, found: Sensitivity, text: str, count: int) -> str:
        """Give a value that came `count` times, or in brackets its form where it may tell of a person."""
        if self.unmasked:
            return text
        scrubbed = self.scrub(text)
        # Beside somebody's address or number, a name is most likely that of the same person.
        open_ = found is Sensitivity.OPEN and (scrubbed == text or not _has_name(scrubbed))
        shared = found is Sensitivity.SHARED and scrubbed == text and _names_nobody(text, count)
        return scrubbed if open_ or shared else _form(text)

    def scrub(self, text: str) -> str:
        """Give the text with e-mail addresses and international phone numbers in it reduced to their form."""
        if self.unmasked:
            return text
        return _PHONE.sub(_matched_form, _EMAIL.sub(_matched_form, text) if "@" in text else text)


def _names_nobody(text: str, count: int) -> bool:
    if _SHORT_NUMBER.fullmatch(text):
        return True
    words = text.split()
    looks_like_a_name = len(words) > 1 and all(_is_name(one) for one in words)
    return count >= SHARED_BY and not looks_like_a_name


def _has_name(text: str) -> bool:
    """Tell whether two words in a row may be a name."""
    return any(_is_name(one) and _is_name(other) for one, other in pairwise(text.split()))


def _is_name(word: str) -> bool:
    return bool(_WORD_OF_NAME.fullmatch(word)) and word[0].isupper()


def _form(text: str) -> str:
    return f"[{disguise(text)}]"


def _matched_form(found: re.Match[str]) -> str:
    return _form(found[0])
