"""Print how many sessions a second are parsed, mapped, checked and serialised on one core."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jmespath
import orjson
from pydantic import BaseModel, create_model

from connector import conversation, mapping
from connector.conversation import AudioFacts
from connector.mapping import Draft

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "mappings" / "examples" / "call-inbound.json"
MORE_FIELDS = {f"customProp{n}": path for n, path in enumerate(
    ("end_user.id", "call_type", "menu_path.materialized_path", "selected_menu.menu_type", "agent_info.agent_number"), 6
)}  # fmt: skip
MORE_NUMBERS = {f"customNumberProp{n}": path for n, path in enumerate(
    ("call_duration", "id", "end_user.id", "selected_menu.id", "menu_path.items_count"), 5
)}  # fmt: skip
CONTEXT = {
    "tenant": "acme",
    "agent": {"id": "9", "number": "2042", "email": "agent.two@example.com", "name": "Agent Two", "team": "Orders"},
}
AUDIO = AudioFacts("mp3", "mp3_cbr", 144.2, True, 2, 8_000, False, 576_800, "audio/mpeg", ".mp3")


def thirty_fields() -> mapping.Mapping:
    """Give the shipped mapping for calls, with rules added until it fills thirty fields."""
    text = (ROOT / "mappings" / "ccai-call.yaml").read_text()
    more = {**MORE_FIELDS, **MORE_NUMBERS, "customerCompany": "agent_info.name"}
    rules = "".join(f"  {name}: {path}\n" for name, path in more.items())
    return mapping.parse(text.replace("\nconsent:\n", f"\n{rules}\nconsent:\n"), ROOT / "mappings" / "ccai-call.yaml")


def bodies(count: int) -> list[bytes]:
    """Give so many different sessions of 3.7 KB, with times, ids and customers of their own."""
    record = orjson.loads(RECORD.read_bytes())
    # What is null in the sample's participants is left out: with it the sample is larger than a usual session.
    record["participants"] = [
        {name: value for name, value in one.items() if value is not None} for one in record["participants"]
    ]
    made = []
    for number in range(count):
        record["id"], record["rating"] = number, number % 5 + 1
        record["participants"][0]["phone_number"] = f"+1555010{number % 10_000:04}"
        record["out_ticket_id"], record["end_user"]["out_contact_id"] = f"T{number}", f"C{number}"
        when = f"2026-03-{number % 28 + 1:02}T{number // 28 % 24:02}:".encode()
        made.append(orjson.dumps(record).replace(b"2026-03-24T12:", when))
    return made


def checked(rules: mapping.Mapping, draft: Draft) -> dict[str, Any]:
    """Give the body that Capturi gets, with consent decided and every rule checked."""
    decision = conversation.decide(rules.consent, draft.consent)
    made = conversation.build(draft, AUDIO, has_consent=decision.has_consent)
    return conversation.to_wire(made, "v3")[0]


def model_of(name: str, value: dict[str, Any]) -> type[BaseModel]:
    """Give a pydantic model of what this sample holds, with every list and object in it."""
    fields: dict[str, Any] = {key: (_type_of(key, entry), None) for key, entry in value.items()}
    return create_model(name, **fields)


def _type_of(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return model_of(name, value) | None
    if isinstance(value, list) and value:
        return list[model_of(name, {key: found for one in value for key, found in one.items()})]  # type: ignore[misc]
    return Any if value is None or value == [] else type(value) | None


def naive(rules: mapping.Mapping, sample: dict[str, Any]) -> Callable[[bytes], bytes]:
    """Give the loop a user would write first: the whole session as a pydantic model, and JMESPath for each field.

    It leaves out functions, consent, segments and every check.
    """
    model = model_of("Call", sample)

    def work(raw: bytes) -> bytes:
        record = model.model_validate_json(raw).model_dump()
        made = {}
        for field in rules.fields:
            found = (
                jmespath.search(path.removeprefix("$"), CONTEXT if path[0] == "$" else record) for path in field.paths
            )
            made[field.name] = next((value for value in found if value is not None), None)
        return json.dumps(made).encode()

    return work


def per_second(work: Callable[[Any], object], items: Sequence[Any], rounds: int) -> float:
    """Give the best of some rounds, in items per second of this process's own time."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for item in items:
            work(item)
        best = min(best, time.process_time() - started)
    return len(items) / best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rules, raw = thirty_fields(), bodies(options.sessions)
    # One live record and not a list of them: the garbage collector would walk through all of it again and again.
    record = orjson.loads(raw[0])
    again = range(1_000)
    counts = mapping.Statistics()
    draft = mapping.apply(rules, record, CONTEXT)
    steps: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "parse": (orjson.loads, raw),
        "map": (lambda _: mapping.apply(rules, record, CONTEXT), again),
        "check": (lambda _: checked(rules, draft), again),
        "serialise": (lambda _: orjson.dumps(draft.values), again),
        "count": (lambda _: counts.add(draft), again),
        "parse, map, serialise": (
            lambda one: orjson.dumps(mapping.apply(rules, orjson.loads(one), CONTEXT).values), raw
        ),
        "all of it": (
            lambda one: orjson.dumps(checked(rules, mapping.apply(rules, orjson.loads(one), CONTEXT))), raw
        ),
        "the naive way": (naive(rules, record), raw[:1_000]),
    }  # fmt: skip
    print(f"{len(raw[0])} bytes a session, {len(rules.fields)} rules, {len(draft.values)} fields filled")
    for name, (work, items) in steps.items():
        rate = per_second(work, items, options.rounds)
        print(f"{name:22} {rate:10,.0f} a second {1e6 / rate:8.1f} us each")


if __name__ == "__main__":
    main()
