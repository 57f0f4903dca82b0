"""Show what a mapping of messages makes of accepted messages, and why."""

import asyncio
from typing import TYPE_CHECKING, Any

from connector.cli.app import errors, output
from connector.cli.mapping_source import SUFFIXES, Where, find_mapping, is_mapping, load_mapping
from connector.cli.mapping_view import Shower, counted, draft_facts, field_table, print_json, say
from connector.cli.screen import COLOURS
from connector.document import read
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.loader import IntakePlan
    from connector.job.look.message_outlook import MessageOutlook
    from connector.job.look.message_samples import Sample, Samples

__all__ = ["explain_message", "find_intake", "look_at_messages", "show_messages"]

MOST_BROKEN = 5
SENT = "sent"


def find_intake(settings: Settings, name: str, where: Where) -> "IntakePlan | None":
    """Give the intake of this name, or the one that maps with the mapping of this name; None for calls and chats.

    With a folder a mapping of messages needs no intake. Raises ConfigurationError where a file is wrong.
    """
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.look import message_samples  # noqa: PLC0415

    if not is_mapping(settings, name):
        is_path = name.endswith(SUFFIXES) and loader.is_intake(loader.find(settings.home, name))
        return loader.load_intake(name, settings) if is_path or name in loader.intakes(settings.home) else None
    path = find_mapping(settings, name)
    rules = load_mapping(settings, path)
    if rules.writes != loader.MESSAGE:
        return None
    used = message_samples.intake_with(settings.home, path)
    if used is not None:
        return loader.load_intake(used, settings)
    if where.files is not None:
        return message_samples.plan_for_bodies(path, rules, home=settings.home, tenant=where.tenant)
    hint = f"say --files FOLDER; the intakes here are {', '.join(loader.intakes(settings.home)) or 'none'}"
    raise ConfigurationError([Problem("no intake uses this mapping, so there is nothing to read", path, hint=hint)])


def look_at_messages(
    settings: Settings, plan: "IntakePlan", where: Where, limit: int, name: str | None = None
) -> "Samples":
    """Give accepted messages of the intake, or those of a folder, the newest first."""
    from connector import clock, ledger  # noqa: PLC0415
    from connector.job.look.message_samples import Samples, sample_folder, sample_inbox  # noqa: PLC0415

    async def ask() -> Samples:
        async with ledger.open_ledger(settings.ledger_url, clock=clock.SystemClock()) as book:
            return await sample_inbox(book, plan, limit, name)

    if where.files is not None:
        return sample_folder(plan, where.files, name)
    return asyncio.run(ask()) if ledger.exists(settings.ledger_url) else Samples(plan, (), 0, ())


def show_messages(looked: "Samples", limit: int, *, unmasked: bool, as_json: bool) -> None:
    """Show each message field by field: its value, what that came from, and why it is empty."""
    from connector.job.look.message_outlook import outlook_of  # noqa: PLC0415
    from connector.report.privacy import Privacy  # noqa: PLC0415

    shower = Shower(Privacy(unmasked), looked.plan.mapping)
    found = [outlook_of(looked.plan, one) for one in looked.told[:limit]]
    if as_json:
        facts = [_facts(one, shower) for one in found]
        print_json({"messages": facts, "requests": looked.requests, "unreadable": list(looked.broken)})
        return
    for one in found:
        _head(one)
        output.print(field_table(one.draft, shower))
        for note in one.notes:
            say(output, f"  repaired: {note}", "dim")
        output.print()
    if not looked.requests:
        say(output, f"{looked.plan.intake.intake} accepted nothing yet; --files FOLDER reads bodies of requests.")
        return
    told = f"{counted(len(found), 'message')} of {counted(looked.requests, 'request')}."
    if not unmasked and found:
        told += " What may be personal is shown as its form, [Xxx 99]; --unmasked shows it."
    say(output, told)
    for broken in looked.broken[:MOST_BROKEN]:
        say(errors, f"not readable: {broken}", "yellow")


def explain_message(  # noqa: PLR0913 - which message, which field, and how it is told
    settings: Settings, looked: "Samples", name: str, field: str, *, unmasked: bool, as_json: bool
) -> None:
    """Tell in sentences why a field of one message has its value, and what becomes of the message."""
    from connector.job.look.message_outlook import outlook_of  # noqa: PLC0415
    from connector.report.privacy import Privacy  # noqa: PLC0415

    outlook = outlook_of(looked.plan, _the_one(looked, name))
    shower = Shower(Privacy(unmasked), looked.plan.mapping)
    told = None if field == SENT else _explained(settings, looked.plan, outlook, field, shower)
    fate = f"This {outlook.told}."
    if as_json:
        facts = {"field": field, "value": shower.data(field, told.value) if told else None}
        facts |= {"line": told.position.line if told else None, "refused": told.refused if told else None}
        facts["sentences"] = [*(told.sentences if told else ()), fate]
        print_json({"explanations": [{**_facts(outlook, shower, with_fields=False), **facts}]})
        return
    trace = outlook.draft.traces.get(field)
    value = shower.sourced(field, outlook.draft.values.get(field), trace.source if trace else "")
    say(
        output,
        outlook.sample.name if told is None else f"{field} of {outlook.sample.name} is {value or 'empty'}",
        "bold",
    )
    for sentence in (*(told.sentences if told else ()), *(f"Repaired: {one}." for one in outlook.notes), fate):
        say(output, f"  {sentence}")
    if outlook.sample.state is not None:
        say(output, f"  In the ledger: {outlook.sample.state}. `connector messages --id {name}`")


def _explained(settings: Settings, plan: "IntakePlan", outlook: "MessageOutlook", field: str, shower: Shower) -> Any:
    from connector.job.look.message_outlook import context_of  # noqa: PLC0415
    from connector.mapping import explanation  # noqa: PLC0415

    given = explanation.Given(outlook.sample.event.record, context_of(plan), settings.mask_key)
    source = read(plan.home / plan.intake.mapping)
    return explanation.explain(source, field, given, lambda value: shower.show(field, value))


def _the_one(looked: "Samples", name: str) -> "Sample":
    """Give the newest message of this name; raise ConfigurationError where there is none."""
    if not looked.told:
        hint = looked.broken[0] if looked.broken else "`connector mapping preview` shows what there is"
        raise ConfigurationError(
            [Problem(f"there is no message {name!r} among the requests that can be read", hint=hint)]
        )
    return looked.told[0]


def _head(outlook: "MessageOutlook") -> None:
    output.print(outlook.sample.name, style="bold", end="  ", markup=False)
    say(output, outlook.told, COLOURS.get(outlook.verdict.outcome.value, "default") if outlook.verdict else "green")
    say(output, f"  {outlook.sample.place}" + (f" ({state})" if (state := outlook.sample.state) else ""), "dim")


def _facts(outlook: "MessageOutlook", shower: Shower, *, with_fields: bool = True) -> dict[str, Any]:
    event, verdict = outlook.sample.event, outlook.verdict
    facts = {
        "message": event.message,
        "case": event.case,
        "act": event.act.value,
        "place": outlook.sample.place,
        "state": outlook.sample.state,
        "outcome": verdict.outcome.value if verdict else None,
        "reason": verdict.code.value if verdict else None,
        "detail": verdict.detail if verdict else None,
        "notes": list(outlook.notes),
    }
    return {**facts, "fields": draft_facts(outlook.draft, shower)} if with_fields else facts
