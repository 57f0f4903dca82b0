"""Guess which field of sample records fills which field of the target, each guess with its evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.mapping.form import Form, date_format, time_format
from connector.mapping.observation import Observed, evidence
from connector.mapping.phone_country import phone_steps
from connector.mapping.wish import TIMES, WISHES, rank

__all__ = ["NOTHING_SAID", "Guess", "Guesses", "Said", "guess"]

MOST_FIGURES = 9
MOST_PROPS = 10
MOST_CANDIDATES = 5
ZONE = "its times name no offset: UTC is a stand-in, put your own zone, for example Europe/Copenhagen"


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed rule: what a mapping file would have, what speaks for it, and what a person must still say."""

    target: str
    rule: Any
    evidence: tuple[str, ...] = ()
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of the records: the zone of times without an offset, the country of numbers without one."""

    timezone: str | None = None
    region: str | None = None


NOTHING_SAID = Said()


@dataclass(slots=True)
class Guesses:
    """What was guessed of a source: rules, and the fields by what they are for."""

    rules: list[Guess] = field(default_factory=list)
    found: dict[str, Observed] = field(default_factory=dict)
    """By what was looked for (id, start, end, updated, recording, consent, agentId …), the field that is it."""
    leftover: list[Observed] = field(default_factory=list)
    """Filled fields that no rule reads."""


def guess(fields: Sequence[Observed], said: Said = NOTHING_SAID) -> Guesses:
    """Give the proposed rules for calls, in the order of a mapping file; what was said needs no guess."""
    guesser = _Guesser([one for one in fields if one.filled], said)
    guesser.run()
    return guesser.guesses


class _Guesser:
    """Works through the targets; a field that one rule took is left out of later guesses."""

    def __init__(self, fields: Sequence[Observed], said: Said) -> None:
        self.fields = list(fields)
        self.said = said
        self.taken: set[str] = set()
        self.guesses = Guesses()

    def run(self) -> None:
        for name in ("recording", "consent", "end", "updated"):
            self._find(name)
        self._identity()
        self._moment()
        self._agent()
        self._customer()
        self._words()
        self._figures()
        self.guesses.leftover = [one for one in self.fields if one.path not in self.taken]

    @property
    def zone(self) -> str:
        """Give the zone of times that name no offset, UTC as a stand-in."""
        return self.said.timezone or "UTC"

    def _utc(self, one: Observed) -> Any:
        """Give the function that reads a field's times."""
        if one.form is Form.LOCAL_TIME:
            return {"utc": {"zone": self.zone}}
        found = time_format(one.typical) if one.form is Form.DAY_TIME else None
        return {"utc": {"zone": self.zone, "format": found}} if found else "utc"

    def _ranked(self, name: str) -> list[Observed]:
        return rank(WISHES[name], [one for one in self.fields if one.path not in self.taken])

    def _find(self, name: str) -> Observed | None:
        """Take the likeliest field for this, where there is one."""
        ranked = self._ranked(name)
        if not ranked:
            return None
        self.guesses.found[name] = ranked[0]
        self.taken.add(ranked[0].path)
        return ranked[0]

    def _add(self, target: str, rule: Any, seen: Iterable[str] = (), todo: str = "") -> None:
        self.guesses.rules.append(Guess(target, rule, tuple(seen), todo))

    def _identity(self) -> None:
        ranked = self._ranked("id")
        one = self._find("id")
        if one is not None:
            others = _candidates(ranked[1:])
            self._add("externalIdentity", _identity(one.path), [evidence(one), *others])
            return
        # Whoever calls twice has the same number twice: what names a person never stands in for a call.
        fit = [one for one in self.fields if one.form not in {*TIMES, Form.PHONE, Form.EMAIL}]
        fit = [one for one in fit if not one.about("customer", "called", "agent")]
        unique = [one for one in fit if one.is_unique]
        best = unique or sorted(fit, key=lambda one: -len(one.values))
        path = best[0].path if best else "id"
        todo = "no field looks like the id of a call: name the one that is never the same twice"
        self._add("externalIdentity", _identity(path), _candidates(best), todo)

    def _moment(self) -> None:
        ranked = self._ranked("start")
        one = self._find("start")
        if one is None and self._joined_moment():
            return
        if one is None:
            ends = [found for name in ("end", "updated") if (found := self.guesses.found.get(name))]
            rule = {"path": ends[0].path, "as": [self._utc(ends[0])]} if ends else {"path": "started_at", "as": ["utc"]}
            todo = "no field looks like the start of the call: name it"
            self._add("dateTime", rule, _candidates(ends), todo)
            return
        paths = [one.path, *[other.path for other in ranked[1:3] if self._utc(other) == self._utc(one)]]
        self.taken.update(paths)
        seen = [evidence(each) for each in ranked if each.path in paths]
        self._add(
            "dateTime", {"path": paths[0] if len(paths) == 1 else paths, "as": [self._utc(one)]}, seen, self._zone(one)
        )

    def _joined_moment(self) -> bool:
        """Take a date and a time of day in two fields together, where there are such."""
        day, clock = self._find("day"), self._find("clock")
        form = date_format(day.typical) if day else None
        if day is None or clock is None or form is None:
            return False
        times = {value.count(":") for value in clock.typical}
        form += " %H:%M:%S" if times == {2} else " %H:%M"
        rule = {
            "join": [{"path": day.path}, {"path": clock.path}],
            "by": " ",
            "as": [{"utc": {"zone": self.zone, "format": form}}],
        }
        self._add("dateTime", rule, [evidence(day), evidence(clock, "time of day")], "" if self.said.timezone else ZONE)
        return True

    def _zone(self, one: Observed) -> str:
        if one.form not in {Form.LOCAL_TIME, Form.DAY_TIME}:
            return ""
        todo = "" if self.said.timezone else ZONE
        forms = time_format(one.typical)
        if one.form is Form.DAY_TIME and forms is not None and "%d/%m" in forms and _both_ways(one):
            todo = f"{todo}; and see" if todo else "see"
            todo += " whether the day or the month comes first"
        return todo

    def _agent(self) -> None:
        for name, word in (("agentId", "id"), ("agentName", "name"), ("agentEmail", "e-mail address")):
            ranked = self._ranked(name)
            one = self._find(name)
            if one is not None:
                rule = {"path": one.path, "as": ["trim", "lower"]} if name == "agentEmail" else one.path
                self._add(name, rule, [evidence(one), *_candidates(ranked[1:])])
                continue
            mails = [each for each in self.fields if each.form is Form.EMAIL] if name == "agentEmail" else []
            todo = f"no field looks like the {word} of the agent: it comes from the agents file, or name a field"
            self._add(name, f"$agent.{name.removeprefix('agent').lower()}", _candidates(mails), todo)
        team = self._find("team")
        if team is not None:
            self._add("team", {"path": team.path, "as": ["trim"]}, [evidence(team)])

    def _customer(self) -> None:
        ranked = self._ranked("customer")
        one = self._find("customer")
        if one is None:
            todo = "no field looks like the customer's number: name the one that is the same for the same person"
            maybe = [each for each in self.fields if each.form is Form.PHONE]
            self._add("customer", {"path": "customer", "else": "anonymous"}, _candidates(maybe), todo)
        elif one.form is Form.EMAIL or not _is_phone(one):
            self._add("customer", {"path": one.path, "as": ["trim"], "else": "anonymous"}, [evidence(one)])
        else:
            steps, todo = phone_steps(list(one.values), self.said.region)
            rule = {"path": one.path, "as": steps, "else": "anonymous"}
            self._add("customer", rule, [evidence(one, "phone number"), *_candidates(ranked[1:])], todo)
        company = self._find("customerCompany")
        if company is not None:
            self._add("customerCompany", {"path": company.path, "as": ["trim"]}, [evidence(company)])

    def _words(self) -> None:
        ranked = self._ranked("subject")
        one = self._find("subject")
        if one is None:
            todo = "no field looks like a queue or a reason: all calls get the same subject"
            self._add("subject", {"const": "Call"}, todo=todo)
        else:
            rule = {"path": one.path, "as": ["trim"], "else": "Call"}
            self._add("subject", rule, [evidence(one), *_candidates(ranked[1:])])
        status = self._find("status")
        if status is not None:
            self._add("status", {"path": status.path, "as": ["trim"]}, [evidence(status)])
        labels = self._ranked("labels")
        if labels:
            self.taken.update(each.path for each in labels)
            self._add("labels", {"list": [{"path": each.path} for each in labels]}, [evidence(each) for each in labels])

    def _figures(self) -> None:
        """Propose properties, which must be set up in Capturi: matters and figures."""
        for number, one in enumerate(self._ranked("matters")[:MOST_PROPS], 1):
            self.taken.add(one.path)
            self._add(f"customProp{number}", one.path, [evidence(one)])
        for number, one in enumerate(self._ranked("figures")[:MOST_FIGURES], 1):
            self.taken.add(one.path)
            step = "seconds" if one.form is Form.CLOCK else _number(one)
            self._add(f"customNumberProp{number}", {"path": one.path, "as": [step]}, [evidence(one)])


def _identity(path: str) -> dict[str, Any]:
    return {"join": ["$tenant", "call", {"path": path}], "by": "-"}


def _candidates(fields: Sequence[Observed]) -> list[str]:
    return [f"or {evidence(one)}" for one in fields[:MOST_CANDIDATES]]


def _both_ways(one: Observed) -> bool:
    swapped = [value[3:5] + value[2:3] + value[:2] + value[5:] for value in one.typical]
    return time_format(swapped) is not None


def _number(one: Observed) -> Any:
    """Give the function that reads the numbers; a comma in them is taken for the decimal sign where no dot is."""
    with_comma = any("," in value for value in one.values)
    return {"number": {"decimal": ",", "thousands": "."}} if with_comma else "number"


def _is_phone(one: Observed) -> bool:
    return one.form in {Form.PHONE, Form.EPOCH} or (one.form is Form.NUMBER and not one.about("id"))
