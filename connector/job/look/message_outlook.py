"""Tell what a mapping makes of a message and what would become of it; nothing is written or sent."""

from dataclasses import dataclass
from typing import Any

from connector import conversation, mapping
from connector.errors import SkipError
from connector.job.definition.loader import IntakePlan
from connector.job.look.message_samples import Sample
from connector.mapping import Draft
from connector.message.model import Act
from connector.reason import Verdict

__all__ = ["MessageOutlook", "context_of", "outlook_of"]

WENT = {
    Act.MESSAGE: "would go into its case",
    Act.CASE: "would change the fields of its case",
    Act.CLOSE: "would end its case",
    Act.RECORD: "would be written down only",
}


@dataclass(frozen=True, slots=True)
class MessageOutlook:
    """What one message would be."""

    sample: Sample
    draft: Draft
    verdict: Verdict | None
    """What keeps it from being sent; None where nothing does."""
    notes: tuple[str, ...]
    """What was repaired or filled in, and why."""

    @property
    def told(self) -> str:
        """Give what would become of it, in words."""
        verdict = self.verdict
        if verdict is None:
            return WENT[self.sample.event.act]
        told = f"would be {verdict.outcome.value}: {verdict.code.value}"
        return f"{told}, {verdict.detail}" if verdict.detail else told


def context_of(plan: IntakePlan) -> dict[str, Any]:
    """Give what a mapping of messages is given beside the record."""
    return {"tenant": plan.intake.tenant, "agent": {}, "file": {}, "crm": {}, "events": []}


def outlook_of(plan: IntakePlan, sample: Sample) -> MessageOutlook:
    """Give what the plan's mapping makes of a message, as its forwarding would judge it without asking the target."""
    event = sample.event
    draft = mapping.apply(plan.mapping, event.record, context_of(plan))
    verdict, notes = event.verdict, event.notes
    if verdict is None:
        try:
            notes = (*notes, *_filled_in(plan, event.act, draft))
        except SkipError as error:
            verdict = Verdict.usual(error.code, str(error))
    return MessageOutlook(sample, draft, verdict, tuple(dict.fromkeys(notes)))


def _filled_in(plan: IntakePlan, act: Act, draft: Draft) -> tuple[str, ...]:
    """Give what was filled in; raise SkipError where a rule of the target is broken."""
    options = plan.intake.options()
    if act is Act.MESSAGE:
        return conversation.build_case_message(draft, stand_in=options.stand_in, mailbox=options.mailbox).notes
    if act is not Act.RECORD:
        conversation.build_case_patch(draft)
    return ()
