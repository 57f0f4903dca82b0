"""Show what a mapping makes of real sessions."""

from typing import TYPE_CHECKING

from connector import clock
from connector.cli.app import errors, output
from connector.cli.mapping_view import Shower, counted, empty_everywhere, outlook_facts, print_json, say, show_outlook

if TYPE_CHECKING:
    from connector.job.definition.loader import Plan
    from connector.job.look.sessions import Looked

__all__ = ["show_preview"]

MOST_BROKEN = 5


def show_preview(plan: "Plan", looked: "Looked", *, unmasked: bool, as_json: bool) -> None:
    """Show each session's conversations, field by field."""
    from connector.job.look.outlook import Onlooker, outlooks  # noqa: PLC0415
    from connector.report.privacy import Privacy  # noqa: PLC0415

    onlooker, privacy = Onlooker(plan, clock.SystemClock()), Privacy(unmasked)
    found = [(session, one) for session in looked.sessions for one in outlooks(onlooker, session)]
    showers = {channel: Shower(privacy, rules) for channel, rules in plan.mappings.items()}
    if as_json:
        facts = [outlook_facts(session, one, showers[session.channel.value]) for session, one in found]
        print_json({"conversations": facts, "files": looked.files, "unreadable": looked.broken})
        return
    for session, one in found:
        show_outlook(output, session, one, showers[session.channel.value])
        output.print()
    unmapped = [session for session in looked.sessions if session.channel not in plan.mappings]
    for session in unmapped:
        output.print(f"{session.channel.value} {session.id}: the job has no mapping for a {session.channel.value}")
    _close(looked, [one for _, one in found], unmasked=unmasked)


def _close(looked: "Looked", found: list, *, unmasked: bool) -> None:  # type: ignore[type-arg]
    told = f"{counted(len(looked.sessions), 'session')} of {counted(looked.files, 'metadata file')}."
    if not unmasked and found:
        told += " What may be personal is shown as its form, [Xxx 99]; --unmasked shows it."
    say(output, told)
    if len(found) > 1 and (empty := empty_everywhere(found)):
        output.print(f"Empty in all of them: {', '.join(empty)}.", markup=False)
    for one in looked.broken[:MOST_BROKEN]:
        say(errors, f"not readable: {one}", "yellow")
    if len(looked.broken) > MOST_BROKEN:
        errors.print(f"… and {len(looked.broken) - MOST_BROKEN:,} more that cannot be read", style="yellow")
