"""Show in sentences why a field has its value, and why a session is sent or not."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector import clock
from connector.cli.app import output
from connector.cli.mapping_view import Shower, named, print_json, say, would_be
from connector.cli.state import ask
from connector.document import read
from connector.errors import ConfigurationError, Problem
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.job.loader import Plan
    from connector.job.outlook import Outlook
    from connector.mapping.explanation import Explanation
    from connector.session import Session

__all__ = ["show_explanation"]

CONSENT = ("consent", "hasConsent")
SEGMENTS = ("segments", "cutAudio")
SENT = "sent"
SQLITE = "sqlite:///"


def show_explanation(explainer: "Explainer", field: str, *, as_json: bool) -> None:
    """Explain one field of each conversation of the session."""
    from connector.job.outlook import Onlooker, outlooks  # noqa: PLC0415

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
        say(output, f"  {self._fate(outlook)}")
        for line in self._ledger(outlook):
            say(output, f"  {line}")

    def facts(self, outlook: "Outlook", field: str) -> dict[str, Any]:
        """Give the same as plain data."""
        _, explained = self._told(outlook, field)
        verdict = outlook.verdict
        return {
            "session": self.session.id,
            "channel": self.session.channel.value,
            "leg": outlook.leg,
            "field": field,
            "value": self.shower.data(field, explained.value) if explained else None,
            "refused": explained.refused if explained else None,
            "file": str(self.source.path),
            "line": explained.position.line if explained else None,
            "sentences": [*(explained.sentences if explained else ()), self._fate(outlook)],
            "outcome": verdict.outcome.value if verdict else None,
            "reason": verdict.code.value if verdict else None,
            "ledger": list(self._ledger(outlook)),
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

    def _fate(self, outlook: "Outlook") -> str:
        channel = self.session.channel.value
        if outlook.verdict is not None:
            return f"This {channel} {would_be(self.session, outlook)}."
        from connector.job.beside import companions_of  # noqa: PLC0415

        found = asyncio.run(companions_of(self.plan, self.session))
        what = "recording" if channel == "call" else "transcript"
        if not found:
            return f"This {channel} waits for its {what}: none is there by its name."
        return f"This {channel} would be sent, with {', '.join(found)}."

    def _ledger(self, outlook: "Outlook") -> list[str]:
        """Say what the ledger knows of the conversation, where there is a ledger and a job."""
        url = self.settings.ledger_url
        if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
            return []
        from connector import ledger  # noqa: PLC0415

        job = self.plan.job
        entries = [
            row
            for row in ask(self.settings, ledger.find, self.session.id)
            if (row.tenant, row.target, row.channel) == (job.tenant, job.target.name, self.session.channel.value)
            and row.leg == outlook.leg
        ]
        return [
            f"In the ledger: {row.state}"
            + (f", {row.code}: {row.detail or ''}" if row.code else "")
            + f", since {row.changed_at:%Y-%m-%d %H:%M} UTC. `connector show {row.external_id or row.session_id}`"
            for row in entries
        ]

    def _near(self, path: Path) -> Path:
        return path.relative_to(self.settings.home) if path.is_relative_to(self.settings.home) else path
