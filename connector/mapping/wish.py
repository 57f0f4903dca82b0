"""Say what a field of a record must look like and be called to be the one that is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.mapping.form import Form
from connector.mapping.observation import Observed

__all__ = ["TIMES", "WISHES", "Wish", "rank"]

TIMES = frozenset({Form.TIME, Form.LOCAL_TIME, Form.DAY_TIME, Form.EPOCH})
_NAMES = frozenset({Form.WORD, Form.TEXT})
_WORDS = frozenset({Form.WORD, Form.TEXT, Form.LANGUAGE, Form.TRUTH})
_IDS = frozenset({Form.WORD, Form.TEXT, Form.NUMBER, Form.PHONE, Form.EPOCH, Form.LANGUAGE})
_DIGITS = frozenset({Form.PHONE, Form.EPOCH, Form.NUMBER})
SHORTEST_PHONE = 7


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: forms, kinds of words that the name needs, avoids and rather has."""

    forms: frozenset[Form]
    needs: tuple[tuple[str, ...], ...] = ()
    avoids: tuple[str, ...] = ()
    prefers: tuple[str, ...] = ()
    unique: bool = False
    most_values: int | None = None
    spaced: bool | None = None
    """Whether most values are of several words; None: no matter."""
    long: bool = False
    """Whether values must be as long as a phone number."""

    def fits(self, one: Observed) -> bool:
        """Tell whether the field is what is looked for."""
        if one.form not in self.forms or one.about(*self.avoids):
            return False
        if not all(one.about(*kinds) for kinds in self.needs) or (self.unique and not one.is_unique):
            return False
        if self.most_values is not None and len(one.values) > self.most_values:
            return False
        if self.spaced is not None and _is_spaced(one) is not self.spaced:
            return False
        return not self.long or _is_long(one)


def _is_spaced(one: Observed) -> bool:
    return sum(" " in value for value in one.values) * 2 > len(one.values)


def _is_long(one: Observed) -> bool:
    lengths = sorted(sum(sign.isdigit() for sign in value) for value in one.values)
    return bool(lengths) and lengths[len(lengths) // 2] >= SHORTEST_PHONE


def rank(wishes: Sequence[Wish], fields: Sequence[Observed]) -> list[Observed]:
    """Give the fields that fit the first wish which any fits, the likeliest first."""
    for wish in wishes:
        found = [one for one in fields if wish.fits(one)]
        if found:
            return sorted(found, key=lambda one: (-one.about(*wish.prefers), -round(one.coverage, 1), len(one.words)))
    return []


_NO_CALL = ("agent", "customer", "called", "team", "subject", "matter", "company", "status", "label")
_OTHER_END = ("called", "agent", "handle", "matter")

WISHES: dict[str, tuple[Wish, ...]] = {
    "id": (
        Wish(_IDS, needs=(("id",),), avoids=_NO_CALL, prefers=("call",), unique=True),
        Wish(_IDS, needs=(("id", "call"),), avoids=("agent", "customer", "called"), unique=True),
    ),
    "start": (
        Wish(TIMES, needs=(("start",),), avoids=("end", "updated"), prefers=("call", "when")),
        Wish(TIMES, needs=(("when",),), avoids=("end", "updated"), prefers=("call",)),
        Wish(TIMES, avoids=("end", "updated", "customer", "matter")),
    ),
    "day": (Wish(frozenset({Form.DATE}), avoids=("end", "updated", "customer", "matter"), prefers=("call", "start")),),
    "clock": (Wish(frozenset({Form.CLOCK}), needs=(("when", "start"),), avoids=("end", "updated", "figure")),),
    "end": (Wish(TIMES, needs=(("end",),), prefers=("call", "when")),),
    "updated": (Wish(TIMES, needs=(("updated",),)),),
    "agentId": (
        Wish(_IDS, needs=(("agent",), ("id", "handle")), avoids=("name", "email", "team", "customer")),
        Wish(_IDS, needs=(("handle",),), avoids=("name", "email", "team", "customer", "called")),
        Wish(_IDS, needs=(("agent",),), avoids=("name", "email", "team", "figure", "customer"), spaced=False),
    ),
    "agentName": (
        Wish(_NAMES, needs=(("agent",), ("name",)), avoids=("team", "handle", "customer")),
        Wish(_NAMES, needs=(("agent",),), avoids=("team", "handle", "customer", "status"), spaced=True),
    ),
    "agentEmail": (
        Wish(frozenset({Form.EMAIL}), needs=(("agent",),)),
        Wish(frozenset({Form.EMAIL}), avoids=("customer", "called", "company")),
    ),
    "team": (Wish(_NAMES, needs=(("team",),), avoids=("id", "email", "customer", "subject"), most_values=300),),
    "customer": (
        Wish(_DIGITS, needs=(("customer",),), avoids=_OTHER_END, long=True),
        Wish(frozenset({Form.PHONE}), avoids=(*_OTHER_END, "id", "call"), long=True),
        Wish(_IDS | {Form.EMAIL}, needs=(("customer",), ("id", "email")), avoids=_OTHER_END),
    ),
    "customerCompany": (Wish(_NAMES, needs=(("company",),), avoids=("id", "agent")),),
    "subject": (
        Wish(_WORDS, needs=(("subject",),), avoids=("id", "figure", "agent", "customer", "when"), most_values=200),
    ),
    "status": (Wish(_WORDS, needs=(("status",),), avoids=("id", "agent", "consent"), most_values=50),),
    "consent": (Wish(_WORDS | {Form.NUMBER}, needs=(("consent",),), avoids=("when", "id"), most_values=20),),
    "recording": (Wish(frozenset({Form.AUDIO}), prefers=("recorded",)),),
    "labels": (Wish(_WORDS | {Form.LIST}, needs=(("label",),), avoids=("id",), most_values=20),),
    "figures": (Wish(frozenset({Form.NUMBER, Form.CLOCK}), needs=(("figure",),), avoids=("id",)),),
    "matters": (Wish(_IDS, needs=(("matter",),), avoids=("agent", "when", "subject")),),
}
"""By what is looked for, the wishes in the order in which they are tried."""
