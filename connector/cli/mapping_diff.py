"""Show what would change between two versions of a mapping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from connector import clock
from connector.cli.app import errors, output
from connector.cli.mapping_source import Where, find_mapping, load_mapping
from connector.cli.mapping_view import Shower, counted, named, plain_cell, print_json, say
from connector.cli.revision import load_revision
from connector.cli.screen import columns
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.loader import Plan
    from connector.job.look.sessions import Looked
    from connector.mapping.difference import Change

__all__ = ["Compared", "Pair", "Told", "load_pair", "show_changes", "show_diff"]

MOST_SESSIONS = 50
MOST_EXAMPLES = 3
REFUSED = " (refused)"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of a mapping, each with a plan that uses it."""

    old: str
    new: str
    channel: str
    before: "Plan"
    after: "Plan"


@dataclass(frozen=True, slots=True)
class Compared:
    """Which two versions were compared, over how many of what."""

    old: str
    new: str
    what: str
    count: int


class Told(NamedTuple):
    """What comes out otherwise in one of the things that were compared."""

    name: str
    which: str
    """The same for all parts of one session or message."""
    facts: dict[str, Any]
    """Names it for a program."""
    changes: "Sequence[Change]"


def load_pair(settings: Settings, old: str, new: str, job: str | None, where: Where) -> Pair:
    """Give both versions, for the sessions of a job or of a folder; raise ConfigurationError for what is wrong."""
    from connector.job.look import makeshift  # noqa: PLC0415

    path = find_mapping(settings, new)
    then = load_revision(settings, old) or load_mapping(settings, find_mapping(settings, old))
    now = load_mapping(settings, path)
    channel = makeshift.channel_of(now, path)
    if then.writes != now.writes:
        raise ConfigurationError([Problem(f"writes {now.writes}, and the old one {then.writes}", path)])
    if where.files is not None and job is None:
        plan = makeshift.plan_for_folder(path, now, where.files, home=settings.home, tenant=where.tenant)
    else:
        plan = _plan_of_job(settings, old, new, job, where)
    return Pair(old, new, channel, *(makeshift.plan_through(plan, channel, one) for one in (then, now)))


def _plan_of_job(settings: Settings, old: str, new: str, job: str | None, where: Where) -> "Plan":
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.job.look import makeshift  # noqa: PLC0415

    paths = [find_mapping(settings, name.rpartition(":")[2]) for name in (new, old)]
    name = job or next((found for path in paths if (found := makeshift.job_with(settings.home, path))), None)
    if name is None:
        hint = "say --job JOB or --files FOLDER"
        raise ConfigurationError([Problem("no job uses it, so there is nothing to read", paths[0], hint=hint)])
    plan = loader.load(name, settings)
    return makeshift.plan_in_folder(plan, where.files) if where.files else plan


def show_diff(pair: Pair, looked: "Looked", *, unmasked: bool, as_json: bool) -> None:
    """Show which fields change how often, with examples, and in which sessions."""
    from connector.job.look.comparison import compare_sessions  # noqa: PLC0415
    from connector.report.privacy import Privacy  # noqa: PLC0415

    sessions = [one for one in looked.sessions if one.channel.value == pair.channel]
    changed = compare_sessions(pair.before, pair.after, sessions, clock.SystemClock())
    told = [
        Told(
            named(one.session, one.leg),
            one.session.id,
            {"session": one.session.id, "channel": one.session.channel.value, "leg": one.leg},
            one.changes,
        )
        for one in changed
    ]
    shower = Shower(Privacy(unmasked), *(plan.mappings[pair.channel] for plan in (pair.before, pair.after)))
    show_changes(Compared(pair.old, pair.new, "session", len(sessions)), told, shower, as_json=as_json)
    if looked.broken and not as_json:
        say(errors, f"{counted(len(looked.broken), 'file or row')} that cannot be read", "yellow")


def show_changes(compared: Compared, changed: "Sequence[Told]", shower: Shower, *, as_json: bool) -> None:
    """Show which fields change how often, with examples, and in which of the things that were compared."""
    if as_json:
        print_json(_facts(compared, changed, shower))
        return
    count = len({one.which for one in changed})
    say(output, f"{compared.old} → {compared.new}: {count} of {compared.count} {compared.what}s change.")
    if changed:
        _show_fields(changed, compared.count, shower)
        _show_changed(changed, compared.what)
    output.print("\nWhat was delivered already is not sent again, whatever changes here.", style="dim")


def _by_field(changed: "Sequence[Told]") -> dict[str, list[tuple[str, Any, Any]]]:
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for one in changed:
        for change in one.changes:
            found.setdefault(change.field, []).append((one.name, change.before, change.after))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _show_fields(changed: "Sequence[Told]", count: int, shower: Shower) -> None:
    table = columns(None, "\n  field", "\nchanged", "\nof", "\nbefore", "\nafter", "\nfor example in")
    for field, examples in _by_field(changed).items():
        seen: set[tuple[str, str]] = set()
        for name, before, after in examples:
            shown = _told(field, before, shower), _told(field, after, shower)
            if shown in seen or len(seen) == MOST_EXAMPLES:
                continue
            head = (f"  {field}", f"{len(examples):,}", f"{count:,}") if not seen else ("", "", "")
            table.add_row(*map(plain_cell, (*head, *shown, name)))
            seen.add(shown)
    output.print(table)


def _told(field: str, value: Any, shower: Shower) -> str:
    """Give a value of a field, or why the record is refused for it in words."""
    from connector.mapping.wording import say_reason  # noqa: PLC0415

    if field.endswith(REFUSED):
        return say_reason(value) if value else "not refused"
    return shower.show(field, value) or "nothing"


def _show_changed(changed: "Sequence[Told]", what: str) -> None:
    table = columns(None, f"\n  {what}", "\nfields that change")
    for one in changed[:MOST_SESSIONS]:
        fields = ", ".join(change.field for change in one.changes)
        table.add_row(*map(plain_cell, (f"  {one.name}", fields)))
    output.print(table)
    if len(changed) > MOST_SESSIONS:
        output.print(f"  … and {len(changed) - MOST_SESSIONS:,} more; --json names all of them")


def _facts(compared: Compared, changed: "Sequence[Told]", shower: Shower) -> dict[str, Any]:
    fields = {
        field: {
            "changed": len(examples),
            "examples": [
                {"in": name, "before": shower.data(field, before), "after": shower.data(field, after)}
                for name, before, after in examples[:MOST_EXAMPLES]
            ],
        }
        for field, examples in _by_field(changed).items()
    }
    changes = [
        {
            **one.facts,
            "fields": [
                {
                    "field": change.field,
                    "before": shower.data(change.field, change.before),
                    "after": shower.data(change.field, change.after),
                }
                for change in one.changes
            ],
        }
        for one in changed
    ]
    told = len({one.which for one in changed})
    facts = {"old": compared.old, "new": compared.new, f"{compared.what}s": compared.count, "changed": told}
    return {**facts, "fields": fields, "changes": changes}
