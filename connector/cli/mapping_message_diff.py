"""Show what would change in messages between two versions of their mapping."""

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.cli.app import errors
from connector.cli.mapping_diff import Compared, Told, show_changes
from connector.cli.mapping_messages import find_intake, look_at_messages
from connector.cli.mapping_source import Where, find_mapping, load_mapping
from connector.cli.mapping_view import Shower, counted, say
from connector.cli.revision import load_revision
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.look.message_samples import Samples
    from connector.mapping import Mapping

__all__ = ["MessagePair", "load_message_pair", "show_message_diff"]

SENT = "sent"


class MessagePair:
    """Two versions of a mapping of messages, and the messages that both are tried on."""

    def __init__(self, names: tuple[str, str], versions: "tuple[Mapping, Mapping]", looked: "Samples") -> None:
        self.names, self.versions, self.looked = names, versions, looked


def load_message_pair(  # noqa: PLR0913 - what the command is told
    settings: Settings, old: str, new: str, *, intake: str | None, where: Where, last: int
) -> MessagePair | None:
    """Give both versions with accepted messages, or those of a folder; None where the new one is for other things.

    Raises ConfigurationError for what is wrong.
    """
    from connector.job.definition.loader import MESSAGE  # noqa: PLC0415

    path = find_mapping(settings, new)
    now = load_mapping(settings, path)
    if now.writes != MESSAGE:
        return None
    then = load_revision(settings, old) or load_mapping(settings, find_mapping(settings, old))
    if (then.reads, then.writes) != (now.reads, now.writes):
        message = f"reads {now.reads} and writes {now.writes}, the old one {then.reads} and {then.writes}"
        raise ConfigurationError([Problem(message, path)])
    plan = find_intake(settings, intake or _used(settings, new, old), where)
    if plan is None or plan.mapping.reads != now.reads:
        hint = f"say --job INTAKE, one whose mapping reads {now.reads}, or --files FOLDER"
        raise ConfigurationError([Problem(f"{intake or new} is no intake of such messages", hint=hint)])
    return MessagePair((old, new), (then, now), look_at_messages(settings, plan, where, last))


def _used(settings: Settings, new: str, old: str) -> str:
    """Give the version that an intake uses: the new one may still lie beside."""
    from connector.job.look.message_samples import intake_with  # noqa: PLC0415

    paths = {name: find_mapping(settings, name.rpartition(":")[2]) for name in (new, old)}
    return next((used for path in paths.values() if (used := intake_with(settings.home, path))), new)


def show_message_diff(pair: MessagePair, last: int, *, unmasked: bool, as_json: bool) -> None:
    """Show which fields change how often, with examples, and in which messages."""
    from connector.job.look.message_outlook import outlook_of  # noqa: PLC0415
    from connector.mapping.difference import Change, compare  # noqa: PLC0415
    from connector.report.privacy import Privacy  # noqa: PLC0415

    before, after = (replace(pair.looked.plan, mapping=one) for one in pair.versions)
    changed = []
    samples = pair.looked.told[:last]
    for sample in samples:
        was, is_now = outlook_of(before, sample), outlook_of(after, sample)
        changes = compare((before.mapping, was.draft), (after.mapping, is_now.draft))
        fate = [] if was.told == is_now.told else [Change(SENT, was.told, is_now.told)]
        if changes or fate:
            facts = {"message": sample.event.message, "case": sample.event.case, "place": sample.place}
            changed.append(Told(sample.name, sample.place, facts, (*changes, *fate)))
    shower = Shower(Privacy(unmasked), *pair.versions)
    show_changes(Compared(*pair.names, "message", len(samples)), changed, shower, as_json=as_json)
    if pair.looked.broken and not as_json:
        say(errors, f"{counted(len(pair.looked.broken), 'request')} that cannot be read", "yellow")
