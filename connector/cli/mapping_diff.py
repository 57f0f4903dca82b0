"""Show what would change between two versions of a mapping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    from connector.job.look.comparison import Changed
    from connector.job.look.sessions import Looked

__all__ = ["Pair", "load_pair", "show_diff"]

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
    privacy = Privacy(unmasked)
    shower = Shower(privacy, *(plan.mappings[pair.channel] for plan in (pair.before, pair.after)))
    if as_json:
        print_json(_facts(pair, len(sessions), changed, shower))
        return
    count = len({(one.session.channel, one.session.id) for one in changed})
    say(output, f"{pair.old} → {pair.new}: {count} of {len(sessions)} sessions change.")
    if changed:
        _show_fields(changed, len(sessions), shower)
        _show_sessions(changed)
    output.print("\nWhat was delivered already is not sent again, whatever changes here.", style="dim")
    if looked.broken:
        say(errors, f"{counted(len(looked.broken), 'file or row')} that cannot be read", "yellow")


def _by_field(changed: "Sequence[Changed]") -> dict[str, list[tuple[str, Any, Any]]]:
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for one in changed:
        for change in one.changes:
            found.setdefault(change.field, []).append((named(one.session, one.leg), change.before, change.after))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _show_fields(changed: "Sequence[Changed]", count: int, shower: Shower) -> None:
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


def _show_sessions(changed: "Sequence[Changed]") -> None:
    table = columns(None, "\n  session", "\nfields that change")
    for one in changed[:MOST_SESSIONS]:
        fields = ", ".join(change.field for change in one.changes)
        table.add_row(*map(plain_cell, (f"  {named(one.session, one.leg)}", fields)))
    output.print(table)
    if len(changed) > MOST_SESSIONS:
        output.print(f"  … and {len(changed) - MOST_SESSIONS:,} more; --json names all of them")


def _facts(pair: Pair, count: int, changed: "Sequence[Changed]", shower: Shower) -> dict[str, Any]:
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
            "session": one.session.id,
            "channel": one.session.channel.value,
            "leg": one.leg,
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
    told = len({(one["channel"], one["session"]) for one in changes})
    return {"old": pair.old, "new": pair.new, "sessions": count, "changed": told, "fields": fields, "changes": changes}
