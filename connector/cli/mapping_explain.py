"""Show in sentences why a field has its value, and why a session is sent or not."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector import clock
from connector.cli.app import output
from connector.cli.mapping_fate import Fate, entries_of, tell_fate
from connector.cli.mapping_view import Shower, named, print_json, say
from connector.document import read
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.definition.loader import Plan
    from connector.job.look.outlook import Outlook
    from connector.mapping.explanation import Explanation
    from connector.session import Session

__all__ = ["show_explanation"]

CONSENT = ("consent", "hasConsent")
SEGMENTS = ("segments", "cutAudio")
SENT = "sent"


def show_explanation(explainer: "Explainer", field: str, *, as_json: bool) -> None:
    """Explain one field of each conversation of the session."""
    from connector.job.look.outlook import Onlooker, outlooks  # noqa: PLC0415

    onlooker = Onlooker(explainer.plan, clock.SystemClock())
    found = list(outlooks(onlooker, explainer.session))
    if as_json:
        print_json({"explanations": [explainer.facts(one, field) for one in found]})
        return
    for one in found:
        explainer.show(one, field)


class Explainer:
    """Explains the conversations of one session."""

    def __init__(self, settings: Settings, plan: "Plan", session: "Session", *, unmasked: bool) -> None:
        from connector.report.privacy import Privacy  # noqa: PLC0415

        rules = plan.mappings.get(session.channel)
        if rules is None:
            raise ConfigurationError([Problem(f"the job has no mapping for a {session.channel.value}", plan.path)])
        self.settings = settings
        self.clock = clock.SystemClock()
        self.plan = plan
        self.session = session
        self.shower = Shower(Privacy(unmasked), rules)
        mappings = plan.job.mappings
        self.source = read(plan.home / str(mappings.call if session.channel.value == "call" else mappings.chat))

    def show(self, outlook: "Outlook", field: str) -> None:
        """Print why the field of this conversation is what it is, and what becomes of the conversation."""
        heading, explained = self._told(outlook, field)
        say(output, heading, "bold")
        if explained is not None:
            place = self._near(self.source.path)
            say(output, f"  {place}:{explained.position.line}", "dim")
            for sentence in explained.sentences:
                say(output, f"  {sentence}")
        fate, known = self._fate(outlook)
        for line in (fate.told, *known):
            say(output, f"  {line}")

    def facts(self, outlook: "Outlook", field: str) -> dict[str, Any]:
        """Give the same as plain data."""
        _, explained = self._told(outlook, field)
        fate, known = self._fate(outlook)
        return {
            "session": self.session.id,
            "channel": self.session.channel.value,
            "leg": outlook.leg,
            "field": field,
            "value": self.shower.data(field, explained.value) if explained else None,
            "refused": explained.refused if explained else None,
            "file": str(self.source.path),
            "line": explained.position.line if explained else None,
            "sentences": [*(explained.sentences if explained else ()), fate.told],
            "outcome": fate.outcome,
            "reason": fate.reason,
            "ledger": known,
        }

    def _told(self, outlook: "Outlook", field: str) -> "tuple[str, Explanation | None]":
        from connector.mapping import explanation  # noqa: PLC0415

        name, given = named(self.session, outlook.leg), self._given(outlook)
        if field == SENT:
            return name, None
        if field in CONSENT:
            told = explanation.explain_consent(self.source, given, lambda value: self.shower.show("status", value))
            meaning = {True: "yes", False: "no", None: "not known"}[told.value]
            return f"consent of {name} is {meaning}", told
        if field in SEGMENTS and outlook.draft.spans is not None:
            told = explanation.explain_segments(self.source, outlook.draft)
            parts = ", ".join(f"{start}-{start + length} s" for start, length in outlook.segments or ())
            return f"segments of {name}: {parts or 'none'}", told
        told = explanation.explain(self.source, field, given, lambda value: self.shower.show(field, value))
        value, trace = outlook.draft.values.get(field, told.value), outlook.draft.traces.get(field)
        shown = self.shower.sourced(field, value, trace.source if trace else "")
        return f"{field} of {name} is {shown or 'empty'}", told

    def _given(self, outlook: "Outlook") -> Any:
        from connector.mapping.explanation import Given  # noqa: PLC0415

        return Given(self.session.record, outlook.context, self.settings.mask_key)

    def _fate(self, outlook: "Outlook") -> tuple[Fate, list[str]]:
        """Give what becomes of the conversation, and what the ledger knows of it."""
        entries = entries_of(self.settings, self.plan, self.session, outlook.leg)
        fate = tell_fate(self.plan, self.session, outlook, entries, self.clock)
        return fate, [
            f"In the ledger: {row.state}"
            + (f", {row.code}" if row.code else "")
            + (f": {row.detail}" if row.code and row.detail else "")
            + f", since {row.changed_at:%Y-%m-%d %H:%M} UTC. `connector show {row.external_id or row.session_id}`"
            for row in entries
        ]

    def _near(self, path: Path) -> Path:
        return path.relative_to(self.settings.home) if path.is_relative_to(self.settings.home) else path
