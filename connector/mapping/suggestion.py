"""Write a complete first mapping out of guesses: every rule with its evidence, every gap as a TODO."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from connector.mapping.form import Form
from connector.mapping.guess import Guess, Guesses
from connector.mapping.observation import Observed, evidence

__all__ = ["NO_WORDS", "consent_block", "flow", "suggest_calls"]

MOST_LEFTOVER = 30
MOST_WORDS = 20
LONGEST_WORD = 40
NO_WORDS = frozenset(
    {"0", "afvist", "declined", "denied", "false", "n", "nei", "nej", "never", "no", "not_given", "opt_out", "optout"}
    | {"refused", "rejected", "revoked", "withdrawn"}
)
"""Words that can only mean no; that a word means yes, only a person can say."""

_PLAIN = re.compile(r"[A-Za-z_$][\w.$/-]*", re.ASCII)
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def suggest_calls(name: str, guesses: Guesses, source: str) -> str:
    """Give the text of a mapping of foreign files for calls; `source` says in words what was looked at."""
    lines = [
        f"# A first mapping of calls, proposed from {source}.",
        "# Above each rule stands what speaks for it. Look for TODO: those things only you can say. Then see what it",
        f"# makes of real calls (`connector mapping preview {name}`) and why (`connector mapping explain`).",
        f"mapping: {flow(name)}",
        "reads: files.record",
        "writes: capturi.conversation",
        "",
        "fields:",
        *_rules(guesses.rules),
        *_leftover(guesses),
        *consent_block(guesses.found.get("consent"), guesses.leftover),
    ]
    return "\n".join(lines) + "\n"


def _rules(rules: Sequence[Guess]) -> Iterator[str]:
    for one in rules:
        if one.todo:
            yield f"  # TODO {one.target}: {one.todo}"
        yield from (f"  # {told}" for told in one.evidence)
        yield f"  {one.target}: {flow(one.rule)}"
        yield ""


def _leftover(guesses: Guesses) -> Iterator[str]:
    """Offer what no rule reads, as rules that a person only has to let stand."""
    told = [one for one in guesses.leftover if one.form is not Form.LIST][:MOST_LEFTOVER]
    if not told:
        return
    taken = sum(one.target.startswith("customProp") for one in guesses.rules)
    yield "  # No rule reads these. A property must be set up in Capturi before it is sent; customProp goes up to 10:"
    for number, one in enumerate(told, taken + 1):
        target = f"customProp{number}" if number <= 10 else "customProp…"  # noqa: PLR2004 - the target has ten
        yield f"  # {target}: {flow(one.path)}    # {evidence(one)}"
    yield ""


def consent_block(one: Observed | None, others: Sequence[Observed] = ()) -> Iterator[str]:
    """Give the part about consent: no word is ever taken for yes, and every word that was seen is named."""
    if one is None:
        yield "# TODO consent: no field looks like it. Name the one that tells whether the customer agreed."
        yield "# Where every call has consent by agreement, name a field that always has one word, and that word."
        yield from (f"# or {evidence(each)}" for each in others if 0 < len(each.values) <= MOST_WORDS)
        yield from ("consent:", "  path: consent", "  values:", *_stand_in())
    else:
        yield f"# {evidence(one)}"
        yield "# TODO consent: say which words mean yes. Until then calls with other words wait: nothing is guessed."
        yield from ("consent:", f"  path: {flow(one.path)}", "  values:", *_words(one.values))
    yield "  unknown: hold                       # or skip"
    yield "  refused: skip                       # or send, or send_without_audio"


def _words(values: Counter[str]) -> Iterator[str]:
    shown = [(word, count) for word, count in values.most_common() if len(word) <= LONGEST_WORD][:MOST_WORDS]
    noes = [(word, count) for word, count in shown if word.casefold() in NO_WORDS]
    for word, count in shown:
        told = f"{count:,} record{'s' if count > 1 else ''}"
        if (word, count) in noes:
            yield f"    {_quoted(word)}: false    # {told}"
        else:
            yield f"    # {_quoted(word)}: true    # {told}; take the first # away if it means that the customer agreed"
    if not noes:
        yield from _stand_in()


def _stand_in() -> Iterator[str]:
    yield '    "no": false    # stands here because there must be a word; write your own'


def flow(value: Any) -> str:
    """Give a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(below) for below in value) + "]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.casefold() not in _TAKEN
        return value if plain else _single(value)
    return json.dumps(value)


def _single(text: str) -> str:
    """Quote a text: in single marks where it is readable so, else with escapes."""
    readable = text.isprintable() and text == text.strip()
    return "'" + text.replace("'", "''") + "'" if readable else _quoted(text)


def _quoted(text: str) -> str:
    """Quote a text in double marks; ASCII only, because YAML and JSON escape alike there."""
    return json.dumps(text)
