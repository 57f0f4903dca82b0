"""Show what mapping commands found: as tables and sentences for people, as plain data for programs."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from connector.cli.last_word import note_printed
from connector.cli.plain import visible
from connector.cli.screen import COLOURS, columns

if TYPE_CHECKING:
    from connector.job.look.outlook import Outlook
    from connector.mapping import Draft
    from connector.mapping import Mapping as Rules
    from connector.report.privacy import Privacy
    from connector.session import Session

__all__ = [
    "Shower",
    "counted",
    "draft_facts",
    "empty_everywhere",
    "field_table",
    "named",
    "outlook_facts",
    "plain_cell",
    "print_json",
    "say",
    "show_outlook",
    "would_be",
]

LONGEST_SHOWN = 100
WRITTEN_IN_FILE = ("const", "else")
SENT_WHEN = {"call": "would be sent, if its recording is there", "chat": "would be sent, if its transcript is there"}


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    note_printed()
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def say(console: Console, text: str, style: str | None = None) -> None:
    """Print a text for people: broken between words on a terminal, in one line where a program reads it."""
    console.print(text, style=style, markup=False, soft_wrap=not console.is_terminal)


def counted(count: int, what: str) -> str:
    """Give a number of things in words."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what.replace(' or ', 's or ')}s"


def named(session: "Session", leg: str = "") -> str:
    """Give the words for one conversation of a session."""
    return f"{session.channel.value} {_on_one_line(session.id)}" + (f" ({leg})" if leg else "")


def would_be(session: "Session", outlook: "Outlook") -> str:
    """Give what would become of a conversation, with the reason."""
    verdict = outlook.verdict
    if verdict is None:
        return SENT_WHEN[session.channel.value]
    return f"would be {verdict.outcome.value}: {verdict.code.value}" + (f", {verdict.detail}" if verdict.detail else "")


def _on_one_line(text: str) -> str:
    return visible(text.replace("\n", "\N{REPLACEMENT CHARACTER}"))


class Shower:
    """Shows values of target fields, personal ones by their form only unless they were asked for."""

    def __init__(self, privacy: "Privacy", *rules: "Rules") -> None:
        self.privacy = privacy
        self._paths: dict[str, tuple[str, ...]] = {}
        for one in (field for mapping in rules for field in mapping.fields):
            self._paths[one.name] = (*self._paths.get(one.name, ()), *one.paths)

    def show(self, field: str, value: Any) -> str:
        """Give the value of a field on one line."""
        if value is None:
            return ""
        if isinstance(value, list):
            return "[" + ", ".join(self.show(field, one) for one in value) + "]"
        if isinstance(value, dict):
            return f"an object of {len(value)} fields" if len(value) > 2 else json.dumps(value, default=str)  # noqa: PLR2004
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        shown = self.plain(field, text)
        return f'"{shown}"' if isinstance(value, str) and shown == text else shown

    def sourced(self, field: str, value: Any, source: str) -> str:
        """Give the value of a field with this source: what stands in the mapping itself tells of nobody."""
        return json.dumps(value, ensure_ascii=False) if source in WRITTEN_IN_FILE else self.show(field, value)

    def plain(self, field: str, text: str) -> str:
        """Give a text of a field, masked where it must be and cut where it is long."""
        shown = self._masked(field, text)
        shown = _on_one_line(shown[: LONGEST_SHOWN + 1])
        return f"{shown[:LONGEST_SHOWN]}…" if len(shown) > LONGEST_SHOWN else shown

    def data(self, field: str, value: Any) -> Any:
        """Give the value for a program: as it is where it may be told, else its form."""
        if isinstance(value, list):
            return [self.data(field, one) for one in value]
        return self._masked(field, value) if isinstance(value, str) else value

    def _masked(self, field: str, text: str) -> str:
        from connector.mapping.sensitivity import sensitivity  # noqa: PLC0415
        from connector.report.privacy import SHARED_BY  # noqa: PLC0415

        return self.privacy.show(sensitivity(field, self._paths.get(field, ())), text, SHARED_BY)


def show_outlook(console: Console, session: "Session", outlook: "Outlook", shower: Shower) -> None:
    """Print one conversation: what would become of it, and each field with its value, source and reason."""
    told = would_be(session, outlook)
    colour = COLOURS.get(outlook.verdict.outcome.value, "default") if outlook.verdict else "green"
    console.print(named(session, outlook.leg), style="bold", end="  ", markup=False)
    say(console, told, colour)
    say(console, f"  {session.file.path}", "dim")
    console.print(field_table(outlook.draft, shower, outlook.segments))


def field_table(draft: "Draft", shower: Shower, segments: Sequence[tuple[int, int]] | None = None) -> Table:
    """Give each field of a draft with its value, what that came from, and why it is empty or refused."""
    from connector.mapping.wording import say_reason, say_source  # noqa: PLC0415

    table = columns(None, "  field", "value", "from", "remark")
    for name, trace in draft.traces.items():
        refused = draft.refusals.get(name)
        remark = f"refused: {say_reason(refused)}" if refused else say_reason(trace.reason) if trace.reason else ""
        value = draft.values.get(name)
        cells = [f"  {name}", shower.sourced(name, value, trace.source), say_source(trace.source), remark]
        table.add_row(*map(plain_cell, cells), style="red" if refused else "dim" if name not in draft.values else None)
    for name in draft.refusals.keys() - draft.traces.keys():
        table.add_row(f"  {name}", "", "", f"refused: {say_reason(draft.refusals[name])}", style="red")
    if segments is not None:
        parts = ", ".join(f"{start}-{start + seconds} s" for start, seconds in segments)
        table.add_row("  cutAudio", plain_cell(parts), "segments", "as far as the recording goes")
    return table


def plain_cell(text: str) -> Any:
    """Give a cell in which nothing is taken for markup."""
    from rich.text import Text  # noqa: PLC0415

    return Text(text)


def empty_everywhere(outlooks: Sequence["Outlook"]) -> list[str]:
    """Give the fields that no conversation has a value for."""
    fields = dict.fromkeys(name for one in outlooks for name in one.draft.traces)
    return [name for name in fields if not any(name in one.draft.values for one in outlooks)]


def outlook_facts(session: "Session", outlook: "Outlook", shower: Shower) -> dict[str, Any]:
    """Give one conversation as plain data."""
    verdict = outlook.verdict
    return {
        "session": session.id,
        "channel": session.channel.value,
        "leg": outlook.leg,
        "file": session.file.path,
        "outcome": verdict.outcome.value if verdict else None,
        "reason": verdict.code.value if verdict else None,
        "detail": verdict.detail if verdict else None,
        "fields": draft_facts(outlook.draft, shower),
        "segments": outlook.segments,
    }


def draft_facts(draft: "Draft", shower: Shower) -> list[dict[str, Any]]:
    """Give the fields of a draft as plain data, each with its value, source and reason."""
    return [
        {
            "field": name,
            "value": draft.values.get(name)
            if trace.source in WRITTEN_IN_FILE
            else shower.data(name, draft.values.get(name)),
            "source": trace.source,
            "reason": draft.refusals.get(name) or trace.reason,
            "refused": name in draft.refusals,
        }
        for name, trace in draft.traces.items()
    ]
